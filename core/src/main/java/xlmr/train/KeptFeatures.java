package xlmr.train;

import java.util.Arrays;
import xlmr.autograd.Ops;
import xlmr.autograd.Workspace;
import xlmr.backend.Backend;
import xlmr.model.Head;
import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;

/// What a frozen encoder gave the head, kept from one epoch to the next.
///
/// @param rows `[M][C]` of each example
record KeptFeatures(float[][] rows) {
    /// The features of some examples. `-> [B, C]`
    Tensor select(Ops ops, int[] examples) {
        int columns = rows[0].length;
        float[] chosen = new float[examples.length * columns];
        for (int b = 0; b < examples.length; b++) {
            System.arraycopy(rows[examples[b]], 0, chosen, b * columns, columns);
        }
        return ops.constant(Shape.of(examples.length, columns), chosen); // [B, C]
    }

    /// What the head makes of all of them as it is now, without dropout. `[M][K]`
    float[][] logits(Backend backend, Workspace workspace, Head head) {
        Ops ops = Ops.inference(backend, workspace);
        int[] all = new int[rows.length];
        Arrays.setAll(all, i -> i);
        Tensor output = head.logits(ops, select(ops, all)); // [M, K]
        float[] values = output.toArray();
        int columns = output.size(1);
        float[][] logits = new float[rows.length][];
        for (int i = 0; i < logits.length; i++) {
            logits[i] = Arrays.copyOfRange(values, i * columns, (i + 1) * columns);
        }
        workspace.reset();
        return logits;
    }
}
