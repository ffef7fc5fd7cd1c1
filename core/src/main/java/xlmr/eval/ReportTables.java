package xlmr.eval;

import java.util.ArrayList;
import java.util.List;

/// The tables of a report: scores by class, and confusions.
final class ReportTables {

    /// A larger confusion matrix does not fit a screen: then only the most frequent confusions.
    private static final int MATRIX_CLASSES = 12;

    private static final int CONFUSIONS_SHOWN = 12;

    private ReportTables() {}

    /// A line for each class.
    ///
    /// @param title what the classes are
    static void perClass(StringBuilder text, String title, List<ClassScore> classes) {
        ReportText.heading(text, "\n" + title);
        TextTable table = new TextTable();
        table.row("", "precision", "recall", "F1", "examples", "predicted");
        for (ClassScore scored : classes) {
            table.row(
                    scored.name(),
                    ReportText.four(scored.score().precision()),
                    ReportText.four(scored.score().recall()),
                    ReportText.four(scored.score().f1()),
                    Long.toString(scored.support()),
                    Long.toString(scored.predicted()));
        }
        text.append(table.text());
    }

    /// Which class was taken for which.
    static void confusion(StringBuilder text, ConfusionMatrix confusion, List<String> names) {
        if (confusion.classes() > MATRIX_CLASSES) {
            mostConfused(text, confusion, names);
            return;
        }
        ReportText.heading(
                text, "\nConfusion: a row for each true class, a column for each predicted one");
        TextTable table = new TextTable();
        List<String> header = new ArrayList<>(List.of(""));
        for (int k = 0; k < confusion.classes(); k++) {
            header.add("[%d]".formatted(k));
        }
        table.row(header);
        for (int actual = 0; actual < confusion.classes(); actual++) {
            List<String> row =
                    new ArrayList<>(List.of("[%d] %s".formatted(actual, names.get(actual))));
            for (int predicted = 0; predicted < confusion.classes(); predicted++) {
                row.add(Integer.toString(confusion.count(actual, predicted)));
            }
            table.row(row);
        }
        text.append(table.text());
    }

    private record Confused(String actual, String predicted, int count) {}

    private static void mostConfused(
            StringBuilder text, ConfusionMatrix confusion, List<String> names) {
        List<Confused> confusions = new ArrayList<>();
        for (int actual = 0; actual < confusion.classes(); actual++) {
            for (int predicted = 0; predicted < confusion.classes(); predicted++) {
                int count = confusion.count(actual, predicted);
                if (actual != predicted && count > 0) {
                    confusions.add(new Confused(names.get(actual), names.get(predicted), count));
                }
            }
        }
        if (confusions.isEmpty()) {
            return;
        }
        confusions.sort((a, b) -> Integer.compare(b.count(), a.count()));
        ReportText.heading(text, "\nMost confused");
        TextTable table = new TextTable();
        table.row("true", "predicted", "times");
        confusions.stream()
                .limit(CONFUSIONS_SHOWN)
                .forEach(c -> table.row(c.actual(), c.predicted(), Integer.toString(c.count())));
        text.append(table.text());
    }
}
