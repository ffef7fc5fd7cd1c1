package xlmr.eval;

import java.util.ArrayList;
import java.util.List;

/// A loss that is a mean of batch means instead of a mean over the examples. The two differ when
/// the last batch is shorter: its few examples then weigh as much as a full batch. Many training
/// loops print this number.
public final class BatchMeanLoss {

    private static final int LARGEST_BATCH = 64;
    private static final double TOLERANCE = 1e-6;

    private BatchMeanLoss() {}

    /// The mean of the means of consecutive batches of `batchSize` losses.
    public static double of(double[] losses, int batchSize) {
        double means = 0;
        int batches = 0;
        for (int start = 0; start < losses.length; start += batchSize) {
            int end = Math.min(losses.length, start + batchSize);
            double sum = 0;
            for (int i = start; i < end; i++) {
                sum += losses[i];
            }
            means += sum / (end - start);
            batches++;
        }
        return means / batches;
    }

    /// The batch sizes from 2 to 64 at which the mean of batch means is `claimed` as it was
    /// printed, and is not also the mean over the examples. Mostly none or one.
    public static List<Integer> batchSizesFor(double claimed, double[] losses) {
        double mean = mean(losses);
        List<Integer> sizes = new ArrayList<>();
        for (int size = 2; size <= Math.min(LARGEST_BATCH, losses.length - 1); size++) {
            if (losses.length % size == 0) {
                continue; // equal batches: the same as the mean over the examples
            }
            double value = of(losses, size);
            if (ClaimedMetrics.isPrintOf(claimed, value) && Math.abs(value - mean) > TOLERANCE) {
                sizes.add(size);
            }
        }
        return sizes;
    }

    static double mean(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum / values.length;
    }
}
