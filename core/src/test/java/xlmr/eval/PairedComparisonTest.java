package xlmr.eval;

import static java.util.Objects.requireNonNull;
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
        return PairedComparison.of(
                new PairedAnswers.Classes(
                        names,
                        MetricsFixture.ints(data.get("truth")),
                        MetricsFixture.ints(data.get("a")),
                        MetricsFixture.ints(data.get("b"))),
                4000,
                seed);
    }

    private static PairedComparison compare(int[] truth, int[] first, int[] second) {
        return PairedComparison.of(
                new PairedAnswers.Classes(List.of("a", "b"), truth, first, second), 100, 0);
    }

    private static void assertNear(DifferenceInterval found, JsonNode expected) {
        assertThat(found.low()).isCloseTo(expected.get(0).doubleValue(), within(DRAWN));
        assertThat(found.high()).isCloseTo(expected.get(1).doubleValue(), within(DRAWN));
    }

    @Test
    void scoresProbabilityAndIntervalsAreThoseOfTheReference() {
        for (JsonNode data : FIXTURE.get("comparisons")) {
            PairedComparison found = compare(data, 1);
            for (String key : List.of("accuracy", "macro_f1")) {
                ComparedScore score = found.score(key);
                assertThat(score.first())
                        .isCloseTo(data.get(key).get(0).doubleValue(), within(1e-12));
                assertThat(score.second())
                        .isCloseTo(data.get(key).get(1).doubleValue(), within(1e-12));
                assertNear(score.interval(), data.get(key + "_interval"));
            }
            assertThat(found.randomization()).isNull();
            McNemar test = requireNonNull(found.rightness());
            assertThat(test.onlyFirst()).isEqualTo(data.get("only_a").intValue());
            assertThat(test.onlySecond()).isEqualTo(data.get("only_b").intValue());
            assertThat(test.probability()).isCloseTo(data.get("p").doubleValue(), within(1e-12));
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
        assertThat(compare(data, 7).score("accuracy"))
                .isNotEqualTo(compare(data, 8).score("accuracy"));
    }

    @Test
    void aPlainSentenceSaysWhetherItIsChance() {
        int[] truth = new int[40];
        int[] first = new int[40];
        int[] second = new int[40];
        for (int i = 0; i < 12; i++) {
            first[i] = 1;
        }
        PairedComparison better = compare(truth, first, second);
        assertThat(ComparisonText.sentence(better))
                .startsWith(
                        "B is better, and not by chance: B gets 40 of 40 texts right, A gets 28")
                .contains("less than 0.1 %");
        assertThat(better.differences()).hasSize(12).allMatch(one -> one.gain() == 1);
        second[20] = 1;
        second[21] = 1;
        for (int i = 4; i < 12; i++) {
            first[i] = 0;
        }
        PairedComparison chance = compare(truth, first, second);
        assertThat(ComparisonText.sentence(chance)).startsWith("This cannot be told from chance");
        PairedComparison same = compare(truth, first, first);
        assertThat(ComparisonText.sentence(same)).startsWith("Both get the same 36 of 40");
        assertThat(same.score("accuracy").interval()).isEqualTo(new DifferenceInterval(0, 0));
        assertThat(ComparisonText.of(same, "one\u001b[31m", "two")).doesNotContain("\u001b");
    }

    @Test
    void withSeveralLabelsATextIsRightIfAllAre() {
        boolean[][] truth = {{true, true, false}, {false, false, false}, {false, true, true}};
        boolean[][] first = {{true, false, false}, {false, false, false}, {false, true, true}};
        boolean[][] second = {{true, true, false}, {true, false, false}, {false, true, true}};
        PairedComparison found =
                PairedComparison.of(
                        new PairedAnswers.Labels(List.of("a", "b", "c"), truth, first, second),
                        50,
                        0);
        assertThat(requireNonNull(found.rightness()).firstRight()).isEqualTo(2);
        assertThat(requireNonNull(found.rightness()).secondRight()).isEqualTo(2);
        assertThat(found.score("macro_f1").first()).isCloseTo((1 + 2.0 / 3 + 1) / 3, within(1e-12));
        assertThat(found.differences())
                .containsExactly(
                        new PairedComparison.Difference(
                                0, List.of("a", "b"), List.of("a"), List.of("a", "b"), 1),
                        new PairedComparison.Difference(1, List.of(), List.of(), List.of("a"), -1));
    }

    @Test
    void whatDoesNotFitIsRefused() {
        assertThatThrownBy(() -> compare(new int[2], new int[2], new int[1]))
                .hasMessageContaining("2 and 1 answers for 2 examples");
        assertThatThrownBy(() -> compare(new int[1], new int[] {2}, new int[1]))
                .hasMessageContaining("labels from 0 to 1, found 2 in example 0");
        assertThatThrownBy(
                        () ->
                                PairedComparison.of(
                                        new PairedAnswers.Choices(
                                                new int[1], new int[1], new int[1]),
                                        0,
                                        0))
                .hasMessageContaining("at least one resample");
    }
}
