package xlmr.eval;

import static xlmr.eval.NumberWords.four;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The tables of a report: scores by class, and confusions.
final class ReportTables {

    /// A larger confusion matrix does not fit a screen: then only the most frequent confusions.
    private static final int MATRIX_CLASSES = 12;

    private static final int CONFUSIONS_SHOWN = 12;

    private ReportTables() {}

    /// The tables of any report.
    static void add(StringBuilder text, EvaluationReport report) {
        switch (report) {
            case ClassificationReport classes -> {
                perClass(text, "By class", classes.scores().perClass());
                confusion(text, classes.confusion(), classes.labelNames());
            }
            case MultiLabelReport labels -> perClass(text, "By class", labels.perLabel());
            case EntityReport entities -> {
                perClass(text, "By type", entities.perType());
                mistakes(text, entities.mistakes());
            }
            case TagReport tags -> {
                perClass(text, "By tag", tags.scores().perClass());
                confusion(text, tags.confusion(), tags.tagNames());
            }
            case SpanReport spans when spans.version() == SquadVersion.V2 -> answered(text, spans);
            case ChoiceReport choices ->
                    perClass(text, "By place, counted from 0", choices.places());
            case SpanReport spans -> {}
            case RegressionReport numbers -> {}
            case LanguageModelReport model -> {}
            case JointReport joint ->
                    joint.heads()
                            .forEach(
                                    (name, head) ->
                                            text.append("\n").append(ReportText.of(name, head)));
        }
    }

    /// A line for each class.
    ///
    /// @param title what the classes are
    private static void perClass(StringBuilder text, String title, List<ClassScore> classes) {
        ReportText.heading(text, "\n" + title);
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

    /// Which class was taken for which.
    private static void confusion(
            StringBuilder text, ConfusionMatrix confusion, List<String> names) {
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

    private static void mostConfused(
            StringBuilder text, ConfusionMatrix confusion, List<String> names) {
        List<ConfusionMatrix.Confusion> confusions = confusion.mostConfused(CONFUSIONS_SHOWN);
        if (confusions.isEmpty()) {
            return;
        }
        ReportText.heading(text, "\nMost confused");
        TextTable table = new TextTable();
        table.row("true", "predicted", "times");
        confusions.forEach(
                c ->
                        table.row(
                                names.get(c.actual()),
                                names.get(c.predicted()),
                                Integer.toString(c.count())));
        text.append(table.text());
    }

    private static void mistakes(StringBuilder text, EntityMistakes mistakes) {
        ReportText.heading(text, "\nWhat became of the true entities");
        TextTable table = new TextTable();
        mistakes.named().forEach((what, count) -> table.row(what, Long.toString(count)));
        text.append(table.text());
    }

    private static void answered(StringBuilder text, SpanReport report) {
        ReportText.heading(text, "\nQuestions with and without an answer");
        TextTable table = new TextTable();
        table.row("", "questions", "exact match", "F1");
        part(table, "with an answer", report.withAnswer());
        part(table, "without", report.withoutAnswer());
        text.append(table.text());
        best(text, "exact match", report.bestExact());
        best(text, "F1", report.bestF1());
    }

    private static void part(TextTable table, String name, SpanReport.@Nullable Part part) {
        if (part != null) {
            table.row(
                    name, Integer.toString(part.questions()), four(part.exact()), four(part.f1()));
        }
    }

    private static void best(StringBuilder text, String name, @Nullable AnswerThreshold best) {
        if (best != null) {
            text.append(
                    String.format(
                            Locale.ROOT,
                            "  best %s %s at the no-answer threshold %.4f\n",
                            name,
                            four(best.score()),
                            best.value()));
        }
    }
}
