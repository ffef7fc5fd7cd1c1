package xlmr.autograd;

import java.util.List;
import org.jspecify.annotations.Nullable;
import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;

/// The focal loss (Lin et al. 2017): a row that is already right counts less, by (1 - p)^γ with p
/// the probability of its label.
///
/// loss = Σ w (1 - p)^γ (-log p) / Σ w over the rows, with w the weight of the row's label. At γ =
/// 0 it is the cross-entropy, weighted as torch weighs it. The rows are few numbers each, so the
/// sums are formed on the host, in double precision; no backend needs a primitive for it.
public final class FocalLoss {
    private FocalLoss() {}

    /// The loss of logits. `[N, K] -> []`
    ///
    /// @param labels `[N]` class of each row
    /// @param gamma γ, at least 0; the paper takes 2
    /// @param classWeights `[K]` or null where all classes count the same
    /// @throws IllegalArgumentException if a label is no class, or the numbers do not match
    public static Tensor of(
            Ops ops, Tensor logits, int[] labels, double gamma, float @Nullable [] classWeights) {
        int classes = logits.size(1);
        check(logits, labels, classes);
        Tensor logProbabilities = ops.take(logits.shape().sizes()); // [N, K]
        ops.backend().logSoftmax(logits, logProbabilities);
        float[] logs = logProbabilities.toArray();
        double sum = 0;
        double weights = 0;
        for (int n = 0; n < labels.length; n++) {
            double weight = classWeights == null ? 1 : classWeights[labels[n]];
            double log = logs[n * classes + labels[n]];
            sum -= weight * Math.pow(-Math.expm1(log), gamma) * log;
            weights += weight;
        }
        Tensor loss = ops.constant(Shape.of(), (float) (sum / weights)); // []
        if (ops.records(logits)) {
            ops.record(new FocalLossNode(logits, logs, labels, gamma, classWeights, weights, loss));
        }
        return loss;
    }

    private static void check(Tensor logits, int[] labels, int classes) {
        if (labels.length != logits.size(0)) {
            throw new IllegalArgumentException(
                    "focalLoss: expected a label for each row of %s, found %d"
                            .formatted(logits.shape(), labels.length));
        }
        for (int n = 0; n < labels.length; n++) {
            if (labels[n] < 0 || labels[n] >= classes) {
                throw new IllegalArgumentException(
                        "focalLoss: label %d of row %d is not one of 0..%d"
                                .formatted(labels[n], n, classes - 1));
            }
        }
    }

    /// dLogits[n, k] += dLoss w / Σ w · (γ p (1 - p)^(γ - 1) log p - (1 - p)^γ) ([k is the label] -
    /// p[n, k]).
    private record FocalLossNode(
            Tensor logits,
            float[] logs,
            int[] labels,
            double gamma,
            float @Nullable [] classWeights,
            double weights,
            Tensor output)
            implements Node {
        @Override
        public List<Tensor> reads() {
            return List.of();
        }

        @Override
        public void backward(Tape tape, Tensor dOutput) {
            Tensor dInput = tape.gradient(logits); // [N, K]
            if (dInput == null) {
                return;
            }
            int classes = logits.size(1);
            double dLoss = tape.number(output, dOutput);
            float[] gradient = new float[logs.length];
            for (int n = 0; n < labels.length; n++) {
                int label = labels[n];
                double weight = classWeights == null ? 1 : classWeights[label];
                double slope = dLoss * weight / weights * slope(logs[n * classes + label]);
                for (int k = 0; k < classes; k++) {
                    double target = k == label ? 1 : 0;
                    gradient[n * classes + k] =
                            (float) (slope * (target - Math.exp(logs[n * classes + k])));
                }
            }
            Tensor change = tape.scratch(logits.shape()); // [N, K]
            tape.backend().write(gradient, change);
            tape.backend().addScaled(change, 1, dInput);
        }

        /// p times the derivative of the loss by p. At p = 1 it is 0, unless γ is 0.
        private double slope(double log) {
            double rest = -Math.expm1(log); // 1 - p, to full precision
            double focus = Math.pow(rest, gamma);
            return rest == 0 ? -focus : gamma * Math.exp(log) * focus / rest * log - focus;
        }
    }
}
