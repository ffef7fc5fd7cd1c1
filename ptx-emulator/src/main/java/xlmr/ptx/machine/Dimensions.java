package xlmr.ptx.machine;

/// Extents of a grid or a block.
public record Dimensions(int x, int y, int z) {

    /// Extents of at least 1.
    public Dimensions {
        if (x < 1 || y < 1 || z < 1) {
            throw new IllegalArgumentException(
                    "dimensions must be at least 1, not (" + x + ", " + y + ", " + z + ")");
        }
    }

    /// `x` in a row.
    public static Dimensions of(int x) {
        return new Dimensions(x, 1, 1);
    }

    /// `x` by `y`.
    public static Dimensions of(int x, int y) {
        return new Dimensions(x, y, 1);
    }

    /// How many there are in all.
    public long count() {
        return (long) x * y * z;
    }

    @Override
    public String toString() {
        return "(" + x + ", " + y + ", " + z + ")";
    }
}
