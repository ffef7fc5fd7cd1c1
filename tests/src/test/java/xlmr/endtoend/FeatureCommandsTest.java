package xlmr.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipFile;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xml.sax.InputSource;
import xlmr.checkpoint.Checkpoint;

/// `features` and `probe` with the embedded model: 3 layers of 128, 4 heads.
class FeatureCommandsTest {
    private static final int HIDDEN = 128;
    private static final int HEADS = 4;
    private static final int NPY_HEADER = 128;
    private static final String TEXTS = "Wie spät ist es?\nhello 😀 world\n";
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir private Path directory;

    private static CommandRun done(CommandRun run) {
        assertThat(run.exitCode()).as(run.err()).isZero();
        return run;
    }

    private Path texts() throws IOException {
        return Files.writeString(directory.resolve("texts.txt"), TEXTS);
    }

    private static ByteBuffer member(ZipFile zip, String name) throws IOException {
        byte[] bytes = zip.getInputStream(zip.getEntry(name + ".npy")).readAllBytes();
        return ByteBuffer.wrap(bytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .position(NPY_HEADER)
                .slice()
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    @Test
    void everyFormatHoldsTheSameNumbers() throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        for (String ending : List.of("npz", "safetensors", "jsonl")) {
            Path file = directory.resolve("features." + ending);
            CommandRun run =
                    done(
                            CommandRun.of(
                                    "features",
                                    "--input",
                                    texts(),
                                    "--layers",
                                    "0,-1",
                                    "--pool",
                                    "tokens",
                                    "--attentions",
                                    "--output",
                                    file));
            assertThat(run.out()).contains("features of 2 texts", file.toString());
        }
        for (String line : Files.readAllLines(directory.resolve("features.jsonl"))) {
            lines.add(JSON.readTree(line));
        }
        Checkpoint tensors = Checkpoint.open(directory.resolve("features.safetensors"));
        try (ZipFile zip = new ZipFile(directory.resolve("features.npz").toFile())) {
            long[] starts = tensors.integers("starts");
            assertThat(starts).hasSize(3);
            for (String layer : List.of("0", "3")) {
                ByteBuffer packed = member(zip, "layer_" + layer);
                float[] read = tensors.floats("layer_" + layer);
                assertThat(packed.remaining()).isEqualTo(read.length * Float.BYTES);
                int n = 0;
                for (JsonNode line : lines) {
                    for (JsonNode row : line.get("layers").get(layer)) {
                        for (JsonNode number : row) {
                            assertThat(read[n]).isEqualTo(number.floatValue());
                            assertThat(packed.getFloat(n * 4)).isEqualTo(number.floatValue());
                            n++;
                        }
                    }
                }
                assertThat(n).isEqualTo((int) starts[2] * HIDDEN);
            }
            long tokens = starts[2] - starts[1];
            long[] bounds = tensors.integers("attention_starts");
            assertThat(bounds[2] - bounds[1]).isEqualTo(HEADS * tokens * tokens);
            assertThat(member(zip, "attention_3").remaining())
                    .isEqualTo((int) bounds[2] * Float.BYTES);
            assertThat(zip.getEntry("attention_0.npy")).as("embeddings have none").isNull();
        }
        long[] offsets = tensors.integers("offsets");
        String second = TEXTS.lines().toList().get(1);
        int begin = (int) tensors.integers("starts")[1];
        assertThat(lines.get(1).get("offsets").get(3).toString())
                .isEqualTo("[%d,%d]".formatted(offsets[2 * begin + 6], offsets[2 * begin + 7]));
        assertThat(offsets[offsets.length - 3]).as("in UTF-16").isEqualTo(second.length());
    }

    @Test
    void oneLayerPooledIsAMatrixAndStandardOutputIsJsonLines() throws IOException {
        Path matrix = directory.resolve("features.npy");
        done(CommandRun.of("features", "--input", texts(), "--output", matrix));
        ByteBuffer bytes =
                ByteBuffer.wrap(Files.readAllBytes(matrix)).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(bytes.remaining()).isEqualTo(NPY_HEADER + 2 * HIDDEN * Float.BYTES);
        CommandRun shown =
                done(
                        CommandRun.withInput(
                                TEXTS.getBytes(StandardCharsets.UTF_8),
                                "features",
                                "--pool",
                                "cls"));
        assertThat(shown.lines()).hasSize(2);
        JsonNode second = JSON.readTree(shown.lines().get(1));
        assertThat(second.get("text").asText()).isEqualTo("hello 😀 world");
        JsonNode vector = second.get("layers").get("3");
        assertThat(vector).hasSize(HIDDEN);
        assertThat(bytes.getFloat(NPY_HEADER + (HIDDEN + 5) * Float.BYTES))
                .isEqualTo(vector.get(5).floatValue());
    }

    @Test
    void aLongTextIsCutWithAWarning() {
        CommandRun run =
                done(CommandRun.of("features", "--max-length", "4", "one two three four five"));
        assertThat(run.err()).contains("1 of 1 texts", "4 tokens");
        assertThat(run.out()).contains("\"truncated_tokens\":");
    }

    @Test
    void aProbeGivesATableAPictureAndWords() throws Exception {
        Path train = Sentences.file(directory, "train.tsv");
        Path validation = Sentences.file(directory, "validation.tsv");
        Path output = directory.resolve("probe");
        Object[] command = {
            "probe",
            "--train",
            train,
            "--validation",
            validation,
            "--label-column",
            "category",
            "--epochs",
            "8",
            "--output",
            output
        };
        CommandRun run = done(CommandRun.of(command));
        JsonNode json = JSON.readTree(output.resolve("probe.json").toFile());
        assertThat(json.get("layers")).hasSize(4);
        assertThat(json.get("validation_texts").asInt()).isEqualTo(52);
        assertThat(json.get("majority_accuracy").asDouble()).isEqualTo(0.25);
        JsonNode best = json.get("layers").get(json.get("best_layer").asInt());
        assertThat(best.get("accuracy").asDouble()).as("of the best layer").isGreaterThan(0.8);
        assertThat(best.get("p_same_as_best").asDouble()).isEqualTo(1);
        assertThat(run.out())
                .contains("0 (embeddings)", "layer " + json.get("best_layer") + " is best");
        String svg = Files.readString(output.resolve("probe.svg"));
        var picture =
                DocumentBuilderFactory.newInstance()
                        .newDocumentBuilder()
                        .parse(new InputSource(new StringReader(svg)));
        assertThat(picture.getElementsByTagName("circle").getLength()).isEqualTo(4);
        assertThat(svg).contains("prefers-color-scheme: dark");
        byte[] first = Files.readAllBytes(output.resolve("probe.json"));
        done(CommandRun.of(command));
        assertThat(output.resolve("probe.json")).as("run again").hasBinaryContent(first);
    }
}
