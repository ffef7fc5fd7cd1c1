package xlmr.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TaggedReaderTest {

    private static final String CONLL_2003 =
            """
            -DOCSTART- -X- -X- O

            EU NNP B-NP B-ORG
            rejects VBZ B-VP O
            German JJ B-NP B-MISC

            # NN B-NP O
            2 CD I-NP O
            """;

    private static final String CONLLU =
            """
            # newdoc id = d1
            # sent_id = 1
            # text = Vámonos al mar, hai mươi.
            1-2\tVámonos\t_\t_\t_\t_\t_\t_\t_\t_
            1\tVamos\tir\tVERB\tv\tMood=Imp|Number=Plur\t0\troot\t_\tEntity=B-X
            2\tnos\tnosotros\tPRON\tp\t_\t1\tobj\t_\t_
            3-4\tal\t_\t_\t_\t_\t_\t_\t_\t_
            3\ta\ta\tADP\ta\t_\t5\tcase\t_\t_
            4\tel\tel\tDET\td\t_\t5\tdet\t_\t_
            5\tmar\tmar\tNOUN\tn\tNumber=Sing\t1\tobl\t_\tSpaceAfter=No|Entity=B-LOC
            5.1\tmissing\t_\t_\t_\t_\t_\t_\t_\t_
            6\t,\t,\tPUNCT\t,\t_\t1\tpunct\t_\t_
            7\thai mươi\thai mươi\tNUM\tm\t_\t1\tdep\t_\tSpaceAfter=No
            8\t.\t.\tPUNCT\t.\t_\t1\tpunct\t_\t_

            1\tOh\toh\tINTJ\ti\t_\t0\troot\t_\tSpaceAfter=No
            2\t!\t!\tPUNCT\t!\t_\t1\tpunct\t_\t_
            """;

    @Test
    void readsTheColumnsOfConll2003() {
        List<TaggedSentence> sentences = read(TaggedOptions.tagged(), "a.txt", CONLL_2003);

        assertThat(sentences)
                .extracting(TaggedSentence::words)
                .containsExactly(List.of("EU", "rejects", "German"), List.of("#", "2"));
        assertThat(sentences)
                .extracting(TaggedSentence::tags)
                .containsExactly(List.of("B-ORG", "O", "B-MISC"), List.of("O", "O"));
        assertThat(sentences).extracting(TaggedSentence::line).containsExactly(3L, 7L);
        TaggedSentence first = sentences.getFirst();
        assertThat(first.text()).isEqualTo("EU rejects German");
        assertThat(first.originalText()).isFalse();
        assertThat(first.spans().get(1).of(first.text())).isEqualTo("rejects");
    }

    @Test
    void aColumnIsChosenByItsNumber() {
        assertThat(
                        read(TaggedOptions.tagged().withColumns("1", "2"), "a.conll", CONLL_2003)
                                .getFirst()
                                .tags())
                .containsExactly("NNP", "VBZ", "JJ");
    }

    @Test
    void wordsBetweenTabsMayHoldSpacesAndCommentsAreNotWords() {
        String text = "# sent_id = 1\n# text = New York !\n1\tNew York\tB-LOC\n2\t!\tO\n\n";
        List<TaggedSentence> sentences =
                read(TaggedOptions.tagged().withColumns("2", "3"), "en.iob2", text + text);

        assertThat(sentences).hasSize(2);
        assertThat(sentences.get(1).words()).containsExactly("New York", "!");
        assertThat(sentences.get(1).tags()).containsExactly("B-LOC", "O");
        assertThat(sentences.get(1).line()).isEqualTo(8);
    }

    @Test
    void wordsAloneAreEnoughForPrediction() {
        assertThat(read(TaggedOptions.untagged(), "a.txt", "one\ntwo\n\nthree\n"))
                .extracting(TaggedSentence::words, TaggedSentence::tags)
                .containsExactly(
                        tuple(List.of("one", "two"), List.of()),
                        tuple(List.of("three"), List.of()));
    }

    @ParameterizedTest
    @CsvSource({"a.conllu", "a.conll", "a.txt", "standard input"})
    void conlluIsRecognizedAndItsWordsArePutIntoTheText(String name) {
        List<TaggedSentence> sentences = read(TaggedOptions.tagged(), name, CONLLU);

        TaggedSentence first = sentences.getFirst();
        assertThat(first.text()).isEqualTo("Vámonos al mar, hai mươi.");
        assertThat(first.originalText()).isTrue();
        assertThat(first.words())
                .containsExactly("Vamos", "nos", "a", "el", "mar", ",", "hai mươi", ".");
        assertThat(first.spans())
                .extracting(span -> span.of(first.text()))
                .containsExactly("Vámonos", "Vámonos", "al", "al", "mar", ",", "hai mươi", ".");
        assertThat(first.tags())
                .containsExactly("VERB", "PRON", "ADP", "DET", "NOUN", "PUNCT", "NUM", "PUNCT");
        assertThat(first.line()).isEqualTo(4);
        assertThat(sentences.get(1).text()).isEqualTo("Oh!");
        assertThat(sentences.get(1).originalText()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "XPOS, v, n",
        "MISC:Entity, B-X, B-LOC",
        "FEATS:Number, Plur, Sing",
        "misc:Entity, B-X, B-LOC"
    })
    void anotherColumnOrAttributeMayHoldTheTag(String column, String first, String fifth) {
        List<String> tags =
                read(TaggedOptions.tagged().withColumns(null, column), "a.conllu", CONLLU)
                        .getFirst()
                        .tags();

        assertThat(tags.get(0)).isEqualTo(first);
        assertThat(tags.get(4)).isEqualTo(fifth);
        assertThat(tags.get(5))
                .isEqualTo(column.startsWith("F") ? "_" : column.contains(":") ? "O" : ",");
    }

    @Test
    void conlluPlusNamesItsColumns() {
        List<TaggedSentence> sentences =
                read(
                        TaggedOptions.tagged().withColumns(null, "NE"),
                        "a.conllup",
                        "# global.columns = ID FORM NE\n1\tAda\tB-PER\n2\tran\tO\n");

        assertThat(sentences.getFirst().tags()).containsExactly("B-PER", "O");
    }

    @Test
    void aTextThatIsNotThatOfTheWordsIsLeftAside() {
        TaggedSentence sentence =
                read(
                                TaggedOptions.tagged(),
                                "a.conllu",
                                "# text = Something else\n"
                                        + "1\tOh\t_\tINTJ\t_\t_\t0\troot\t_\t_\n")
                        .getFirst();

        assertThat(sentence.text()).isEqualTo("Oh");
        assertThat(sentence.originalText()).isFalse();
    }

    @Test
    void readsJsonLinesWithTagsOrNumbers() {
        assertThat(
                        read(
                                TaggedOptions.tagged(),
                                "a.jsonl",
                                "{\"tokens\": [\"New York\", \"ü\"], \"ner_tags\": [3, 0]}\n\n"
                                        + "{\"words\": [\"x\"], \"tags\": [\"O\"]}\n"))
                .extracting(TaggedSentence::tags)
                .containsExactly(List.of("3", "0"), List.of("O"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    a.txt    | EU NNP O\\nrejects O           | a.txt, line 2: expected 3 columns between spaces as in the lines before, found 2
                    a.txt    | plain                          | a.txt, line 1: expected a word and a tag between tabs or spaces, found one column; is this a file of plain text?
                    a.txt    | EU\\tO\\nx\\t                  | a.txt, line 2: the tag (column 2) is empty
                    a.txt    | \\n\\n                         | a.txt: holds no sentence
                    a.conllu | 1\\tx\\t_                      | a.conllu, line 1: expected 10 columns between tabs, as CoNLL-U has, found 3
                    a.conllu | 1 x _ X _ _ 0 root _ _         | a.conllu, line 1: expected 10 columns between tabs, as CoNLL-U has, found 1 (are they between spaces?)
                    a.conllu | 2\\tx\\t_\\tX\\t_\\t_\\t0\\t_\\t_\\t_  | a.conllu, line 1: expected word 1 of the sentence, found '2' in column ID
                    a.conllu | 1-2\\tx\\t_\\tX\\t_\\t_\\t0\\t_\\t_\\t_\\n1\\tx\\t_\\tX\\t_\\t_\\t0\\t_\\t_\\t_ | a.conllu, line 1: the sentence ends after word 1, inside a multiword token
                    a.conllu | 2-1\\tx\\t_\\tX\\t_\\t_\\t0\\t_\\t_\\t_  | a.conllu, line 1: the multiword token 2-1 does not follow word 0
                    a.jsonl  | {"tokens": ["a"], "tags": []}  | a.jsonl, line 1: expected as many tags in field 'tags' as words in 'tokens', found 0 and 1
                    a.jsonl  | {"tokens": "a", "tags": []}    | a.jsonl, line 1: expected an array in field 'tokens', found "a"
                    a.jsonl  | {"token": ["a"]}               | a.jsonl, line 1: no field 'tokens'; the fields are 'token'; did you mean 'token'?
                    """)
    void saysWhatIsWrongAndWhere(String name, String text, String message) {
        String lines = text.replace("\\n", "\n").replace("\\t", "\t");

        assertThatThrownBy(() -> read(TaggedOptions.tagged(), name, lines))
                .isInstanceOf(DataException.class)
                .hasMessage(message);
    }

    @Test
    void aColumnThatIsNotThereIsNamed() {
        assertThatThrownBy(
                        () ->
                                read(
                                        TaggedOptions.tagged().withColumns(null, "ups"),
                                        "a.conllu",
                                        CONLLU))
                .hasMessageContaining("line 4: no column 'ups'; the columns are 'ID', 'FORM'")
                .hasMessageEndingWith("did you mean 'UPOS'?");
        assertThatThrownBy(
                        () ->
                                read(
                                        TaggedOptions.tagged().withColumns(null, "MISC:NER"),
                                        "a.conllu",
                                        CONLLU))
                .hasMessage(
                        "a.conllu: no word has a value for 'MISC:NER'; there are 'Entity',"
                                + " 'SpaceAfter'");
        assertThatThrownBy(
                        () ->
                                read(
                                        TaggedOptions.tagged().withColumns(null, "5"),
                                        "a.txt",
                                        CONLL_2003))
                .hasMessage("a.txt, line 3: the tag column is a number from 1 to 4, found '5'");
    }

    @Test
    void aSentenceWithoutEndIsRefusedBeforeItFillsTheMemory() {
        TaggedOptions small = TaggedOptions.tagged().withLimits(new ReadLimits(100, 10));

        assertThatThrownBy(() -> read(small, "a.txt", "word O\n".repeat(1000)))
                .hasMessageContaining("longer than 100 characters; is an empty line missing?");
        assertThatThrownBy(
                        () ->
                                read(
                                        small.withFormat(TaggedFormat.CONLL_U),
                                        "a.txt",
                                        conllu("x".repeat(90), 3)))
                .hasMessageContaining("longer than 100 characters");
        assertThatThrownBy(() -> read(small, "a.txt", "a O\n\n".repeat(11)))
                .hasMessageContaining("line 21: more than 10 sentences, too many to hold at once");
    }

    private static String conllu(String form, int words) {
        StringBuilder text = new StringBuilder();
        for (int i = 1; i <= words; i++) {
            text.append(i + "\t" + form + "\t_\tX\t_\t_\t_\t_\t_\t_\n");
        }
        return text.toString();
    }

    /// Words cut out of random texts must be found again where they were.
    @Test
    void spansLieInTheTextInTheirOrder() {
        SplittableRandom random = new SplittableRandom(7);
        String[] forms = {"a", "ß", "東京", "😀", "don't", "hai mươi", "e\u0301", "\u00A0x", "."};
        for (int round = 0; round < 200; round++) {
            StringBuilder text = new StringBuilder();
            StringBuilder lines = new StringBuilder();
            int words = random.nextInt(1, 12);
            for (int i = 1; i <= words; i++) {
                String form = forms[random.nextInt(forms.length)].strip().replace("\u00A0", "");
                boolean space = random.nextBoolean();
                text.append(form).append(space ? " " : "");
                lines.append(i).append('\t').append(form).append("\t_\tX\t_\t_\t_\t_\t_\t");
                lines.append(space ? "_\n" : "SpaceAfter=No\n");
            }
            String file = "# text = " + text + "\n" + lines;
            TaggedSentence with = read(TaggedOptions.tagged(), "a.conllu", file).getFirst();
            TaggedSentence without =
                    read(TaggedOptions.tagged(), "a.conllu", lines.toString()).getFirst();

            assertThat(with.originalText()).isTrue();
            assertThat(without.text()).isEqualTo(with.text()).isEqualTo(text.toString().strip());
            assertThat(without.spans()).isEqualTo(with.spans());
            int end = 0;
            for (int i = 0; i < words; i++) {
                TextSpan span = with.spans().get(i);
                assertThat(span.start()).isGreaterThanOrEqualTo(end);
                assertThat(span.of(with.text())).isEqualTo(with.words().get(i));
                end = span.end();
            }
        }
    }

    private static List<TaggedSentence> read(TaggedOptions options, String name, String text) {
        return new TaggedReader(options)
                .readAll(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), name);
    }
}
