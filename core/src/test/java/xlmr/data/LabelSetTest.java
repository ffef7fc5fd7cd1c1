package xlmr.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LabelSetTest {

    @Test
    void sortsTheLabelsOfExamples() {
        assertThat(LabelSet.fromExamples(labelled("travel", "health", "travel", "Zoo")).names())
                .containsExactly("Zoo", "health", "travel");
        assertThat(LabelSet.fromExamples(labelled("10", "2", "-1", "0")).names())
                .containsExactly("-1", "0", "2", "10");
        assertThat(LabelSet.fromExamples(labelled("10", "2", "01")).names())
                .containsExactly("01", "10", "2");
    }

    @Test
    void oneLabelIsNothingToTellApart() {
        assertThatThrownBy(() -> LabelSet.fromExamples(labelled("a", "a")))
                .isInstanceOf(DataException.class)
                .hasMessage(
                        "labels: expected at least two different labels to tell apart, found 'a'");
        assertThatThrownBy(() -> LabelSet.fromExamples(List.of()))
                .hasMessageEndingWith("found none");
    }

    @Test
    void followsTheIdsOfAConfiguration() {
        LabelSet labels = LabelSet.fromId2Label(Map.of(1, "b", 0, "z", 2, "a"));

        assertThat(labels.names()).containsExactly("z", "b", "a");
        assertThat(labels.find("a")).hasValue(2);
        assertThat(labels.find("1")).isEmpty();
        assertThatThrownBy(() -> LabelSet.fromId2Label(Map.of(0, "a", 2, "b")))
                .isInstanceOf(DataException.class)
                .hasMessage("id2label: expected the ids 0 to 1, found 2 in the place of 1");
        assertThatThrownBy(() -> LabelSet.fromId2Label(Map.of(0, "a", 1, "a")))
                .hasMessage("labels: expected different names, found 'a' twice");
    }

    @Test
    void understandsPlainNumbersWhereLabelsHaveNoNames() {
        LabelSet labels = LabelSet.of(List.of("LABEL_0", "LABEL_1"));

        assertThat(labels.find("1")).hasValue(1);
        assertThat(labels.find("LABEL_1")).hasValue(1);
        assertThat(labels.find("2")).isEmpty();
        assertThat(labels.size()).isEqualTo(2);
    }

    @Test
    void anUnknownLabelIsNamedWithItsLineAndAGuess() {
        LabelSet labels = LabelSet.of(List.of("health", "travel"));
        Example example = new Example("x", null, List.of("Travl"), "test.tsv", 7);

        assertThatThrownBy(() -> labels.idOf(example))
                .isInstanceOf(DataException.class)
                .hasMessage(
                        "test.tsv, line 7: unknown label 'Travl'; the model knows 'health',"
                                + " 'travel'; did you mean 'travel'?");
        assertThatThrownBy(() -> labels.idOf(new Example("x", null, List.of("a", "b"), "f", 1)))
                .hasMessage("f, line 1: expected one label, found [a, b]");
        assertThat(labels.idsOf(labelled("travel", "health"))).containsExactly(1, 0);
    }

    @Test
    void messagesStayOneShortLineWhateverTheDataHolds() {
        LabelSet labels = LabelSet.of(List.of("a\nb", "\u001B[31mred"));
        String huge = "x".repeat(1_000_000);

        assertThatThrownBy(() -> labels.idOf(Example.of("x", huge)))
                .message()
                .doesNotContain("\n", "\u001B")
                .contains("'a?b', '?[31mred'")
                .hasSizeLessThan(2_100);
    }

    @Test
    void flagsManyLabels() {
        LabelSet labels = LabelSet.of(List.of("a", "b", "c"));

        assertThat(labels.flagsOf(new Example("x", null, List.of("c", "a"), "f", 1)))
                .containsExactly(true, false, true);
        assertThat(labels.flagsOf(new Example("x", null, List.of(), "f", 1)))
                .containsExactly(false, false, false);
    }

    @Test
    void numbersAreReadForRegression() {
        assertThat(NumericLabel.of(labelled("1.5", "-2", "1e-3"))).containsExactly(1.5, -2, 0.001);
        for (String wrong : List.of("good", "NaN", "Infinity", "1e999", "0x1p3", "1f", "--1")) {
            assertThatThrownBy(() -> NumericLabel.of(Example.of("x", wrong)))
                    .isInstanceOf(DataException.class)
                    .hasMessage(
                            "given text, line 1: expected a number as label, found '%s'"
                                    .formatted(wrong));
        }
    }

    private static List<Example> labelled(String... labels) {
        return List.of(labels).stream().map(label -> Example.of("x", label)).toList();
    }
}
