package xlmr.eval;

import java.util.List;
import java.util.Locale;

/// A report in words and aligned tables, for a person. Plain text without colors; ends in a line
/// feed.
public final class ReportText {

    private static final int WIDTH = 96;

    private ReportText() {}

    /// Says all that is in a report.
    public static String of(EvaluationReport report) {
        StringBuilder text = new StringBuilder();
        heading(text, ReportFacts.heading(report));
        for (Fact fact : ReportFacts.of(report)) {
            text.append(
                    String.format(
                            Locale.ROOT,
                            "  %-12s%9s   %s\n",
                            fact.name(),
                            fact.value(),
                            TextTable.harmless(fact.meaning())));
        }
        ReportTables.add(text, report);
        if (!(report instanceof JointReport)) { // whose heads say it themselves
            text.append(verdicts(report.verdicts()));
        }
        return text.toString();
    }

    /// The same under a title, as part of a larger report.
    static String of(String title, EvaluationReport report) {
        return title + ": " + of(report);
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
}
