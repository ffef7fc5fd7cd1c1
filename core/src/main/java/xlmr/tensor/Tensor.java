package xlmr.tensor;

/// A dense row-major float32 array: a [Shape] over a [Storage]. No strides, no broadcasting, no
/// arithmetic; backends compute on it.
public final class Tensor {
    private final Shape shape;
    private final Storage storage;

    /// A tensor over a storage that holds at least as many elements as the shape has.
    public Tensor(Shape shape, Storage storage) {
        if (storage.capacity() < shape.elements()) {
            throw new IllegalArgumentException(
                    "tensor %s needs %d elements, its storage holds %d"
                            .formatted(shape, shape.elements(), storage.capacity()));
        }
        this.shape = shape;
        this.storage = storage;
    }

    /// A tensor on the host with these elements (not copied).
    public static Tensor of(Shape shape, float... values) {
        if (values.length != shape.elements()) {
            throw new IllegalArgumentException(
                    "tensor %s needs %d elements, found %d"
                            .formatted(shape, shape.elements(), values.length));
        }
        return new Tensor(shape, new HostStorage(values));
    }

    /// A new tensor of zeros on the host.
    public static Tensor zeros(int... sizes) {
        Shape shape = Shape.of(sizes);
        return new Tensor(shape, new HostStorage(new float[shape.elements()]));
    }

    /// Sizes of the axes.
    public Shape shape() {
        return shape;
    }

    /// Where the elements live; for backends.
    public Storage storage() {
        return storage;
    }

    /// Size of an axis, see [Shape#size].
    public int size(int axis) {
        return shape.size(axis);
    }

    /// The same elements under another shape of as many.
    public Tensor reshape(int... sizes) {
        Shape other = Shape.of(sizes);
        if (other.elements() != shape.elements()) {
            throw new IllegalArgumentException(
                    "reshape: %s has %d elements, %s has %d"
                            .formatted(shape, shape.elements(), other, other.elements()));
        }
        return new Tensor(other, storage);
    }

    /// A copy of the elements on the host, row-major.
    public float[] toArray() {
        float[] copy = new float[shape.elements()];
        storage.read(0, copy, 0, copy.length);
        return copy;
    }

    /// The one element of a tensor that has just one.
    public float item() {
        if (shape.elements() != 1) {
            throw new IllegalStateException("item: expected one element, found " + shape);
        }
        return toArray()[0];
    }

    @Override
    public String toString() {
        return "Tensor" + shape;
    }
}
