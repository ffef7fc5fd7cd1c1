package xlmr.eval;

import static xlmr.eval.NumberWords.count;
import static xlmr.eval.NumberWords.four;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// The same model judged group by group, such as language by language.
///
/// @param by what the groups are, such as the name of a column
/// @param whole all rows together
/// @param groups one entry a group, in the order of their first rows
public record GroupedReport(String by, Group whole, List<Group> groups) {

    private static final int NAMES_SHOWN = 5;
    private static final int FEW = 30;

    /// A group of rows.
    ///
    /// @param name empty for rows that say none
    /// @param examples how many rows
    /// @param interval of the first score, at 95 %; null where that is no share of right rows
    /// @param scores the numbers by name, as [ReportJson] names them, the most telling first
    public record Group(
            String name,
            int examples,
            @Nullable ProportionInterval interval,
            SequencedMap<String, Double> scores) {}

    public GroupedReport {
        groups = List.copyOf(groups);
    }

    /// Puts evaluations together.
    ///
    /// @param by what the groups are
    /// @param whole the evaluation of all rows
    /// @param parts the evaluation of each group's rows, by name
    /// @throws IllegalArgumentException if the reports are of language models, or of several heads
    public static GroupedReport of(
            String by, EvaluationReport whole, SequencedMap<String, EvaluationReport> parts) {
        List<Group> groups = new ArrayList<>();
        parts.forEach((name, report) -> groups.add(group(name, report)));
        return new GroupedReport(by, group("all", whole), groups);
    }

    private static Group group(String name, EvaluationReport report) {
        SequencedMap<String, Double> scores = new LinkedHashMap<>();
        ProportionInterval interval =
                switch (report) {
                    case ClassificationReport classes -> {
                        scores.put("accuracy", classes.accuracy());
                        scores.put("macro_f1", classes.macroF1());
                        scores.put("loss", classes.loss());
                        scores.put(
                                "expected_calibration_error",
                                classes.calibration().expectedError());
                        yield ProportionInterval.wilson95(
                                classes.confusion().right(), classes.examples());
                    }
                    case MultiLabelReport labels -> {
                        scores.put("accuracy", labels.subsetAccuracy());
                        scores.put("macro_f1", labels.averages().macro().f1());
                        scores.put("micro_f1", labels.averages().micro().f1());
                        scores.put("loss", labels.loss());
                        yield ProportionInterval.wilson95(
                                Math.round(labels.subsetAccuracy() * labels.examples()),
                                labels.examples());
                    }
                    case RegressionReport numbers -> {
                        scores.put("mean_squared_error", numbers.loss());
                        scores.put("mean_absolute_error", numbers.meanAbsoluteError());
                        scores.put("pearson", numbers.pearson());
                        scores.put("spearman", numbers.spearman());
                        yield null;
                    }
                    case EntityReport entities -> {
                        scores.put("f1", entities.f1());
                        scores.put("precision", entities.averages().micro().precision());
                        scores.put("recall", entities.averages().micro().recall());
                        scores.put("accuracy", entities.tokenAccuracy());
                        scores.put("loss", entities.loss());
                        yield null;
                    }
                    case TagReport tags -> {
                        scores.put("accuracy", tags.accuracy());
                        scores.put("macro_f1", tags.scores().averages().macro().f1());
                        scores.put("loss", tags.loss());
                        yield null; // tags of one sentence depend on each other
                    }
                    case SpanReport spans -> {
                        scores.put("exact_match", spans.all().exact());
                        scores.put("f1", spans.all().f1());
                        scores.put("loss", spans.loss());
                        yield ProportionInterval.wilson95(
                                Math.round(spans.all().exact() * spans.examples()),
                                spans.examples());
                    }
                    case ChoiceReport choices -> {
                        scores.put("accuracy", choices.accuracy());
                        scores.put("chance", choices.chance());
                        scores.put("loss", choices.loss());
                        yield choices.interval();
                    }
                    case LanguageModelReport model -> throw refused("language models");
                    case JointReport joint -> throw refused("several heads at a time");
                };
        return new Group(name, report.examples(), interval, scores);
    }

