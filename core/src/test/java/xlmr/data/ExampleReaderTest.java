package xlmr.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static xlmr.data.ReadExamples.assertProblem;
import static xlmr.data.ReadExamples.read;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExampleReaderTest {

    private static final ExampleOptions LABELLED = ExampleOptions.labelled("text", "label");
    private static final ExampleOptions UNLABELLED = ExampleOptions.unlabelled("text");

    @Test
    void readsTsvWithoutQuoting() {
        List<Example> examples =
                read(
                        LABELLED,
                        "a.tsv",
                        "id\tlabel\ttext\n1\tgood\t\"quoted\" and, \"open\n2\tbad\tzwei  \n");

        assertThat(examples)
                .containsExactly(
                        new Example("\"quoted\" and, \"open", null, List.of("good"), "a.tsv", 2),
                        new Example("zwei  ", null, List.of("bad"), "a.tsv", 3));
    }

    @Test
    void readsCsvWithQuotingAndCountsLinesOfTheFile() {
        List<Example> examples =
                read(
                        LABELLED.withTextPairColumn("other"),
                        "a.csv",
                        "text,other,label\r\n\"one, \"\"two\"\"\nlines\",x, good"
                                + " \r\n\r\nplain,,bad");

        assertThat(examples)
                .containsExactly(
                        new Example("one, \"two\"\nlines", "x", List.of("good"), "a.csv", 2),
                        new Example("plain", "", List.of("bad"), "a.csv", 5));
    }

    @Test
    void readsJsonLines() {
        List<Example> examples =
                read(
                        LABELLED,
                        "a.jsonl",
                        """
                        {"text": "tab\\tand \\u00fc", "label": "good", "more": [1]}

                        {"label": 3, "text": ""}
                        {"label": 1.50, "text": "x"}
                        {"label": ["a", "b"], "text": "y"}
                        {"label": [], "text": "z"}
                        """,
                        true);

        assertThat(examples)
                .extracting(Example::text)
                .containsExactly("tab\tand ü", "", "x", "y", "z");
        assertThat(examples)
                .extracting(Example::labels)
                .containsExactly(
                        List.of("good"),
                        List.of("3"),
                        List.of("1.50"),
                        List.of("a", "b"),
                        List.of());
        assertThat(examples).extracting(Example::line).containsExactly(1L, 3L, 4L, 5L, 6L);
    }

    @Test
    void readsPlainLinesOneToOneWithBlankOnes() {
        List<Example> examples =
                read(UNLABELLED, "-", "one\r\n\n  two \u2028 still two\rstill\nlast");

        assertThat(examples)
                .extracting(Example::text)
                .containsExactly("one", "", "  two \u2028 still two\rstill", "last");
        assertThat(examples).allSatisfy(example -> assertThat(example.labels()).isEmpty());
    }

    @ParameterizedTest
    @CsvSource({
        "a.csv, CSV",
        "A.TSV, TSV",
        "a.jsonl, JSON_LINES",
        "x.ndjson, JSON_LINES",
        "a.txt, LINES",
        "-, LINES",
        "csv, LINES"
    })
    void theNameTellsTheFormat(String name, ExampleFormat format) {
        assertThat(ExampleFormat.ofName(name)).isEqualTo(format);
    }

    @Test
    void withoutAHeaderColumnsAreNumbers() {
        ExampleOptions options = ExampleOptions.labelled("2", "1").withHeader(false);

        assertThat(read(options, "a.tsv", "good\tone\nbad\ttwo\n"))
                .extracting(Example::onlyLabel)
                .containsExactly("good", "bad");
        for (String wrong : List.of("0", "3", "text", "-1", "99999999999")) {
            assertProblem(
                    ExampleOptions.unlabelled(wrong).withHeader(false),
                    "a.tsv",
                    "good\tone\n",
                    "a.tsv, line 1: without a header the text column is a number from 1 to 2,"
                            + " found '"
                            + wrong
                            + "'");
        }
    }

    @Test
    void splitsLabelsAtTheDelimiter() {
        List<Example> examples =
                read(
                        LABELLED.withLabelDelimiter("|"),
                        "a.tsv",
                        "text\tlabel\nx\ta | b|c\ny\t\nz\ta\n");

        assertThat(examples)
                .extracting(Example::labels)
                .containsExactly(List.of("a", "b", "c"), List.of(), List.of("a"));
        assertProblem(
                LABELLED.withLabelDelimiter("|"),
                "a.tsv",
                "text\tlabel\nx\ta||b\n",
                "a.tsv, line 2: the label (column 'label') is empty");
    }

    @Test
    void aByteOrderMarkIsSkipped() {
        assertThat(read(UNLABELLED, "a.csv", "\uFEFFtext\nx\n"))
                .extracting(Example::text)
                .containsExactly("x");
        assertThat(read(UNLABELLED, "a.txt", "\uFEFFx\n\uFEFFy\n"))
                .extracting(Example::text)
                .containsExactly("x", "\uFEFFy");
    }

    @Test
    void plainLinesHoldNoLabels() {
        assertProblem(
                LABELLED,
                "a.txt",
                "x\n",
                "a.txt: plain lines hold no labels; expected CSV, TSV or JSON Lines (.csv, .tsv,"
                        + " .jsonl)");
    }

    @Test
    void readsAFileOneExampleAtATime(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("a.txt"), "one\ntwo\n");
        try (RecordCursor<Example> cursor = new ExampleReader(UNLABELLED).open(file)) {
            assertThat(cursor.next().text()).isEqualTo("one");
            assertThat(cursor.hasNext()).isTrue();
            assertThat(cursor.hasNext()).isTrue();
            assertThat(cursor.next().text()).isEqualTo("two");
            assertThat(cursor.hasNext()).isFalse();
            assertThatThrownBy(cursor::next).isInstanceOf(java.util.NoSuchElementException.class);
        }
    }

    @Test
    void whatWasWrittenAsCsvIsReadBackWhateverTheTextsAndTheChunksAre() {
        var random = new SplittableRandom(3);
        String[] parts = {"\"", ",", "\n", "a", "ä", "𝄞", " ", "\t", "x y", "€"};
        for (int trial = 0; trial < 100; trial++) {
            List<String> texts = new ArrayList<>();
            StringBuilder file = new StringBuilder("id,text\n");
            for (int i = 0; i < 20; i++) {
                StringBuilder text = new StringBuilder();
                for (int p = random.nextInt(8); p > 0; p--) {
                    text.append(parts[random.nextInt(parts.length)]);
                }
                texts.add(text.toString());
                file.append(i)
                        .append(",\"")
                        .append(text.toString().replace("\"", "\"\""))
                        .append("\"\n");
            }
            InputStream in =
                    new SmallReads(
                            file.toString().getBytes(StandardCharsets.UTF_8), random.split());

            assertThat(new ExampleReader(UNLABELLED).readAll(in, "a.csv"))
                    .extracting(Example::text)
                    .isEqualTo(texts);
        }
    }

    /// Hands out a few bytes at a time, as a pipe may.
    private static final class SmallReads extends ByteArrayInputStream {
        private final SplittableRandom random;

        SmallReads(byte[] bytes, SplittableRandom random) {
            super(bytes);
            this.random = random;
        }

        @Override
        public synchronized int read(byte[] target, int offset, int length) {
            return super.read(target, offset, Math.min(length, random.nextInt(1, 6)));
        }
    }
}
