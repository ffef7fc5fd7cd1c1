package xlmr.train;

import xlmr.autograd.Ops;
import xlmr.autograd.Workspace;
import xlmr.backend.Backend;
import xlmr.data.TrainingExamples;
import xlmr.eval.Logits;
import xlmr.model.Targets;
import xlmr.model.TaskModel;
import xlmr.tensor.Tensor;

/// Judges a language model token by token, some rows of logits at a time.
final class TokenLosses {
    /// Numbers of the logits that are held at a time.
    private static final int MOST_LOGITS = 1 << 24;

    private TokenLosses() {}

    /// The loss of each token that has a label and whether it is guessed right, one after the
    /// other. `[2 R]`
    static float[] of(
            TaskModel model,
            Backend backend,
            Workspace workspace,
            TrainingExamples.Labelled batch) {
        Targets.TokenClasses targets = (Targets.TokenClasses) batch.targets();
        int[] rows = targets.countedRows();
        int[] labels = targets.countedLabels();
        Ops ops = Ops.inference(backend, workspace);
        Tensor selected = ops.selectRows(model.features(ops, batch.tokens()), rows); // [R, C]
        float[] results = new float[2 * rows.length];
        int chunk = Math.max(1, MOST_LOGITS / model.config().vocabSize());
        for (int from = 0; from < rows.length; from += chunk) {
            int count = Math.min(chunk, rows.length - from);
            int[] part = new int[count];
            for (int i = 0; i < count; i++) {
                part[i] = from + i;
            }
            Tensor logits =
                    ops.scope(
                            () ->
                                    ops.logSoftmax(
                                            model.head()
                                                    .logits(
                                                            ops,
                                                            ops.selectRows(
                                                                    selected, part)))); // [r, V]
            float[] values = logits.toArray();
            int classes = logits.size(1);
            for (int i = 0; i < count; i++) {
                int label = labels[from + i];
                results[2 * (from + i)] = -values[i * classes + label];
                results[2 * (from + i) + 1] =
                        Logits.argmax(values, i * classes, classes) == label ? 1 : 0;
            }
        }
        return results;
    }
}
