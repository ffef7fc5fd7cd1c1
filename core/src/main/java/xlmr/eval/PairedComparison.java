package xlmr.eval;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Two classifiers judged on the same examples: how much better the second is, whether that can be
/// told from chance, and where they differ.
///
/// @param examples the number of texts
/// @param labelNames of the K labels, in the order of the ids
/// @param first how good the first is
/// @param second how good the second is
/// @param accuracy bounds of the difference of accuracies, second minus first
/// @param macroF1 bounds of the difference of macro F1, second minus first
/// @param test whether they differ by more than chance
/// @param differences the examples that only one of them gets right, or that both get wrong in
///   different ways, in their order
/// @param resamples how many draws the bounds are of
/// @param seed of the draws
public record PairedComparison(
        int examples,
        List<String> labelNames,
        Side first,
        Side second,
        DifferenceInterval accuracy,
        DifferenceInterval macroF1,
        McNemar test,
        List<Difference> differences,
        int resamples,
        long seed) {

    /// Draws that are enough for two digits of the bounds.
    public static final int RESAMPLES = 10_000;

    /// One of the two.
    ///
    /// @param right examples that it gets right, in all labels
    /// @param accuracy the share of these
    /// @param macroF1 the mean F1: of the classes that occur, or where an example may have several
    ///   labels of all labels
    /// @param perClass one entry a label, in the order of the ids
    public record Side(int right, double accuracy, double macroF1, List<ClassScore> perClass) {

        public Side {
            perClass = List.copyOf(perClass);
        }
    }

    /// An example on which the two differ.
    ///
    /// @param example its place, from 0
    /// @param truth its right labels
    /// @param first what the first says
    /// @param second what the second says
    public record Difference(
            int example, List<String> truth, List<String> first, List<String> second) {

        /// Whether only the second is right.
        public boolean isFixed() {
            return second.equals(truth);
        }

        /// Whether only the first is right.
        public boolean isBroken() {
            return first.equals(truth);
        }
    }

    public PairedComparison {
        labelNames = List.copyOf(labelNames);
        differences = List.copyOf(differences);
    }

    /// Compares answers of one label each.
    ///
    /// @param truth `[B]` the right label of each example
    /// @param first `[B]` what the first says
    /// @param second `[B]` what the second says
    /// @param labelNames the K names
    /// @param resamples draws for the bounds, at least 1
    /// @param seed of the draws
    /// @throws IllegalArgumentException if there is no example, lengths differ, or a label is not
    ///   one of the K
    public static PairedComparison ofClasses(
            int[] truth,
            int[] first,
            int[] second,
            List<String> labelNames,
            int resamples,
            long seed) {
        return of(lists(truth), lists(first), lists(second), labelNames, true, resamples, seed);
    }

    /// Compares answers of any number of labels each.
    ///
    /// @param truth `[B, K]` which labels each example has
    /// @param first `[B, K]` what the first says
    /// @param second `[B, K]` what the second says
    /// @throws IllegalArgumentException as [#ofClasses]
    public static PairedComparison ofLabels(
            boolean[][] truth,
            boolean[][] first,
            boolean[][] second,
            List<String> labelNames,
            int resamples,
            long seed) {
        return of(lists(truth), lists(first), lists(second), labelNames, false, resamples, seed);
    }

    private static PairedComparison of(
            int[][] truth,
            int[][] first,
            int[][] second,
            List<String> names,
            boolean oneLabel,
            int resamples,
            long seed) {
        requireFit(truth, first, second, names.size(), resamples);
        boolean[] firstRight = right(truth, first);
        boolean[] secondRight = right(truth, second);
        PairedBootstrap.Answers answers =
                new PairedBootstrap.Answers(truth, first, second, names.size(), oneLabel);
        PairedBootstrap bounds = PairedBootstrap.of(answers, resamples, seed);
        List<Difference> differences = new ArrayList<>();
        for (int i = 0; i < truth.length; i++) {
            if (!Arrays.equals(first[i], second[i])) {
                differences.add(
                        new Difference(
                                i,
                                named(truth[i], names),
                                named(first[i], names),
                                named(second[i], names)));
            }
        }
        return new PairedComparison(
                truth.length,
                names,
                side(truth, first, firstRight, names, oneLabel),
                side(truth, second, secondRight, names, oneLabel),
                bounds.accuracy(),
                bounds.macroF1(),
                McNemar.of(firstRight, secondRight),
                differences,
                resamples,
                seed);
    }

    private static Side side(
            int[][] truth, int[][] said, boolean[] right, List<String> names, boolean oneLabel) {
        int[][] counts = new int[3][names.size()];
        int rightRows = 0;
        for (int i = 0; i < truth.length; i++) {
            rightRows += right[i] ? 1 : 0;
            for (int label : truth[i]) {
                counts[0][label]++;
            }
            for (int label : said[i]) {
                counts[1][label]++;
                counts[2][label] += contains(truth[i], label) ? 1 : 0;
            }
        }
        List<ClassScore> perClass = new ArrayList<>();
        for (int k = 0; k < names.size(); k++) {
            perClass.add(
                    ClassScore.of(k, names.get(k), counts[0][k], counts[2][k], counts[1][k], 0));
        }
        AveragedClasses averaged = oneLabel ? AveragedClasses.OCCURRING : AveragedClasses.ALL;
        return new Side(
                rightRows,
                (double) rightRows / truth.length,
                Averages.of(perClass, 0, averaged).macro().f1(),
                perClass);
    }

    private static boolean[] right(int[][] truth, int[][] said) {
        boolean[] right = new boolean[truth.length];
        for (int i = 0; i < right.length; i++) {
            right[i] = Arrays.equals(truth[i], said[i]);
        }
        return right;
    }

    static boolean contains(int[] labels, int label) {
        for (int one : labels) {
            if (one == label) {
                return true;
            }
        }
        return false;
    }

    private static List<String> named(int[] labels, List<String> names) {
        return Arrays.stream(labels).mapToObj(names::get).toList();
    }

    private static int[][] lists(int[] labels) {
        int[][] lists = new int[labels.length][];
        for (int i = 0; i < lists.length; i++) {
            lists[i] = new int[] {labels[i]};
        }
        return lists;
    }

    private static int[][] lists(boolean[][] rows) {
        int[][] lists = new int[rows.length][];
        for (int i = 0; i < lists.length; i++) {
            int count = 0;
            int[] list = new int[rows[i].length];
            for (int k = 0; k < list.length; k++) {
                if (rows[i][k]) {
                    list[count++] = k;
                }
            }
            lists[i] = Arrays.copyOf(list, count);
        }
        return lists;
    }

    private static void requireFit(
            int[][] truth, int[][] first, int[][] second, int labels, int resamples) {
        if (truth.length == 0
                || truth.length != first.length
                || truth.length != second.length
                || resamples < 1) {
            throw new IllegalArgumentException(
                    "comparison: expected as many answers of both as there are labelled examples, at least one, and at least one resample; found %d and %d answers for %d examples, %d resamples"
                            .formatted(first.length, second.length, truth.length, resamples));
        }
        for (int[][] rows : List.of(truth, first, second)) {
            for (int i = 0; i < rows.length; i++) {
                for (int label : rows[i]) {
                    if (label < 0 || label >= labels) {
                        throw new IllegalArgumentException(
                                "comparison: expected labels from 0 to %d, found %d in example %d"
                                        .formatted(labels - 1, label, i));
                    }
                }
            }
        }
    }
}
