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
        double[] confidences = new double[probabilities.length];
        boolean[] right = new boolean[probabilities.length];
        for (int i = 0; i < probabilities.length; i++) {
            int prediction = Logits.argmax(probabilities[i]);
            confidences[i] = probabilities[i][prediction];
            right[i] = prediction == labels[i];
        }
        return of(confidences, right, binCount);
    }

    /// The same for yes-or-no labels: each of the B times K answers is an example, its confidence
    /// the probability of yes, and it is right where the label holds.
    ///
    /// @param probabilities rows of K probabilities of yes
    /// @param labels which labels each row has
    /// @param binCount the number of bins
    public static Calibration ofLabels(double[][] probabilities, boolean[][] labels, int binCount) {
        int columns = probabilities[0].length;
        double[] confidences = new double[probabilities.length * columns];
        boolean[] right = new boolean[confidences.length];
        for (int i = 0; i < confidences.length; i++) {
            confidences[i] = probabilities[i / columns][i % columns];
            right[i] = labels[i / columns][i % columns];
        }
        return of(confidences, right, binCount);
    }

    private static Calibration of(double[] all, boolean[] hit, int binCount) {
        int[] counts = new int[binCount];
        int[] right = new int[binCount];
        double[] confidences = new double[binCount];
        double sum = 0;
        for (int i = 0; i < all.length; i++) {
            sum += all[i];
            if (Double.isNaN(all[i])) {
                continue;
            }
            int bin = binOf(all[i], binCount);
            counts[bin]++;
            confidences[bin] += all[i];
            right[bin] += hit[i] ? 1 : 0;
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
            expected += gap * counts[b] / all.length;
            maximum = Math.max(maximum, gap);
            bins.add(
                    new Bin(
                            edge(b, binCount),
                            edge(b + 1, binCount),
                            counts[b],
                            accuracy,
                            confidence));
        }
        return new Calibration(expected, maximum, sum / all.length, bins);
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
