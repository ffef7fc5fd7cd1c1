package xlmr.model;

import xlmr.autograd.Ops;
import xlmr.backend.CrossEntropy;
import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;

/// What the logits of a batch should say, and the loss that the reference takes for it
/// (`problem_type` in modeling_xlm_roberta.py).
public sealed interface Targets {
    /// Number of rows.
    int rows();

    /// Mean loss over the batch. `[B, K] -> []`
    Tensor loss(Ops ops, Tensor logits);

    /// The targets of some of the rows.
    Targets select(int[] rows);

    /// One class a row: cross-entropy.
    ///
    /// @param labels `[B]`
    record Classes(int[] labels) implements Targets {
        @Override
        public int rows() {
            return labels.length;
        }

        @Override
        public Tensor loss(Ops ops, Tensor logits) {
            return ops.crossEntropy(logits, CrossEntropy.of(labels)); // []
        }

        @Override
        public Classes select(int[] rows) {
            int[] chosen = new int[rows.length];
            for (int i = 0; i < rows.length; i++) {
                chosen[i] = labels[rows[i]];
            }
            return new Classes(chosen);
        }
    }

    /// Any number of classes a row: binary cross-entropy over rows and classes.
    ///
    /// @param labels `[B][K]` 0 or 1
    record MultiLabel(float[][] labels) implements Targets {
        @Override
        public int rows() {
            return labels.length;
        }

        @Override
        public Tensor loss(Ops ops, Tensor logits) {
            return ops.binaryCrossEntropy(logits, matrix(ops, labels)); // []
        }

        @Override
        public MultiLabel select(int[] rows) {
            return new MultiLabel(choose(labels, rows));
        }
    }

    /// Numbers: mean squared error.
    ///
    /// @param values `[B][K]`
    record Values(float[][] values) implements Targets {
        @Override
        public int rows() {
            return values.length;
        }

        @Override
        public Tensor loss(Ops ops, Tensor logits) {
            return ops.meanSquaredError(logits, matrix(ops, values)); // []
        }

        @Override
        public Values select(int[] rows) {
            return new Values(choose(values, rows));
        }
    }

    private static Tensor matrix(Ops ops, float[][] rows) {
        int columns = rows[0].length;
        float[] flat = new float[rows.length * columns];
        for (int b = 0; b < rows.length; b++) {
            System.arraycopy(rows[b], 0, flat, b * columns, columns);
        }
        return ops.constant(Shape.of(rows.length, columns), flat); // [B, K]
    }

    private static float[][] choose(float[][] all, int[] rows) {
        float[][] chosen = new float[rows.length][];
        for (int i = 0; i < rows.length; i++) {
            chosen[i] = all[rows[i]];
        }
        return chosen;
    }
}
