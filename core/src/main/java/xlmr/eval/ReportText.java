package xlmr.eval;

import static xlmr.eval.NumberWords.count;
import static xlmr.eval.NumberWords.decimals;

import java.util.List;
import java.util.Locale;

/// A report in words and aligned tables, for a person. Plain text without colors; ends in a line
/// feed.
public final class ReportText {

    private static final int WIDTH = 96;

    private ReportText() {}

    /// Says all that is in a report.
    public static String of(EvaluationReport report) {
        String body =
                switch (report) {
                    case ClassificationReport classification -> classification(classification);
                    case MultiLabelReport multiLabel -> multiLabel(multiLabel);
                    case RegressionReport regression -> regression(regression);
                    case EntityReport entities -> TaskReportText.entities(entities);
                    case TagReport tags -> TaskReportText.tags(tags);
                    case SpanReport spans -> TaskReportText.spans(spans);
                    case ChoiceReport choices -> TaskReportText.choices(choices);
                    case LanguageModelReport model -> TaskReportText.languageModel(model);
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
        ReportTables.perClass(text, "By class", report.scores().perClass());
        ReportTables.confusion(text, report.confusion(), report.labelNames());
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
        ReportTables.perClass(text, "By class", report.perLabel());
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

    static void averages(StringBuilder text, Averages averages) {
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

    static void heading(StringBuilder text, String words) {
        text.append(words).append('\n');
    }

    static void fact(StringBuilder text, String name, String value, String meaning) {
        text.append(String.format(Locale.ROOT, "  %-12s%9s   %s\n", name, value, meaning));
    }

    private static String classes(List<String> names) {
        return "%d classes".formatted(names.size());
    }

    static String four(double value) {
        return Double.isNaN(value) ? "undefined" : String.format(Locale.ROOT, "%.4f", value);
    }
}
