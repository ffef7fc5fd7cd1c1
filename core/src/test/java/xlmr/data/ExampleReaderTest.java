package xlmr.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import org.junit.jupiter.params.provider.ValueSource;

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
    void aMissingColumnListsThoseThereAreAndGuesses() {
        assertProblem(
                ExampleOptions.labelled("text", "categroy"),
                "a.tsv",
                "index_id\tcategory\ttext\n",
                "a.tsv, line 1: no label column 'categroy'; the columns are 'index_id',"
                        + " 'category', 'text';"
                        + " did you mean 'category'?");
        assertProblem(
                UNLABELLED,
                "a.csv",
                "Text,b\nx,y\n",
                "a.csv, line 1: no text column 'text'; the columns are 'Text', 'b'; did you mean"
                        + " 'Text'?");
        assertProblem(
                UNLABELLED,
                "a.jsonl",
                "{\"sentence\": \"x\"}",
                "a.jsonl, line 1: no field 'text'; the fields are 'sentence'");
    }

    @Test
    void aColumnNamedTwiceIsRefusedIfWanted() {
        assertProblem(
                UNLABELLED,
                "a.csv",
                "text,text\nx,y\n",
                "a.csv, line 1: several columns are named 'text'");
        assertThat(read(UNLABELLED, "a.csv", "text,b,b\nx,y,z\n")).hasSize(1);
    }

    @Test
    void aRaggedRowIsNamed() {
        assertProblem(
                LABELLED,
                "a.tsv",
                "text\tlabel\nx\ta\ny\tb\tc\n",
                "a.tsv, line 3: expected 2 fields as in the header, found 3");
        assertProblem(
                LABELLED,
                "a.csv",
                "text,label\n\"x,a\ny,b\nz,a\n",
                "a.csv, line 2: expected 2 fields as in the header, found 1; a field spans"
                        + " lines: is a quote not closed?");
    }

    @Test
    void blankTextsAndLabelsAreRefusedInTraining() {
        assertProblem(
                LABELLED,
                "a.tsv",
                "text\tlabel\nx\ta\n \ta\n",
                "a.tsv, line 3: the text (column 'text') is blank; remove the line or give it a"
                        + " text");
        assertProblem(
                LABELLED,
                "a.tsv",
                "text\tlabel\nx\t \n",
                "a.tsv, line 2: the label (column 'label') is empty");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.csv", "a.tsv", "a.jsonl", "a.txt"})
    void anEmptyFileIsRefused(String name) {
        assertProblem(UNLABELLED, name, "", name + ": holds no example");
        assertProblem(UNLABELLED, name, "\uFEFF", name + ": holds no example");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.csv", "a.tsv"})
    void aHeaderAloneIsRefused(String name) {
        assertProblem(UNLABELLED, name, "text\n", name + ": holds a header and no example");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.csv", "a.tsv", "a.txt", "a.jsonl"})
    void bytesThatAreNotUtf8AreFound(String name) {
        byte[] prefix =
                (name.equals("a.jsonl") ? "{\"text\": \"x\"}\n\"" : "text\nxä\n")
                        .getBytes(StandardCharsets.UTF_8);
        byte[] bytes = concatenated(prefix, new byte[] {'L', (byte) 0xFC, 'n', '\n'});
        int line = name.equals("a.jsonl") ? 2 : 3;

        assertThatThrownBy(
                        () ->
                                new ExampleReader(UNLABELLED)
                                        .readAll(new ByteArrayInputStream(bytes), name))
                .isInstanceOf(DataException.class)
                .hasMessage(
                        ("%s, line %d: byte %d (0xFC) is not UTF-8; convert the file, for example"
                                        + " with iconv")
                                .formatted(name, line, prefix.length + 1));
    }

    @Test
    void theOffsetOfABadByteIsRightBeyondTheBuffer() {
        byte[] good = "äöü€𝄞 some text\n".repeat(20_000).getBytes(StandardCharsets.UTF_8);
        byte[] bytes = concatenated(good, new byte[] {(byte) 0xE2, (byte) 0x82});

        assertThatThrownBy(
                        () ->
                                new ExampleReader(UNLABELLED)
                                        .readAll(new ByteArrayInputStream(bytes), "a.txt"))
                .hasMessageStartingWith("a.txt, line 20001: byte %d (0xE2)".formatted(good.length));
    }

    @Test
    void otherEncodingsAndBinaryFilesAreNamed() {
        assertThatThrownBy(
                        () -> read(UNLABELLED, "a.txt", "hello".getBytes(StandardCharsets.UTF_16)))
                .hasMessage("a.txt: is UTF-16; save it as UTF-8");
        assertThatThrownBy(
                        () ->
                                read(
                                        UNLABELLED,
                                        "a.txt",
                                        "hello".getBytes(StandardCharsets.UTF_16LE)))
                .hasMessage(
                        "a.txt, line 1: a NUL byte: this is UTF-16 or binary, expected UTF-8 text");
        assertThatThrownBy(
                        () ->
                                read(
                                        UNLABELLED,
                                        "a.csv",
                                        "text\nx\0y\n".getBytes(StandardCharsets.UTF_8)))
                .hasMessage(
                        "a.csv, line 2: a NUL byte: this is UTF-16 or binary, expected UTF-8 text");
        assertThatThrownBy(() -> read(UNLABELLED, "a.csv", new byte[] {0x1F, (byte) 0x8B, 8}))
                .hasMessage("a.csv: is compressed by gzip; decompress it first");
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
    void hugeRecordsAreRefused() {
        ExampleOptions small = UNLABELLED.withLimits(100, 1000);
        String huge = "x".repeat(101);

        assertProblem(
                small,
                "a.txt",
                "ok\n" + huge,
                "a.txt, line 2: the line is longer than 100 characters");
        assertProblem(
                small,
                "a.tsv",
                "text\n" + huge + "\n",
                "a.tsv, line 2: the line is longer than 100 characters");
        assertThat(read(small, "a.txt", "x".repeat(100))).hasSize(1);
        assertThatThrownBy(() -> read(small, "a.csv", "text\nok\n\"" + "x\n".repeat(5000)))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith(
                        "a.csv, after line 2: not readable as CSV, or a record is longer than"
                                + " 100 characters");
    }

    @Test
    void tooManyExamplesAreRefused() {
        assertProblem(
                UNLABELLED.withLimits(100, 2),
                "a.txt",
                "1\n2\n3\n4\n",
                "a.txt, line 3: more than 2 examples, too many to hold at once");
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

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "{\"text\": 3}~expected a string in field 'text', found 3",
                "[\"x\"]~expected one JSON object a line, such as {\"text\": \"...\"}, found array",
                "{\"text\": \"x\"~not JSON: ",
                "{\"text\": \"x\"} {}~not JSON: ",
                "{\"text\": \"x\", \"text\": \"y\"}~not JSON: Duplicate field 'text'",
                "{\"text\": \"\\ud800\"}~field 'text' holds half of a surrogate pair (\\uD800)",
                "{\"text\": \"x\", \"label\": null}~expected a label in field 'label', found null",
                "{\"text\": \"x\", \"label\": {}}~expected a label in field 'label', found {}",
            })
    void jsonThatIsNoExampleIsNamed(String line, String problem) {
        assertThatThrownBy(
                        () -> read(LABELLED, "a.jsonl", "{\"text\": \"x\", \"label\": 1}\n" + line))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith("a.jsonl, line 2: " + problem)
                .message()
                .doesNotContain("\n");
    }

    @Test
    void deeplyNestedJsonIsRefused() {
        assertThatThrownBy(() -> read(UNLABELLED, "a.jsonl", "[".repeat(100_000)))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith("a.jsonl, line 1: not JSON");
    }

    @Test
    void filesThatAreNotThereAreNamed(@TempDir Path directory) {
        var reader = new ExampleReader(UNLABELLED);

        assertThatThrownBy(() -> reader.readAll(directory.resolve("missing.csv")))
                .isInstanceOf(DataException.class)
                .hasMessageEndingWith("missing.csv: no such file");
        assertThatThrownBy(() -> reader.readAll(directory))
                .hasMessageEndingWith("is a directory, expected a file");
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

    private static List<Example> read(ExampleOptions options, String name, String content) {
        return read(options, name, content.getBytes(StandardCharsets.UTF_8));
    }

    private static List<Example> read(
            ExampleOptions options, String name, String content, boolean blankTextAllowed) {
        return read(options.withBlankTextAllowed(blankTextAllowed), name, content);
    }

    private static List<Example> read(ExampleOptions options, String name, byte[] content) {
        return new ExampleReader(options).readAll(new ByteArrayInputStream(content), name);
    }

    private static void assertProblem(
            ExampleOptions options, String name, String content, String message) {
        assertThatThrownBy(() -> read(options, name, content))
                .isInstanceOf(DataException.class)
                .hasMessage(message);
    }

    private static byte[] concatenated(byte[] a, byte[] b) {
        byte[] both = java.util.Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }
}
