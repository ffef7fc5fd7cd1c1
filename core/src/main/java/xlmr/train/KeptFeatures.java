package xlmr.train;

import java.util.Arrays;
import xlmr.autograd.Ops;
import xlmr.autograd.Workspace;
import xlmr.backend.Backend;
import xlmr.data.EncodedExamples;
import xlmr.model.Head;
import xlmr.model.TaskModel;
import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;

/// What a frozen encoder gave the head, kept from one epoch to the next.
///
/// @param rows `[M][R C]` of each example: one row, or one for each of its tokens or choices
/// @param columns C
record KeptFeatures(float[][] rows, int columns) {
    /// Rows that the head computes at a time.
    private static final int CHUNK = 4096;

    /// What it would take to keep what the head reads of all these examples.
    static long bytes(TaskModel model, EncodedExamples examples) {
        int padId = model.config().padTokenId();
        long rows = 0;
        for (int example = 0; example < examples.size(); example++) {
            int[] starts = model.head().rowStarts(examples.batch(new int[] {example}, padId));
            rows += starts[starts.length - 1];
        }
        return rows * model.head().selectedColumns(model.config().hiddenSize()) * Float.BYTES;
    }

    /// The features of some examples, one after the other. `-> [R, C]`
    Tensor select(Ops ops, int[] examples) {
        int elements = Arrays.stream(examples).map(example -> rows[example].length).sum();
        float[] chosen = new float[elements];
        int at = 0;
        for (int example : examples) {
            System.arraycopy(rows[example], 0, chosen, at, rows[example].length);
            at += rows[example].length;
        }
        return ops.constant(Shape.of(elements / columns, columns), chosen); // [R, C]
    }

    /// Where the rows of each example begin in what [#select] gives, and R: `[M + 1]`
    int[] starts(int[] examples) {
        int[] starts = new int[examples.length + 1];
        for (int i = 0; i < examples.length; i++) {
            starts[i + 1] = starts[i] + rows[examples[i]].length / columns;
        }
        return starts;
    }

    /// What the head makes of all of them as it is now, without dropout. `[M][R K]`
    float[][] logits(Backend backend, Workspace workspace, Head head) {
        float[][] logits = new float[rows.length][];
        int from = 0;
        while (from < rows.length) {
            int to = from;
            int count = 0;
            while (to < rows.length && (to == from || count < CHUNK)) {
                count += rows[to++].length / columns;
            }
            int[] chunk = new int[to - from];
            for (int i = 0; i < chunk.length; i++) {
                chunk[i] = from + i;
            }
            Ops ops = Ops.inference(backend, workspace);
            int[] starts = starts(chunk);
            Tensor output = head.logits(ops, select(ops, chunk), starts); // [R, K]
            float[] values = output.toArray();
            int[] results = head.resultStarts(starts);
            int columnsOut = output.size(1);
            for (int i = 0; i < chunk.length; i++) {
                int begin = results[i] * columnsOut;
                logits[chunk[i]] = Arrays.copyOfRange(values, begin, results[i + 1] * columnsOut);
            }
            workspace.reset();
            from = to;
        }
        return logits;
    }
}
