package xlmr.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import xlmr.data.DataException;

class LogitsFileTest {

    @TempDir Path directory;

    @Test
    void readsAPredictionOutputWithItsPrintedMetrics() throws IOException {
        Path file = directory.resolve("output.json");
        try (InputStream in = getClass().getResourceAsStream("seed_prediction_output.json")) {
            Files.copy(in, file);
        }
        LogitsFile logits = LogitsFile.read(file);

        assertThat(logits.rows()).hasDimensions(20, 4);
        assertThat(logits.labelNames()).containsExactly("LABEL_0", "LABEL_1", "LABEL_2", "LABEL_3");
        assertThat(logits.report().verdicts())
                .extracting(v -> v.code().id())
                .contains("loss_is_mean_of_batch_means");
        assertThat(logits.explanation(2).kind()).isEqualTo(RowKind.LOGITS);
    }

    @Test
    void readsNamesAndProbabilities() throws IOException {
        LogitsFile logits =
                LogitsFile.read(
                        written(
                                """
                                {"probabilities": [[0.25, 0.75], [0.5, 0.5]], "labels": [1, 0],
                                 "id2label": {"0": "no", "1": "yes"}}\
                                """));

        assertThat(logits.labelNames()).containsExactly("no", "yes");
        assertThat(logits.report().loss())
                .isCloseTo(-(Math.log(0.75) + Math.log(0.5)) / 2, within(1e-12));
        assertThat(logits.report().verdicts())
                .extracting(Verdict::code)
                .doesNotContain(Verdict.Code.ROWS_ARE_PROBABILITIES);
    }

    @Test
    void withoutLabelsThereIsAnExplanationAndNoReport() throws IOException {
        LogitsFile logits =
                LogitsFile.read(
                        written("{\"logits\": [[1, NaN]], \"label_names\": [\"a\", \"b\"]}"));

        assertThat(logits.explanation(1).rows()).hasSize(1);
        assertThatThrownBy(logits::report)
                .isInstanceOf(DataException.class)
                .hasMessageEndingWith(
                        "expected 'label_ids', the right class of each row, found none");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "[]~expected rows of numbers, or a JSON object",
                "{}~expected 'logits', an array of rows",
                "{'logits': []}~expected 'logits', an array of rows",
                "{'logits': [1, 2]}~logits: expected an array of at least 2 numbers in row 0",
                "{'logits': [[1, 2], [1]]}~logits: expected an array of 2 numbers in row 1",
                "{'logits': [[1, 'x']]}~logits: expected a number in row 0, column 1, found STRING",
                "{'logits': [[1, 2]], 'labels': [0, 1]}~expected 1 label ids, one for each row",
                "{'logits': [[1, 2]], 'labels': [2]}~expected a label id from 0 to 1 for row 0",
                "{'logits': [[1, 2]], 'labels': [0.5]}~expected a label id from 0 to 1 for",
                "{'logits': [[1, 2]], 'label_names': ['a']}~expected a label name for class 1",
                "{'logits': [[1, 2]~not JSON: ",
            })
    void whatIsWrongWithAFileIsSaidInOneLine(String json, String problem) throws IOException {
        Path file = written(json.replace('\'', '"'));

        assertThatThrownBy(() -> LogitsFile.read(file))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith(file + ": " + problem)
                .message()
                .doesNotContain("\n");
    }

    @Test
    void repeatedNamesAndMissingFilesAreRefused() throws IOException {
        Path file = written("{\"logits\": [[1, 2]], \"label_names\": [\"a\", \"a\"]}");

        assertThatThrownBy(() -> LogitsFile.read(file)).hasMessageContaining("'a' twice");
        assertThatThrownBy(() -> LogitsFile.read(directory.resolve("none.json")))
                .hasMessageEndingWith("none.json: no such file");
    }

    private Path written(String json) throws IOException {
        return Files.writeString(directory.resolve("logits.json"), json);
    }

    @Test
    void readsRowsAsAProgramPrintedThem() throws IOException {
        String printed =
                """
                array([[ 1.2991944 ,  0.24860173, -1.6e+00],
                       [ 0.43,   nan,
                         -.5 ]], dtype=float32)
                """;
        for (String text :
                new String[] {
                    printed,
                    "1.2991944 0.24860173 -1.6\n\n0.43, nan, -0.5",
                    "[[1.2991944,0.24860173,-1.6],[0.43,NaN,-0.5]]"
                }) {
            LogitsFile logits = LogitsFile.read(written(text));
            assertThat(Arrays.deepToString(logits.rows()))
                    .isEqualTo("[[1.2991944, 0.24860173, -1.6], [0.43, NaN, -0.5]]");
            assertThat(logits.labels()).isNull();
            assertThat(logits.explanation(1).text()).contains("LABEL_0 1 time", "id2label");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1 2; 3 x | line 1, expected a number, found 'x'",
                "'[[1 2] [... 3]]' | left rows out",
                "'[1 2] [1 2 3]' | expected 2 numbers in row 1, found 3",
                "'[]' | expected rows of numbers",
            })
    void whatIsNoRowOfNumbersIsRefused(String text, String expected) throws IOException {
        Path file = written(text);
        assertThatThrownBy(() -> LogitsFile.read(file))
                .isInstanceOf(DataException.class)
                .message()
                .satisfies(
                        message -> {
                            for (String part : expected.split(", ", -1)) {
                                assertThat(message).contains(part);
                            }
                        });
    }
}
