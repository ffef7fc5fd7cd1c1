package xlmr.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import xlmr.data.DataWarning.Code;

class TaggedWarningsTest {

    @Test
    void soundDataGivesNone() {
        assertThat(
                        TaggedWarnings.of(
                                List.of(sentence(1, "a", "B-X"), sentence(3, "b", "O")),
                                List.of(sentence(1, "c", "B-X"))))
                .isEmpty();
    }

    @Test
    void anEntityThatBeginsInsideIsFound() {
        List<DataWarning> warnings =
                TaggedWarnings.of(
                        List.of(
                                sentence(1, "a b", "B-X I-X"),
                                sentence(4, "c d", "B-X B-Y"),
                                sentence(7, "e f", "B-X I-Y")),
                        List.of());

        assertThat(warnings)
                .containsExactly(
                        new DataWarning(
                                Code.BROKEN_TAG_SEQUENCES,
                                "1 entities begin with I- and not with B- as 4 others do; the"
                                        + " first: the sentence at line 7, word 2 ('f', I-Y)"));
    }

    @Test
    void whereMostBeginInsideThatIsTheScheme() {
        assertThat(
                        TaggedWarnings.of(
                                List.of(sentence(1, "a b", "I-X B-X"), sentence(4, "c d", "I-Y O")),
                                List.of()))
                .isEmpty();
    }

    @Test
    void repetitionOverlapAndUnknownTagsAreFound() {
        List<TaggedSentence> train = List.of(sentence(1, "a", "O"), sentence(3, "a", "O"));

        assertThat(
                        TaggedWarnings.of(
                                train, List.of(sentence(1, "b", "O"), sentence(3, "a", "B-X"))))
                .extracting(DataWarning::code)
                .containsExactly(
                        Code.DUPLICATE_TEXTS, Code.VALIDATION_OVERLAP, Code.LABEL_NOT_IN_TRAINING);
    }

    @Test
    void aColumnOfWordsIsNotOneOfTags() {
        List<TaggedSentence> train = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            train.add(sentence(i + 1, "w" + i, "t" + i));
        }

        assertThat(TaggedWarnings.of(train, List.of()))
                .extracting(DataWarning::code)
                .containsExactly(Code.MANY_LABELS);
    }

    private static TaggedSentence sentence(long line, String words, String tags) {
        return TaggedSentence.ofWords(
                List.of(words.split(" ")), List.of(tags.split(" ")), "a.txt", line);
    }
}
