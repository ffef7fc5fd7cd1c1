package xlmr.tensor;

import java.util.Arrays;

/// The sizes of a dense row-major array, outermost first: `Shape.of(2, 3)` is `[2, 3]`,
/// `Shape.of()` a scalar.
public final class Shape {
    private final int[] sizes;
    private final int elements;

    private Shape(int[] sizes) {
        long product = 1;
        for (int size : sizes) {
            if (size < 0) {
                throw new IllegalArgumentException(
                        "shape %s: a size is negative".formatted(Arrays.toString(sizes)));
            }
            product = Math.multiplyExact(product, (long) size);
            if (product > Integer.MAX_VALUE) {
                throw new IllegalArgumentException(
                        "shape %s: more than 2^31 - 1 elements do not fit one array; use a smaller batch"
                                .formatted(Arrays.toString(sizes)));
            }
        }
        this.sizes = sizes;
        this.elements = (int) product;
    }

    /// The shape with these sizes.
    ///
    /// @throws IllegalArgumentException if a size is negative or the product exceeds 2^31 - 1
    public static Shape of(int... sizes) {
        return new Shape(sizes.clone());
    }

    /// Number of axes; 0 for a scalar.
    public int rank() {
        return sizes.length;
    }

    /// Size of one axis; a negative axis counts from the end, so `size(-1)` is that of the
    /// innermost.
    public int size(int axis) {
        return sizes[axis < 0 ? axis + sizes.length : axis];
    }

    /// Product of all sizes; 1 for a scalar.
    public int elements() {
        return elements;
    }

    /// The sizes, as a copy.
    public int[] sizes() {
        return sizes.clone();
    }

    /// Product of all sizes but the last: the rows of the array seen as a matrix.
    public int rows() {
        int rows = 1;
        for (int axis = 0; axis < sizes.length - 1; axis++) {
            rows *= sizes[axis];
        }
        return rows;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Shape shape && Arrays.equals(sizes, shape.sizes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(sizes);
    }

    @Override
    public String toString() {
        return Arrays.toString(sizes);
    }
}
