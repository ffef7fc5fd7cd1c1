package xlmr.eval;

import java.util.ArrayList;
import java.util.List;

/// Whether a classifier is as often right as it is sure: of the predictions made with 80 %
/// confidence, 80 % should be right (Guo et al., "On Calibration of Modern Neural Networks", 2017).
/// Confidence is the largest probability; bins are `(low, high]` of equal width.
///
/// @param expectedError mean over the examples of |accuracy - confidence| of their bin (ECE)
/// @param maximumError the largest |accuracy - confidence| of a bin (MCE)
/// @param meanConfidence the mean of the largest probabilities
/// @param bins those that hold an example, lowest first
public record Calibration(
        double expectedError, double maximumError, double meanConfidence, List<Bin> bins) {

    /// The examples whose confidence lies in `(low, high]`.
    public record Bin(double low, double high, int count, double accuracy, double confidence) {}

    public Calibration {
        bins = List.copyOf(bins);
    }

    /// @param probabilities rows of K probabilities
    /// @param labels the right class of each row
    /// @param binCount the number of bins
    public static Calibration of(double[][] probabilities, int[] labels, int binCount) {
        int[] counts = new int[binCount];
        int[] right = new int[binCount];
        double[] confidences = new double[binCount];
        double sum = 0;
        for (int i = 0; i < probabilities.length; i++) {
            int prediction = Logits.argmax(probabilities[i]);
            double confidence = probabilities[i][prediction];
            sum += confidence;
            if (Double.isNaN(confidence)) {
                continue;
            }
            int bin = binOf(confidence, binCount);
            counts[bin]++;
            confidences[bin] += confidence;
            right[bin] += prediction == labels[i] ? 1 : 0;
        }
        List<Bin> bins = new ArrayList<>();
        double expected = 0;
        double maximum = 0;
        for (int b = 0; b < binCount; b++) {
            if (counts[b] == 0) {
                continue;
            }
            double accuracy = (double) right[b] / counts[b];
            double confidence = confidences[b] / counts[b];
            double gap = Math.abs(accuracy - confidence);
            expected += gap * counts[b] / probabilities.length;
            maximum = Math.max(maximum, gap);
            bins.add(
                    new Bin(
                            edge(b, binCount),
                            edge(b + 1, binCount),
                            counts[b],
                            accuracy,
                            confidence));
        }
        return new Calibration(expected, maximum, sum / probabilities.length, bins);
    }

    private static int binOf(double confidence, int binCount) {
        int bin = Math.clamp((long) Math.ceil(confidence * binCount) - 1, 0, binCount - 1);
        // the product may round across an edge: the edges decide
        while (bin > 0 && confidence <= edge(bin, binCount)) {
            bin--;
        }
        while (bin < binCount - 1 && confidence > edge(bin + 1, binCount)) {
            bin++;
        }
        return bin;
    }

    private static double edge(int index, int binCount) {
        return index == binCount ? 1 : index * (1.0 / binCount);
    }
}
