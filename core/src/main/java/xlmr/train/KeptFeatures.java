package xlmr.train;

import xlmr.autograd.Ops;
import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;

/// What a frozen encoder gave the head, kept from one epoch to the next.
final class KeptFeatures {
    private KeptFeatures() {}

    /// The features of some examples. `[M][C] -> [B, C]`
    static Tensor select(Ops ops, float[][] features, int[] rows) {
        int columns = features[0].length;
        float[] chosen = new float[rows.length * columns];
        for (int b = 0; b < rows.length; b++) {
            System.arraycopy(features[rows[b]], 0, chosen, b * columns, columns);
        }
        return ops.constant(Shape.of(rows.length, columns), chosen); // [B, C]
    }
}
