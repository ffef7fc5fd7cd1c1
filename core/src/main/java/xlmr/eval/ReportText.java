package xlmr.eval;

import static xlmr.eval.NumberWords.count;
import static xlmr.eval.NumberWords.decimals;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// A report in words and aligned tables, for a person. Plain text without colors; ends in a line
/// feed.
public final class ReportText {

    private static final int WIDTH = 96;

    /// A larger confusion matrix does not fit a screen: then only the most frequent confusions.
    private static final int MATRIX_CLASSES = 12;

    private static final int CONFUSIONS_SHOWN = 12;

    private ReportText() {}

    /// Says all that is in a report.
    public static String of(EvaluationReport report) {
        String body =
                switch (report) {
                    case ClassificationReport classification -> classification(classification);
                    case MultiLabelReport multiLabel -> multiLabel(multiLabel);
                    case RegressionReport regression -> regression(regression);
                };
        return body + verdicts(report.verdicts());
    }

    private static String classification(ClassificationReport report) {
        Averages averages = report.scores().averages();
        ClassBaselines baselines = report.baselines();
        String majority = TextTable.harmless(report.labelNames().get(baselines.majorityClass()));
        StringBuilder text = new StringBuilder();
        heading(text, count(report.examples(), "example") + ", " + classes(report.labelNames()));
        fact(
                text,
                "accuracy",
                four(report.accuracy()),
                "%d of %d right; always '%s' would give %s"
                        .formatted(
                                report.confusion().right(),
                                report.examples(),
                                majority,
                                four(baselines.majorityAccuracy())));
        fact(
                text,
                "loss",
                decimals(report.loss()),
                "mean over the rows, lower is better; class shares alone give %s"
                        .formatted(decimals(baselines.priorLoss())));
        averages(text, averages);
        fact(
                text,
                "Matthews",
                four(report.scores().matthews()),
                "1 is perfect, 0 is no better than chance");
        fact(text, "kappa", four(report.scores().kappa()), "agreement beyond chance");
        fact(
                text,
                "confidence",
                four(report.calibration().meanConfidence()),
                "how sure it is on average; calibration error %s"
                        .formatted(four(report.calibration().expectedError())));
        perClass(text, report.scores().perClass());
        confusion(text, report);
        return text.toString();
    }

    private static String multiLabel(MultiLabelReport report) {
        StringBuilder text = new StringBuilder();
        heading(
                text,
                "%s, %s, any number of them for each example"
                        .formatted(
                                count(report.examples(), "example"),
                                count(report.labelNames().size(), "label")));
        fact(
                text,
                "all right",
                four(report.subsetAccuracy()),
                "share of rows right in every label");
        fact(
                text,
                "hamming",
                four(report.hammingLoss()),
                "share of wrong answers, lower is better");
        fact(
                text,
                "loss",
                decimals(report.loss()),
                "mean over rows and labels; label shares alone give %s"
                        .formatted(decimals(report.priorLoss())));
        fact(text, "micro F1", four(report.averages().micro().f1()), "over all answers at once");
        averages(text, report.averages());
        perClass(text, report.perLabel());
        return text.toString();
    }

    private static String regression(RegressionReport report) {
        StringBuilder text = new StringBuilder();
        heading(text, count(report.examples(), "example") + ", a number each");
        fact(
                text,
                "loss",
                decimals(report.loss()),
                "mean squared error; always the mean would give %s"
                        .formatted(decimals(report.targetVariance())));
        fact(
                text,
                "mean error",
                decimals(report.meanAbsoluteError()),
                "mean distance from the right number");
        fact(text, "R2", four(report.r2()), "1 is perfect, 0 is as good as always the mean");
        fact(text, "Pearson", four(report.pearson()), "how well a straight line fits, -1 to 1");
        fact(text, "Spearman", four(report.spearman()), "how well the order agrees, -1 to 1");
        return text.toString();
    }

    private static void averages(StringBuilder text, Averages averages) {
        fact(text, "macro F1", four(averages.macro().f1()), "every class counts the same");
        fact(
                text,
                "weighted F1",
                four(averages.weighted().f1()),
                "every class counts by its examples; precision %s, recall %s"
                        .formatted(
                                four(averages.weighted().precision()),
                                four(averages.weighted().recall())));
    }

