package xlmr.backend.cpu;

import xlmr.backend.SegmentLabels;
import xlmr.tensor.Tensor;

/// Cross-entropy of softmaxes down the rows of a segment. In double precision, and for both CPU
/// backends: there are few columns, so nothing is to be gained.
final class SegmentLosses {
    private SegmentLosses() {}

    /// With p = softmax(x[first..end, k]) over the rows of segment b and y its label, the segment
    /// costs -log p[y]; loss = mean over the columns of the mean over the segments that count.
    static void crossEntropy(Tensor logits, SegmentLabels target, Tensor loss) {
        int columns = target.columns(); // K
        float[] x = Elements.of(logits);
        double sum = 0;
        for (int i = 0; i < target.labels().length; i++) {
            int label = target.labels()[i];
            int column = i % columns;
            if (label != SegmentLabels.IGNORE) {
                int row = target.starts()[i / columns] + label;
                double logarithm = logSumExp(x, target, i / columns, column);
                sum += (logarithm - x[row * columns + column]) / target.counted(column);
            }
        }
        for (int column = 0; column < columns; column++) {
            // A mean over nothing, as in the reference.
            sum += target.counted(column) == 0 ? Double.NaN : 0;
        }
        Elements.writable(loss)[0] = (float) (sum / columns);
    }

    /// dx[n, k] += dLoss / (K counted[k]) (p[n] - [n = y]) for the segments that count.
    static void crossEntropyGradient(
            Tensor logits, SegmentLabels target, float dLoss, Tensor dLogits) {
        int columns = target.columns(); // K
        float[] x = Elements.of(logits);
        float[] dx = Elements.writable(dLogits);
        for (int i = 0; i < target.labels().length; i++) {
            int label = target.labels()[i];
            if (label == SegmentLabels.IGNORE) {
                continue;
            }
            int segment = i / columns;
            int column = i % columns;
            int first = target.starts()[segment];
            double factor = (double) dLoss / columns / target.counted(column);
            double logarithm = logSumExp(x, target, segment, column);
            for (int n = first; n < target.starts()[segment + 1]; n++) {
                int at = n * columns + column;
                double p = Math.exp(x[at] - logarithm);
                dx[at] = (float) (dx[at] + factor * (p - (n == first + label ? 1 : 0)));
            }
        }
    }

    private static double logSumExp(float[] x, SegmentLabels target, int segment, int column) {
        int from = target.starts()[segment];
        int to = target.starts()[segment + 1];
        double largest = Double.NEGATIVE_INFINITY;
        for (int n = from; n < to; n++) {
            largest = Math.max(largest, x[n * target.columns() + column]);
        }
        double sum = 0;
        for (int n = from; n < to; n++) {
            sum += Math.exp(x[n * target.columns() + column] - largest);
        }
        return largest + Math.log(sum);
    }
}
