package xlmr.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import xlmr.data.DataWarning.Code;

class DataWarningsTest {

    @Test
    void goodDataHasNone() {
        assertThat(DataWarnings.of(balanced(20), List.of(example("new", "a", 1)))).isEmpty();
    }

    @Test
    void imbalanceAndSingleExamplesAreNamed() {
        List<Example> train = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            train.add(example("text " + i, i == 0 ? "rare" : "often", i));
        }

        assertThat(sentence(train, List.of(), Code.CLASS_IMBALANCE))
                .startsWith("29 of 30 training examples are 'often'");
        assertThat(sentence(train, List.of(), Code.SINGLE_EXAMPLE_CLASS)).contains("'rare'");
    }

    @Test
    void aColumnThatIsNoLabelIsSuspected() {
        List<Example> train = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            train.add(example("text " + i, "id " + i, i));
        }

        assertThat(sentence(train, List.of(), Code.MANY_LABELS))
                .startsWith("30 different labels in 30");
        assertThat(DataWarnings.of(train, List.of())).hasSize(1);
    }

    @Test
    void repeatedTextsAreCountedAndContradictionsShown() {
        List<Example> train = balanced(20);
        train.add(example("text 3", "b", 100));
        train.add(example(" text 4\n", "a", 101));
        train.add(example("text 4", "b", 102));

        assertThat(sentence(train, List.of(), Code.DUPLICATE_TEXTS)).startsWith("2 of 23");
        assertThat(sentence(train, List.of(), Code.CONFLICTING_LABELS))
                .startsWith("1 training examples repeat")
                .contains("line 4 says a, line 102 says b: \"text 4\"");
    }

    @Test
    void overlapWithTheValidationIsNamed() {
        List<Example> validation = List.of(example("new", "a", 2), example("text 7", "c", 3));

        assertThat(sentence(balanced(20), validation, Code.VALIDATION_OVERLAP))
                .startsWith("1 of 2 validation texts")
                .contains("line 3: \"text 7\"");
        assertThat(sentence(balanced(20), validation, Code.LABEL_NOT_IN_TRAINING)).endsWith("'c'");
    }

    private static List<Example> balanced(int count) {
        List<Example> examples = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            examples.add(example("text " + i, i % 2 == 0 ? "a" : "b", i));
        }
        return examples;
    }

    private static Example example(String text, String label, long line) {
        return new Example(text, null, List.of(label), "f.tsv", line);
    }

    private static String sentence(List<Example> train, List<Example> validation, Code code) {
        return DataWarnings.of(train, validation).stream()
                .filter(warning -> warning.code() == code)
                .map(DataWarning::sentence)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no warning " + code));
    }
}
