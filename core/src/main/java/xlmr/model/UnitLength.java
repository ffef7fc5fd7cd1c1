package xlmr.model;

/// Scaling vectors to length 1, so that their dot product is the cosine of their angle.
public final class UnitLength {
    /// A shorter vector is divided by this instead of its length, as torch.nn.functional.normalize
    /// does: zeros stay zeros.
    private static final double SHORTEST = 1e-12;

    private UnitLength() {}

    /// The vector of length 1 in the same direction. `[C] -> [C]`
    public static float[] of(float[] vector) {
        double length = Math.max(SHORTEST, Math.sqrt(dot(vector, vector)));
        float[] unit = new float[vector.length];
        for (int c = 0; c < unit.length; c++) {
            unit[c] = (float) (vector[c] / length);
        }
        return unit;
    }

    /// The cosine of the angle between two vectors of any length; 0 where one is zero. `[C], [C]`
    public static double cosine(float[] left, float[] right) {
        if (left.length != right.length) {
            throw new IllegalArgumentException(
                    "cosine: vectors of %d and %d dimensions".formatted(left.length, right.length));
        }
        double lengths = Math.sqrt(dot(left, left)) * Math.sqrt(dot(right, right));
        return dot(left, right) / Math.max(SHORTEST, lengths);
    }

    private static double dot(float[] left, float[] right) {
        double sum = 0;
        for (int c = 0; c < left.length; c++) {
            sum += (double) left[c] * right[c];
        }
        return sum;
    }
}
