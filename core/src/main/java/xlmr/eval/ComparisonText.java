package xlmr.eval;

import static xlmr.eval.NumberWords.percent;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;

/// A [PairedComparison] for a person and for scripts. The two classifiers are called A and B.
public final class ComparisonText {
    private ComparisonText() {}

    /// Whether B is better, in one or two plain sentences.
    public static String sentence(PairedComparison comparison) {
        PairedComparison.Side first = comparison.first();
        PairedComparison.Side second = comparison.second();
        McNemar test = comparison.test();
        int more = second.right() - first.right();
        if (test.onlyFirst() + test.onlySecond() == 0) {
            return "Both get the same %d of %d texts right: on these texts there is nothing to tell them apart."
                    .formatted(first.right(), comparison.examples());
        }
        String counts =
                more == 0
                        ? "Both get %d of %d texts right"
                                .formatted(first.right(), comparison.examples())
                        : "%s gets %d of %d texts right, %s gets %d"
                                .formatted(
                                        more > 0 ? "B" : "A",
                                        Math.max(first.right(), second.right()),
                                        comparison.examples(),
                                        more > 0 ? "A" : "B",
                                        Math.min(first.right(), second.right()));
        String chance =
                "if both were equally good, a difference of this size or more would come about in %s of cases"
                        .formatted(chance(test.probability()));
        return test.isSignificant()
                ? "%s is better, and not by chance: %s; %s."
                        .formatted(more > 0 ? "B" : "A", lowerFirst(counts), chance)
                : "This cannot be told from chance: %s; %s. More texts may tell."
                        .formatted(lowerFirst(counts), chance);
    }

    private static String lowerFirst(String words) {
        return words.startsWith("Both") ? "b" + words.substring(1) : words;
    }

    private static String chance(double probability) {
        return probability < 0.001 ? "less than 0.1 %" : percent(probability);
    }

    /// Tables and sentences, ends in a line feed.
    ///
    /// @param firstName what A is
    /// @param secondName what B is
    public static String of(PairedComparison comparison, String firstName, String secondName) {
        PairedComparison.Side first = comparison.first();
        PairedComparison.Side second = comparison.second();
        StringBuilder text = new StringBuilder();
        text.append(TextTable.harmless("A  " + firstName)).append('\n');
        text.append(TextTable.harmless("B  " + secondName)).append("\n\n");
        TextTable table = new TextTable().row("", "A", "B", "B - A", "95 % interval");
        row(table, "accuracy", first.accuracy(), second.accuracy(), bounds(comparison.accuracy()));
        row(table, "macro F1", first.macroF1(), second.macroF1(), bounds(comparison.macroF1()));
        text.append(table.text()).append('\n');
        text.append(ReportText.wrapped("", sentence(comparison)));
        text.append("\nWhich of them is right\n");
        McNemar test = comparison.test();
        int both = first.right() - test.onlyFirst();
        text.append(
                new TextTable()
                        .row("", "B right", "B wrong")
                        .row("A right", number(both), number(test.onlyFirst()))
                        .row(
                                "A wrong",
                                number(test.onlySecond()),
                                number(
                                        comparison.examples()
                                                - both
                                                - test.onlyFirst()
                                                - test.onlySecond()))
                        .text());
        text.append("\nF1 by class\n");
        TextTable classes = new TextTable().row("", "A", "B", "B - A", "examples");
        for (int k = 0; k < first.perClass().size(); k++) {
            ClassScore one = first.perClass().get(k);
            row(
                    classes,
                    one.name(),
                    one.score().f1(),
                    second.perClass().get(k).score().f1(),
                    Long.toString(one.support()));
        }
        return text.append(classes.text()).toString();
    }

    private static void row(TextTable table, String name, double a, double b, String last) {
        table.row(name, three(a), three(b), String.format(Locale.ROOT, "%+.3f", b - a), last);
    }

    private static String bounds(DifferenceInterval interval) {
        return String.format(Locale.ROOT, "%+.3f to %+.3f", interval.low(), interval.high());
    }

    private static String number(int count) {
        return Integer.toString(count);
    }

    private static String three(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }

    /// All but the texts of the examples, as one JSON object.
    public static ObjectNode json(PairedComparison comparison) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("examples", comparison.examples());
        ReportJson.names(json, comparison.labelNames());
        side(json.putObject("a"), comparison.first());
        side(json.putObject("b"), comparison.second());
        ObjectNode difference = json.putObject("difference");
        put(
                difference,
                "accuracy",
                comparison.second().accuracy() - comparison.first().accuracy(),
                comparison.accuracy());
        put(
                difference,
                "macro_f1",
                comparison.second().macroF1() - comparison.first().macroF1(),
                comparison.macroF1());
        difference.put("resamples", comparison.resamples());
        difference.put("seed", comparison.seed());
        ObjectNode test = json.putObject("mcnemar");
        test.put("only_a_right", comparison.test().onlyFirst());
        test.put("only_b_right", comparison.test().onlySecond());
        ReportJson.put(test, "p", comparison.test().probability());
        test.put("significant", comparison.test().isSignificant());
        json.put("sentence", sentence(comparison));
        ArrayNode changed = json.putArray("differences");
        for (PairedComparison.Difference one : comparison.differences()) {
            ObjectNode node = changed.addObject();
            node.put("example", one.example());
            names(node.putArray("truth"), one.truth());
            names(node.putArray("a"), one.first());
            names(node.putArray("b"), one.second());
        }
        return json;
    }

    private static void put(
            ObjectNode json, String name, double value, DifferenceInterval interval) {
        ReportJson.put(json, name, value);
        ReportJson.put(json, name + "_low", interval.low());
        ReportJson.put(json, name + "_high", interval.high());
    }

    private static void side(ObjectNode json, PairedComparison.Side side) {
        json.put("right", side.right());
        ReportJson.put(json, "accuracy", side.accuracy());
        ReportJson.put(json, "macro_f1", side.macroF1());
        ReportJson.perClass(json, side.perClass());
    }

    private static void names(ArrayNode array, List<String> names) {
        names.forEach(array::add);
    }
}