    private static IllegalArgumentException refused(String what) {
        return new IllegalArgumentException("groups: not of " + what);
    }

    /// What stands out, a sentence each; none where nothing does.
    public List<String> words() {
        double all = first(whole);
        boolean judged = whole.interval() != null;
        List<String> below = new ArrayList<>();
        List<String> above = new ArrayList<>();
        List<String> few = new ArrayList<>();
        for (Group group : groups) {
            ProportionInterval interval = group.interval();
            if (interval != null) {
                String shown = "%s (%s)".formatted(title(group), four(first(group)));
                if (interval.high() < all) {
                    below.add(shown);
                } else if (interval.low() > all) {
                    above.add(shown);
                }
            }
            if (group.examples() < FEW) {
                few.add("%s (%d)".formatted(title(group), group.examples()));
            }
        }
        List<String> words = new ArrayList<>();
        if (!below.isEmpty()) {
            words.add("Worse than the whole (%s): %s.".formatted(four(all), listed(below)));
        }
        if (!above.isEmpty()) {
            words.add("Better than the whole (%s): %s.".formatted(four(all), listed(above)));
        }
        if (judged && groups.size() > 1 && below.isEmpty() && above.isEmpty()) {
            words.add(
                    "The interval of every group holds the %s of the whole: these examples do not tell the groups apart."
                            .formatted(heading(whole.scores().firstEntry().getKey())));
        }
        if (!few.isEmpty()) {
            words.add("Too few examples to say much: %s.".formatted(listed(few)));
        }
        return words;
    }

    private static double first(Group group) {
        return group.scores().firstEntry().getValue();
    }

    private static String title(Group group) {
        return group.name().isEmpty() ? "(none)" : group.name();
    }

    private static String listed(List<String> names) {
        return names.size() <= NAMES_SHOWN
                ? String.join(", ", names)
                : "%s and %d more"
                        .formatted(
                                String.join(", ", names.subList(0, NAMES_SHOWN)),
                                names.size() - NAMES_SHOWN);
    }

    /// Table and sentences, ends in a line feed.
    public String text() {
        boolean shares = whole.interval() != null;
        StringBuilder text = new StringBuilder();
        text.append(TextTable.harmless("By %s: %s".formatted(by, count(groups.size(), "group"))));
        text.append('\n');
        TextTable table = new TextTable();
        List<String> header = new ArrayList<>(List.of("", "examples"));
        for (String name : whole.scores().keySet()) {
            header.add(heading(name));
            if (shares && header.size() == 3) {
                header.add("95 % interval");
            }
        }
        table.row(header);
        for (Group group : groups) {
            table.row(row(group));
        }
        table.row(row(whole));
        text.append(table.text());
        for (String sentence : words()) {
            text.append(ReportText.wrapped("", TextTable.harmless(sentence)));
        }
        return text.toString();
    }

    private static String heading(String name) {
        return switch (name) {
            case "macro_f1" -> "macro F1";
            case "micro_f1" -> "micro F1";
            case "f1" -> "F1";
            case "exact_match" -> "exact matches";
            case "expected_calibration_error" -> "calibration error";
            default -> name.replace('_', ' ');
        };
    }

    private static List<String> row(Group group) {
        List<String> cells = new ArrayList<>(List.of(title(group), "" + group.examples()));
        for (Map.Entry<String, Double> score : group.scores().entrySet()) {
            cells.add(four(score.getValue()));
            ProportionInterval interval = group.interval();
            if (interval != null && cells.size() == 3) {
                cells.add("%s to %s".formatted(four(interval.low()), four(interval.high())));
            }
        }
        return cells;
    }

    /// One object by group, for scripts.
    public ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        for (Group group : groups) {
            ObjectNode node = json.putObject(group.name());
            node.put("examples", group.examples());
            group.scores().forEach((name, score) -> ReportJson.put(node, name, score));
            ProportionInterval interval = group.interval();
            if (interval != null) {
                String first = group.scores().firstEntry().getKey();
                ReportJson.put(node, first + "_low", interval.low());
                ReportJson.put(node, first + "_high", interval.high());
            }
        }
        return json;
    }
}
