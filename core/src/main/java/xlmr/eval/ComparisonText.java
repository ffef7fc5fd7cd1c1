package xlmr.eval;

import static xlmr.eval.NumberWords.percent;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/// A [PairedComparison] for a person and for scripts. The two models are called A and B.
public final class ComparisonText {
    private ComparisonText() {}

    /// Whether B is better, in a few plain sentences.
    public static String sentence(PairedComparison comparison) {
        RandomizationTest randomization = comparison.randomization();
        McNemar rightness = comparison.rightness();
        if (randomization == null) {
            return rightness == null ? "" : ofRight(comparison, rightness);
        }
        String tested = ofScore(comparison, randomization);
        return rightness == null || rightness.onlyFirst() + rightness.onlySecond() == 0
                ? tested
                : "%s Of answers that are right as a whole: %s"
                        .formatted(tested, lowerFirst(ofRight(comparison, rightness)));
    }

    private static String ofRight(PairedComparison comparison, McNemar test) {
        int more = test.secondRight() - test.firstRight();
        String nouns = comparison.noun() + "s";
        if (test.onlyFirst() + test.onlySecond() == 0) {
            return "Both get the same %d of %d %s right: on these %s there is nothing to tell them apart."
                    .formatted(test.firstRight(), comparison.examples(), nouns, nouns);
        }
        String counts =
                more == 0
                        ? "both get %d of %d %s right"
                                .formatted(test.firstRight(), comparison.examples(), nouns)
                        : "%s gets %d of %d %s right, %s gets %d"
                                .formatted(
                                        more > 0 ? "B" : "A",
                                        Math.max(test.firstRight(), test.secondRight()),
                                        comparison.examples(),
                                        nouns,
                                        more > 0 ? "A" : "B",
                                        Math.min(test.firstRight(), test.secondRight()));
        String chance =
                "if both were equally good, a difference of this size or more would come about in %s of cases"
                        .formatted(chance(test.probability()));
        return test.isSignificant()
                ? "%s is better, and not by chance: %s; %s."
                        .formatted(more > 0 ? "B" : "A", counts, chance)
                : "This cannot be told from chance: %s; %s. More %s may tell."
                        .formatted(counts, chance, nouns);
    }

    private static String ofScore(PairedComparison comparison, RandomizationTest test) {
        ComparedScore score = comparison.scores().getFirst();
        String nouns = comparison.noun() + "s";
        if (test.differing() == 0) {
            return "Both do as well on each of %d %s, %s %s: on these there is nothing to tell them apart."
                    .formatted(comparison.examples(), nouns, score.title(), three(score.first()));
        }
        boolean second = score.secondIsBetter();
        String found =
                "%s is %s for %s, %s for %s"
                        .formatted(
                                score.title(),
                                three(second ? score.second() : score.first()),
                                second ? "B" : "A",
                                three(second ? score.first() : score.second()),
                                second ? "A" : "B");
        String chance =
                "if it made no difference which of the two answers, a difference of this size or more would come about in %s of cases"
                        .formatted(chance(test.probability()));
        return test.isSignificant()
                ? "%s is better, and not by chance: %s; %s."
                        .formatted(second ? "B" : "A", found, chance)
                : "This cannot be told from chance: %s; %s. More %s may tell."
                        .formatted(found, chance, nouns);
    }

    private static String lowerFirst(String words) {
        boolean name = words.startsWith("A ") || words.startsWith("B ");
        return name ? words : words.substring(0, 1).toLowerCase(Locale.ROOT) + words.substring(1);
    }

    private static String chance(double probability) {
        return probability < 0.001 ? "less than 0.1 %" : percent(probability);
    }

