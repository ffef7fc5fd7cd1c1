package xlmr.model;

import java.util.Arrays;
import java.util.stream.IntStream;
import xlmr.autograd.Layout;
import xlmr.autograd.Ops;
import xlmr.backend.CrossEntropy;
import xlmr.backend.SegmentReduction;
import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;

/// The loss of a student that learns from a teacher (Hinton et al. 2015):
///
/// W T² mean KL(softmax(teacher / T) ‖ softmax(student / T)) + (1 - W) loss of the labels.
///
/// T² keeps the gradient of the first part as large as that of the second, whatever T is. Rows
/// without a label learn from the teacher alone; the second part is the mean over the others.
final class DistilledClasses {
    private DistilledClasses() {}

    /// `[B, K] -> []`
    ///
    /// @param settings of the labels' loss
    static Tensor loss(Ops ops, Tensor logits, Targets.Distilled targets, LossSettings settings) {
        float weight = (float) targets.weight();
        Tensor soft = divergence(ops, logits, targets.teacher(), targets.temperature()); // []
        int[] known =
                IntStream.range(0, targets.rows())
                        .filter(b -> targets.labels()[b] != CrossEntropy.IGNORE)
                        .toArray();
        if (weight == 1 || known.length == 0) {
            return Layout.scale(ops, soft, weight); // []
        }
        int[] labels = Arrays.stream(known).map(b -> targets.labels()[b]).toArray();
        Tensor labelled =
                known.length == targets.rows() ? logits : ops.selectRows(logits, known); // [R, K]
        Tensor hard = new Targets.Classes(labels).loss(ops, labelled, settings); // []
        return ops.addScaled(Layout.scale(ops, hard, 1 - weight), weight, soft); // []
    }

    /// T² times the mean over the rows of Σ p (log p - log q), with p the teacher's and q the
    /// student's probabilities at temperature T. `[B, K] -> []`
    private static Tensor divergence(
            Ops ops, Tensor logits, float[][] teacher, double temperature) {
        int rows = logits.size(0);
        int classes = logits.size(1);
        float[] logs = new float[rows * classes];
        float[] probabilities = new float[rows * classes];
        for (int b = 0; b < rows; b++) {
            double largest = Double.NEGATIVE_INFINITY;
            for (int k = 0; k < classes; k++) {
                largest = Math.max(largest, teacher[b][k] / temperature);
            }
            double sum = 0;
            for (int k = 0; k < classes; k++) {
                sum += Math.exp(teacher[b][k] / temperature - largest);
            }
            for (int k = 0; k < classes; k++) {
                double log = teacher[b][k] / temperature - largest - Math.log(sum);
                logs[b * classes + k] = (float) log;
                probabilities[b * classes + k] = (float) Math.exp(log);
            }
        }
        Shape shape = Shape.of(rows, classes);
        Tensor expected = ops.constant(shape, logs); // [B, K]
        Tensor found =
                ops.logSoftmax(Layout.scale(ops, logits, (float) (1 / temperature))); // [B, K]
        Tensor distance = ops.addScaled(expected, -1, found); // [B, K]
        Tensor terms = ops.multiply(distance, ops.constant(shape, probabilities)); // [B, K]
        Tensor column = Layout.reshape(ops, terms, rows * classes, 1); // [B K, 1]
        Tensor mean =
                ops.reduceSegments(
                        SegmentReduction.MEAN, column, new int[] {0, rows * classes}); // [1, 1]
        float factor = (float) (temperature * temperature * classes);
        return Layout.reshape(ops, Layout.scale(ops, mean, factor)); // []
    }
}
