package xlmr.backend.cpu;

import xlmr.backend.CrossEntropy;
import xlmr.tensor.Tensor;

/// Losses and their gradients, as torch.nn.functional defines them with the mean as reduction.
final class ScalarLosses {
    private ScalarLosses() {}

    /// With p = softmax(logits), y the label and w the class weights (all 1 if none), row n costs
    /// (1 - ε) w[y] (-log p[y]) + ε/K Σₖ w[k] (-log p[k]); the mean divides by Σ w[y] of the rows
    /// that count.
    static void crossEntropy(Tensor logits, CrossEntropy target, Tensor loss) {
        int classes = Elements.columns(logits); // K
        float[] x = Elements.of(logits);
        double sum = 0;
        for (int n = 0; n < Elements.rows(logits); n++) {
            int label = target.labels()[n];
            if (label == target.ignoreIndex()) {
                continue;
            }
            int row = n * classes;
            double logarithm = ScalarNormalizations.logSumExp(x, row, classes);
            double hard = target.weight(label) * (logarithm - x[row + label]);
            double spread = 0;
            for (int k = 0; k < classes && target.smoothing() > 0; k++) {
                spread += target.weight(k) * (logarithm - x[row + k]);
            }
            sum += (1 - target.smoothing()) * hard + target.smoothing() / classes * spread;
        }
        Elements.writable(loss)[0] = (float) (sum / target.totalWeight());
    }

    /// dx[k] += dLoss / Σw ((1 - ε) w[y] (p[k] - [k = y]) + ε/K (p[k] Σw - w[k])), the inner Σw
    /// over the classes. Rows that do not count get nothing.
    static void crossEntropyGradient(
            Tensor logits, CrossEntropy target, float dLoss, Tensor dLogits) {
        int classes = Elements.columns(logits); // K
        float[] x = Elements.of(logits);
        float[] dx = Elements.writable(dLogits);
        double factor = dLoss / target.totalWeight();
        double smoothing = target.smoothing();
        double classWeights = 0;
        for (int k = 0; k < classes; k++) {
            classWeights += target.weight(k);
        }
        for (int n = 0; n < Elements.rows(logits); n++) {
            int label = target.labels()[n];
            if (label == target.ignoreIndex()) {
                continue;
            }
            int row = n * classes;
            double logarithm = ScalarNormalizations.logSumExp(x, row, classes);
            for (int k = 0; k < classes; k++) {
                double p = Math.exp(x[row + k] - logarithm);
                double hard = target.weight(label) * (p - (k == label ? 1 : 0));
                double spread = (p * classWeights - target.weight(k)) / classes;
                double change = (1 - smoothing) * hard + smoothing * spread;
                dx[row + k] = (float) (dx[row + k] + factor * change);
            }
        }
    }

    /// -y log σ(x) - (1 - y) log(1 - σ(x)) = max(x, 0) - x y + log(1 + exp(-|x|)), which never
    /// overflows.
    static void binaryCrossEntropy(Tensor logits, Tensor labels, Tensor loss) {
        int count = Elements.count(logits);
        float[] x = Elements.of(logits);
        float[] y = Elements.of(labels);
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += Math.max(x[i], 0) - (double) x[i] * y[i] + Math.log1p(Math.exp(-Math.abs(x[i])));
        }
        Elements.writable(loss)[0] = (float) (sum / count);
    }

    /// dx += dLoss (σ(x) - y) / elements.
    static void binaryCrossEntropyGradient(
            Tensor logits, Tensor labels, float dLoss, Tensor dLogits) {
        int count = Elements.count(logits);
        float[] x = Elements.of(logits);
        float[] y = Elements.of(labels);
        float[] dx = Elements.writable(dLogits);
        for (int i = 0; i < count; i++) {
            double change = ScalarActivations.sigmoid(x[i]) - y[i];
            dx[i] = (float) (dx[i] + dLoss * change / count);
        }
    }

    /// (x - y)², averaged.
    static void meanSquaredError(Tensor predictions, Tensor labels, Tensor loss) {
        int count = Elements.count(predictions);
        float[] x = Elements.of(predictions);
        float[] y = Elements.of(labels);
        double sum = 0;
        for (int i = 0; i < count; i++) {
            double difference = (double) x[i] - y[i];
            sum += difference * difference;
        }
        Elements.writable(loss)[0] = (float) (sum / count);
    }

    /// dx += dLoss 2 (x - y) / elements.
    static void meanSquaredErrorGradient(
            Tensor predictions, Tensor labels, float dLoss, Tensor dPredictions) {
        int count = Elements.count(predictions);
        float[] x = Elements.of(predictions);
        float[] y = Elements.of(labels);
        float[] dx = Elements.writable(dPredictions);
        for (int i = 0; i < count; i++) {
            double change = 2 * ((double) x[i] - y[i]) / count;
            dx[i] = (float) (dx[i] + dLoss * change);
        }
    }
}