    /// Tables and sentences, ends in a line feed.
    ///
    /// @param firstName what A is
    /// @param secondName what B is
    public static String of(PairedComparison comparison, String firstName, String secondName) {
        StringBuilder text = new StringBuilder();
        text.append(TextTable.harmless("A  " + firstName)).append('\n');
        text.append(TextTable.harmless("B  " + secondName)).append("\n\n");
        TextTable table = new TextTable().row("", "A", "B", "B - A", "95 % interval");
        for (ComparedScore score : comparison.scores()) {
            row(table, score.title(), score.first(), score.second(), bounds(score.interval()));
        }
        text.append(table.text()).append('\n');
        text.append(ReportText.wrapped("", sentence(comparison)));
        McNemar test = comparison.rightness();
        if (test != null) {
            text.append("\nWhich of them is right\n");
            text.append(
                    new TextTable()
                            .row("", "B right", "B wrong")
                            .row("A right", "" + test.both(), "" + test.onlyFirst())
                            .row("A wrong", "" + test.onlySecond(), "" + test.neither())
                            .text());
        }
        if (!comparison.classes().isEmpty()) {
            text.append("\nF1 by class\n");
            TextTable classes = new TextTable().row("", "A", "B", "B - A", "examples");
            for (ComparedClass one : comparison.classes()) {
                row(
                        classes,
                        one.first().name(),
                        one.first().score().f1(),
                        one.second().score().f1(),
                        Long.toString(one.first().support()));
            }
            text.append(classes.text());
        }
        return text.toString();
    }

    private static void row(TextTable table, String name, double a, double b, String last) {
        String difference = Double.isNaN(b - a) ? "-" : String.format(Locale.ROOT, "%+.3f", b - a);
        table.row(name, three(a), three(b), difference, last);
    }

    private static String bounds(DifferenceInterval interval) {
        return Double.isNaN(interval.low())
                ? "-"
                : String.format(Locale.ROOT, "%+.3f to %+.3f", interval.low(), interval.high());
    }

    private static String three(double value) {
        return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%.3f", value);
    }

    /// All but the texts of the examples, as one JSON object.
    public static ObjectNode json(PairedComparison comparison) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("examples", comparison.examples());
        if (!comparison.classes().isEmpty()) {
            ReportJson.names(
                    json, comparison.classes().stream().map(one -> one.first().name()).toList());
        }
        side(json.putObject("a"), comparison, ComparedScore::first, ComparedClass::first);
        side(json.putObject("b"), comparison, ComparedScore::second, ComparedClass::second);
        ObjectNode difference = json.putObject("difference");
        for (ComparedScore score : comparison.scores()) {
            ReportJson.put(difference, score.key(), score.difference());
            ReportJson.put(difference, score.key() + "_low", score.interval().low());
            ReportJson.put(difference, score.key() + "_high", score.interval().high());
        }
        difference.put("resamples", comparison.resamples());
        difference.put("seed", comparison.seed());
        tests(json, comparison);
        json.put("sentence", sentence(comparison));
        ArrayNode changed = json.putArray("differences");
        for (PairedComparison.Difference one : comparison.differences()) {
            ObjectNode node = changed.addObject();
            node.put("example", one.example());
            names(node.putArray("truth"), one.truth());
            names(node.putArray("a"), one.first());
            names(node.putArray("b"), one.second());
            node.put("gain", one.gain());
        }
        return json;
    }

    private static void tests(ObjectNode json, PairedComparison comparison) {
        RandomizationTest randomization = comparison.randomization();
        if (randomization != null) {
            ObjectNode test = json.putObject("randomization");
            test.put("score", comparison.scores().getFirst().key());
            test.put("differing", randomization.differing());
            ReportJson.put(test, "p", randomization.probability());
            test.put("significant", randomization.isSignificant());
        }
        McNemar rightness = comparison.rightness();
        if (rightness != null) {
            ObjectNode test = json.putObject("mcnemar");
            test.put("only_a_right", rightness.onlyFirst());
            test.put("only_b_right", rightness.onlySecond());
            ReportJson.put(test, "p", rightness.probability());
            test.put("significant", rightness.isSignificant());
        }
    }

    private static void side(
            ObjectNode json,
            PairedComparison comparison,
            Function<ComparedScore, Double> value,
            Function<ComparedClass, ClassScore> classes) {
        for (ComparedScore score : comparison.scores()) {
            ReportJson.put(json, score.key(), value.apply(score));
        }
        if (!comparison.classes().isEmpty()) {
            ReportJson.perClass(json, comparison.classes().stream().map(classes).toList());
        }
    }

    private static void names(ArrayNode array, List<String> names) {
        names.forEach(array::add);
    }
}