    private static void perClass(StringBuilder text, List<ClassScore> classes) {
        heading(text, "\nBy class");
        TextTable table = new TextTable();
        table.row("", "precision", "recall", "F1", "examples", "predicted");
        for (ClassScore scored : classes) {
            table.row(
                    scored.name(),
                    four(scored.score().precision()),
                    four(scored.score().recall()),
                    four(scored.score().f1()),
                    Long.toString(scored.support()),
                    Long.toString(scored.predicted()));
        }
        text.append(table.text());
    }

    private static void confusion(StringBuilder text, ClassificationReport report) {
        ConfusionMatrix confusion = report.confusion();
        if (confusion.classes() > MATRIX_CLASSES) {
            mostConfused(text, report);
            return;
        }
        heading(text, "\nConfusion: a row for each true class, a column for each predicted one");
        TextTable table = new TextTable();
        List<String> header = new ArrayList<>(List.of(""));
        for (int k = 0; k < confusion.classes(); k++) {
            header.add("[%d]".formatted(k));
        }
        table.row(header);
        for (int actual = 0; actual < confusion.classes(); actual++) {
            List<String> row =
                    new ArrayList<>(
                            List.of("[%d] %s".formatted(actual, report.labelNames().get(actual))));
            for (int predicted = 0; predicted < confusion.classes(); predicted++) {
                row.add(Integer.toString(confusion.count(actual, predicted)));
            }
            table.row(row);
        }
        text.append(table.text());
    }

    private record Confused(String actual, String predicted, int count) {}

    private static void mostConfused(StringBuilder text, ClassificationReport report) {
        List<Confused> confusions = new ArrayList<>();
        for (int actual = 0; actual < report.confusion().classes(); actual++) {
            for (int predicted = 0; predicted < report.confusion().classes(); predicted++) {
                int count = report.confusion().count(actual, predicted);
                if (actual != predicted && count > 0) {
                    confusions.add(
                            new Confused(
                                    report.labelNames().get(actual),
                                    report.labelNames().get(predicted),
                                    count));
                }
            }
        }
        if (confusions.isEmpty()) {
            return;
        }
        confusions.sort((a, b) -> Integer.compare(b.count(), a.count()));
        heading(text, "\nMost confused");
        TextTable table = new TextTable();
        table.row("true", "predicted", "times");
        confusions.stream()
                .limit(CONFUSIONS_SHOWN)
                .forEach(c -> table.row(c.actual(), c.predicted(), Integer.toString(c.count())));
        text.append(table.text());
    }

    private static String verdicts(List<Verdict> verdicts) {
        if (verdicts.isEmpty()) {
            return "";
        }
        StringBuilder text = new StringBuilder();
        heading(text, "\nWhat this means");
        for (Verdict verdict : verdicts) {
            String label =
                    String.format(
                            Locale.ROOT,
                            "  %-9s",
                            verdict.severity().name().toLowerCase(Locale.ROOT));
            text.append(wrapped(label, TextTable.harmless(verdict.sentence())));
        }
        return text.toString();
    }

    /// Words after `label`, on as many lines as they need, the later ones indented by its length.
    static String wrapped(String label, String words) {
        StringBuilder text = new StringBuilder();
        StringBuilder line = new StringBuilder(label);
        int indent = label.length();
        for (String word : words.split(" ")) {
            boolean first = line.length() == indent;
            if (!first && TextTable.width(line.toString()) + 1 + TextTable.width(word) > WIDTH) {
                text.append(line).append('\n');
                line = new StringBuilder(" ".repeat(indent));
                first = true;
            }
            line.append(first ? "" : " ").append(word);
        }
        return text.append(line).append('\n').toString();
    }

    private static void heading(StringBuilder text, String words) {
        text.append(words).append('\n');
    }

    private static void fact(StringBuilder text, String name, String value, String meaning) {
        text.append(String.format(Locale.ROOT, "  %-12s%9s   %s\n", name, value, meaning));
    }

    private static String classes(List<String> names) {
        return "%d classes".formatted(names.size());
    }

    private static String four(double value) {
        return Double.isNaN(value) ? "undefined" : String.format(Locale.ROOT, "%.4f", value);
    }
}
