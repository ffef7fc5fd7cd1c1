package xlmr.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Two classifiers against SciPy and scikit-learn, see `tests/reference/results.py`.
class PairedComparisonTest {
    private static final JsonNode FIXTURE = MetricsFixture.read("results.json");

    /// Bounds of thousands of draws with another source of random numbers.
    private static final double DRAWN = 0.012;

    private static PairedComparison compare(JsonNode data, long seed) {
        List<String> names =
                IntStream.range(0, data.get("classes").intValue()).mapToObj(k -> "c" + k).toList();
        return PairedComparison.ofClasses(
                MetricsFixture.ints(data.get("truth")),
                MetricsFixture.ints(data.get("a")),
                MetricsFixture.ints(data.get("b")),
                names,
                4000,
                seed);
    }

    private static void assertNear(DifferenceInterval found, JsonNode expected) {
        assertThat(found.low()).isCloseTo(expected.get(0).doubleValue(), within(DRAWN));
        assertThat(found.high()).isCloseTo(expected.get(1).doubleValue(), within(DRAWN));
    }

    @Test
    void scoresProbabilityAndIntervalsAreThoseOfTheReference() {
        for (JsonNode data : FIXTURE.get("comparisons")) {
            PairedComparison found = compare(data, 1);
            assertThat(found.first().accuracy())
                    .isCloseTo(data.get("accuracy").get(0).doubleValue(), within(1e-12));
            assertThat(found.second().accuracy())
                    .isCloseTo(data.get("accuracy").get(1).doubleValue(), within(1e-12));
            assertThat(found.first().macroF1())
                    .isCloseTo(data.get("macro_f1").get(0).doubleValue(), within(1e-12));
            assertThat(found.second().macroF1())
                    .isCloseTo(data.get("macro_f1").get(1).doubleValue(), within(1e-12));
            assertThat(found.test().onlyFirst()).isEqualTo(data.get("only_a").intValue());
            assertThat(found.test().onlySecond()).isEqualTo(data.get("only_b").intValue());
            assertThat(found.test().probability())
                    .isCloseTo(data.get("p").doubleValue(), within(1e-12));
            assertNear(found.accuracy(), data.get("accuracy_interval"));
            assertNear(found.macroF1(), data.get("macro_f1_interval"));
        }
    }

    @Test
    void theTestIsTheExactBinomialForFewAndForMany() {
        for (JsonNode row : FIXTURE.get("mcnemar")) {
            int onlyFirst = row.get("only_a").intValue();
            int onlySecond = row.get("only_b").intValue();
            boolean[] first = new boolean[onlyFirst + onlySecond];
            boolean[] second = new boolean[first.length];
            for (int i = 0; i < first.length; i++) {
                first[i] = i < onlyFirst;
                second[i] = !first[i];
            }
            assertThat(McNemar.of(first, second).probability())
                    .as(row.toString())
                    .isCloseTo(row.get("p").doubleValue(), within(1e-10));
        }
    }

    @Test
    void theSameSeedGivesTheSameBounds() {
        JsonNode data = FIXTURE.get("comparisons").get(0);
        assertThat(compare(data, 7)).isEqualTo(compare(data, 7));
        assertThat(compare(data, 7).accuracy()).isNotEqualTo(compare(data, 8).accuracy());
    }

    @Test
    void aPlainSentenceSaysWhetherItIsChance() {
        int[] truth = new int[40];
        int[] first = new int[40];
        int[] second = new int[40];
        for (int i = 0; i < 12; i++) {
            first[i] = 1;
        }
        PairedComparison better =
                PairedComparison.ofClasses(truth, first, second, List.of("a", "b"), 100, 0);
        assertThat(ComparisonText.sentence(better))
                .startsWith(
                        "B is better, and not by chance: B gets 40 of 40 texts right, A gets 28")
                .contains("less than 0.1 %");
        assertThat(better.differences()).hasSize(12).allMatch(one -> one.isFixed());
        second[20] = 1;
        second[21] = 1;
        for (int i = 4; i < 12; i++) {
            first[i] = 0;
        }
        PairedComparison chance =
                PairedComparison.ofClasses(truth, first, second, List.of("a", "b"), 100, 0);
        assertThat(ComparisonText.sentence(chance)).startsWith("This cannot be told from chance");
        PairedComparison same =
                PairedComparison.ofClasses(truth, first, first, List.of("a", "b"), 100, 0);
        assertThat(ComparisonText.sentence(same)).startsWith("Both get the same 36 of 40");
        assertThat(same.accuracy()).isEqualTo(new DifferenceInterval(0, 0));
        assertThat(ComparisonText.of(same, "one\u001b[31m", "two")).doesNotContain("\u001b");
    }

    @Test
    void withSeveralLabelsATextIsRightIfAllAre() {
        boolean[][] truth = {{true, true, false}, {false, false, false}, {false, true, true}};
        boolean[][] first = {{true, false, false}, {false, false, false}, {false, true, true}};
        boolean[][] second = {{true, true, false}, {true, false, false}, {false, true, true}};
        PairedComparison found =
                PairedComparison.ofLabels(truth, first, second, List.of("a", "b", "c"), 50, 0);
        assertThat(found.first().right()).isEqualTo(2);
        assertThat(found.second().right()).isEqualTo(2);
        assertThat(found.first().macroF1()).isCloseTo((1 + 2.0 / 3 + 1) / 3, within(1e-12));
        assertThat(found.differences())
                .containsExactly(
                        new PairedComparison.Difference(
                                0, List.of("a", "b"), List.of("a"), List.of("a", "b")),
                        new PairedComparison.Difference(1, List.of(), List.of(), List.of("a")));
    }

    @Test
    void whatDoesNotFitIsRefused() {
        List<String> names = List.of("a", "b");
        assertThatThrownBy(
                        () ->
                                PairedComparison.ofClasses(
                                        new int[2], new int[2], new int[1], names, 10, 0))
                .hasMessageContaining("2 and 1 answers for 2 examples");
        assertThatThrownBy(
                        () ->
                                PairedComparison.ofClasses(
                                        new int[1], new int[] {2}, new int[1], names, 10, 0))
                .hasMessageContaining("labels from 0 to 1, found 2 in example 0");
    }
}
