package xlmr.eval;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/// The probability above which a yes-or-no label is answered with yes, chosen for the best F1 on
/// held-out data.
///
/// @param label its name
/// @param threshold yes above it; 0.5 where the data hold no example of the label, or where 0.5 is
///   as good
/// @param f1 at the threshold, on the same data: a little better than it will be on others
/// @param f1AtHalf at 0.5
/// @param support examples that have the label
public record LabelThreshold(
        String label, double threshold, double f1, double f1AtHalf, int support) {

    private static final double HALF = 0.5;

    /// The threshold of each label.
    ///
    /// @param probabilities `[B, K]`
    /// @param labels `[B, K]` whether each holds
    /// @param names of the K labels
    public static List<LabelThreshold> best(
            double[][] probabilities, boolean[][] labels, List<String> names) {
        List<LabelThreshold> thresholds = new ArrayList<>();
        for (int k = 0; k < names.size(); k++) {
            thresholds.add(best(probabilities, labels, k, names.get(k)));
        }
        return List.copyOf(thresholds);
    }

    private static LabelThreshold best(
            double[][] probabilities, boolean[][] labels, int k, String name) {
        Integer[] order = new Integer[probabilities.length];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, Comparator.comparingDouble(i -> -probabilities[i][k]));
        int support = 0;
        for (boolean[] row : labels) {
            support += row[k] ? 1 : 0;
        }
        double atHalf = f1(probabilities, labels, k, HALF, support);
        double best = atHalf;
        double threshold = HALF;
        int right = 0;
        for (int said = 1; said <= order.length && support > 0; said++) {
            right += labels[order[said - 1]][k] ? 1 : 0;
            double last = probabilities[order[said - 1]][k];
            double next = said == order.length ? 0 : probabilities[order[said]][k];
            if (next == last) {
                continue; // no threshold lies between equal probabilities
            }
            double f1 = 2.0 * right / (said + support);
            double between = (last + next) / 2;
            boolean nearer = Math.abs(between - HALF) < Math.abs(threshold - HALF);
            if (f1 > best || f1 == best && nearer) {
                best = f1;
                threshold = between;
            }
        }
        return new LabelThreshold(name, threshold, best, atHalf, support);
    }

    private static double f1(
            double[][] probabilities, boolean[][] labels, int k, double threshold, int support) {
        int said = 0;
        int right = 0;
        for (int i = 0; i < labels.length; i++) {
            boolean yes = probabilities[i][k] > threshold;
            said += yes ? 1 : 0;
            right += yes && labels[i][k] ? 1 : 0;
        }
        return said + support == 0 ? 0 : 2.0 * right / (said + support);
    }
}
