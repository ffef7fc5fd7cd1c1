package xlmr.eval;

import static xlmr.eval.NumberWords.count;
import static xlmr.eval.NumberWords.percent;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Rows of numbers explained for someone who does not know what they are: which kind, how to read a
/// row, and the first rows worked out.
///
/// @param kind what the numbers are
/// @param paragraphs what that means, in words
/// @param rows the first rows, worked out
/// @param summary what all rows together answer, and how sure they are
public record LogitsExplanation(
        RowKind kind, List<String> paragraphs, List<WorkedRow> rows, String summary) {

    private static final String HOW_TO_NAME =
            """
             These names only count the classes; the real ones stand in the order of 'id2label' in \
            the config.json of the model, and 'label_names' in this file puts them in.\
            """;

    /// One row, from its numbers to the answer.
    ///
    /// @param numbers as given
    /// @param probabilities their softmax (the same numbers if they were probabilities)
    /// @param prediction the label of the largest
    /// @param runnerUp the label of the second largest
    /// @param margin by how much the logit of the prediction exceeds that of the runner-up:
    ///   exp(margin) is how many times more probable it is
    /// @param truth the right label, if it is known
    public record WorkedRow(
            int row,
            List<Double> numbers,
            List<Double> probabilities,
            String prediction,
            String runnerUp,
            double margin,
            @Nullable String truth) {

        public WorkedRow {
            numbers = List.copyOf(numbers);
            probabilities = List.copyOf(probabilities);
        }
    }

    public LogitsExplanation {
        paragraphs = List.copyOf(paragraphs);
        rows = List.copyOf(rows);
    }

    /// Explains rows `[B, K]` and works out the first of them.
    ///
    /// @param labels the right class of each row, or null if they are not known
    /// @param labelNames the K labels in the order of the columns
    /// @param shown how many rows to work out
    /// @throws IllegalArgumentException if there is no row, a row is of another length, or names or
    ///   labels do not fit
    public static LogitsExplanation of(
            double[][] rows, int @Nullable [] labels, List<String> labelNames, int shown) {
        int classes = Logits.requireRectangular("explanation", rows, 2);
        ClassificationReport.requireNames(labelNames, classes);
        RowKind kind = RowKind.of(rows);
        double[][] logits = kind.asLogits(rows);
        List<WorkedRow> worked = new ArrayList<>();
        for (int i = 0; i < Math.min(shown, rows.length); i++) {
            String truth = labels == null ? null : labelNames.get(labels[i]);
            worked.add(worked(i, rows[i], logits[i], labelNames, truth));
        }
        return new LogitsExplanation(
                kind, paragraphs(kind, rows, labelNames), worked, summary(logits, labelNames));
    }

    private static String summary(double[][] logits, List<String> names) {
        int[] counts = new int[names.size()];
        double sum = 0;
        for (double[] row : logits) {
            int best = Logits.argmax(row);
            counts[best]++;
            sum += Logits.softmax(row)[best];
        }
        List<String> answers = new ArrayList<>();
        for (int k = 0; k < counts.length; k++) {
            answers.add("%s %s".formatted(names.get(k), count(counts[k], "time")));
        }
        return "All rows together answer %s. The mean probability of the answer is %s; a guess among %d has %s."
                .formatted(
                        NumberWords.names(answers),
                        percent(sum / logits.length),
                        names.size(),
                        percent(1.0 / names.size()));
    }

    private static WorkedRow worked(
            int row,
            double[] numbers,
            double[] logits,
            List<String> names,
            @Nullable String truth) {
        int best = Logits.argmax(logits);
        int second = best == 0 ? 1 : 0;
        for (int k = 0; k < logits.length; k++) {
            if (k != best && logits[k] > logits[second]) {
                second = k;
            }
        }
        return new WorkedRow(
                row,
                boxed(numbers),
                boxed(Logits.softmax(logits)),
                names.get(best),
                names.get(second),
                logits[best] - logits[second],
                truth);
    }

    private static List<String> paragraphs(RowKind kind, double[][] rows, List<String> names) {
        String what =
                """
                Each of the %s is the answer to one example: %d numbers, one for each class, \
                in the order %s.\
                """
                                .formatted(
                                        count(rows.length, "row"),
                                        names.size(),
                                        NumberWords.names(names))
                        + (areNumbered(names) ? HOW_TO_NAME : "");
        String answer =
                """
                The answer is the class with the largest number of the row (argmax). How much \
                larger it is than the second is the margin m of the logits: the answer is then \
                exp(m) times as probable as the runner-up. A margin near 0 is a toss-up.\
                """;
        return List.of(what, whatTheyAre(kind, rows), answer);
    }

    private static boolean areNumbered(List<String> names) {
        for (int k = 0; k < names.size(); k++) {
            if (!names.get(k).equals("LABEL_" + k)) {
                return false;
            }
        }
        return true;
    }

    private static String whatTheyAre(RowKind kind, double[][] rows) {
        return switch (kind) {
            case LOGITS ->
                    """
                    These are logits: raw scores of the last layer, of any size and sign, on a \
                    scale of their own. They are not probabilities: %s. Softmax makes \
                    probabilities of a row: take exp of each number and divide by the sum of \
                    these. Only differences within a row count; adding the same to all of them \
                    changes nothing.\
                    """
                            .formatted(whyNotProbabilities(rows));
            case PROBABILITIES ->
                    """
                    These are probabilities already: no number is negative and each row sums to \
                    1. Do not apply softmax again, which would flatten them. Their logarithms \
                    serve as logits.\
                    """;
            case LOG_PROBABILITIES ->
                    """
                    These are log-probabilities (the output of log-softmax): no number is \
                    positive, and the exponentials of each row sum to 1. exp of a number is the \
                    probability. Softmax gives the same, so they may also be used as logits.\
                    """;
        };
    }

    private static String whyNotProbabilities(double[][] rows) {
        for (int i = 0; i < rows.length; i++) {
            double sum = 0;
            for (double value : rows[i]) {
                if (value < 0) {
                    return String.format(Locale.ROOT, "row %d holds %.4f, below 0", i, value);
                }
                sum += value;
            }
            if (Math.abs(sum - 1) > 0.01) {
                return String.format(Locale.ROOT, "row %d sums to %.4f, not to 1", i, sum);
            }
        }
        return "not every row sums to 1";
    }

    /// The explanation as plain text; ends in a line feed.
    public String text() {
        StringBuilder text = new StringBuilder();
        for (String paragraph : paragraphs) {
            text.append(ReportText.wrapped("", TextTable.harmless(paragraph))).append('\n');
        }
        if (!rows.isEmpty()) {
            text.append("The first rows, worked out (counted from 0)\n");
            for (WorkedRow row : rows) {
                text.append(ReportText.wrapped("  row %-4d ".formatted(row.row()), sentence(row)));
            }
            text.append('\n');
        }
        return text.append(ReportText.wrapped("", TextTable.harmless(summary))).toString();
    }

    private String sentence(WorkedRow row) {
        String steps =
                kind == RowKind.PROBABILITIES
                        ? joined(row.probabilities(), "%.3f")
                        : "%s -> softmax %s"
                                .formatted(
                                        joined(row.numbers(), "%.3f"),
                                        joined(row.probabilities(), "%.3f"));
        double probability =
                row.probabilities().stream().mapToDouble(p -> p).max().orElse(Double.NaN);
        String answer =
                String.format(
                        Locale.ROOT,
                        "%s -> '%s' (%s), margin %.3f over '%s'",
                        steps,
                        row.prediction(),
                        percent(probability),
                        row.margin(),
                        row.runnerUp());
        String truth = row.truth();
        if (truth == null) {
            return TextTable.harmless(answer);
        }
        String judged =
                truth.equals(row.prediction()) ? "; right" : "; wrong, it is '%s'".formatted(truth);
        return TextTable.harmless(answer + judged);
    }

    private static String joined(List<Double> values, String format) {
        return String.join(
                " ",
                values.stream().map(value -> String.format(Locale.ROOT, format, value)).toList());
    }

    private static List<Double> boxed(double[] values) {
        List<Double> list = new ArrayList<>();
        for (double value : values) {
            list.add(value);
        }
        return list;
    }
}
