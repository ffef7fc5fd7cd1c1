package xlmr.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static xlmr.data.ReadExamples.assertProblem;
import static xlmr.data.ReadExamples.read;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Files that hold no examples, or not those that were asked for: what is wrong, and where.
class RefusedExamplesTest {
    private static final ExampleOptions LABELLED = ExampleOptions.labelled("text", "label");
    private static final ExampleOptions UNLABELLED = ExampleOptions.unlabelled("text");

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

    private static byte[] concatenated(byte[] a, byte[] b) {
        byte[] both = java.util.Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }
}
