package xlmr.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import xlmr.checkpoint.SafetensorsWriter;
import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;

class FileInspectionTest {
    private static final Path REFERENCE =
            Path.of(System.getProperty("xlmr.repository", ".."), "..", "shared", "reference");
    private static final Path BAD = REFERENCE.resolve("bad");

    @TempDir Path directory;

    @Test
    void aCheckpointTellsItsTensors() {
        Path file = directory.resolve("model.safetensors");
        new SafetensorsWriter()
                .metadata("format", "pt")
                .add("a", Tensor.of(Shape.of(2, 1), 1, Float.NaN))
                .write(file);

        assertThat(FileInspection.of(file).json())
                .hasToString(
                        """
                        {"file":"%s","ok":true,"kind":"safetensors",\
                        "warnings":["tensor 'a' has 1 elements that are NaN or infinite"],\
                        "metadata":{"format":"pt"},"elements":2,\
                        "tensors":[{"name":"a","dtype":"F32","shape":[2,1]}]}\
                        """
                                .formatted(file));
        assertThat(FileInspection.of(directory).kind()).isEqualTo(FileKind.SAFETENSORS);
    }

    @Test
    void aConfigurationTellsAllFields() throws IOException {
        Path file = directory.resolve("config.json");
        Files.writeString(file, "{\"model_type\":\"roberta\",\"foo\":1}");
        FileInspection inspection = FileInspection.of(file);

        assertThat(inspection.ok()).isTrue();
        assertThat(inspection.warnings()).hasSize(1);
        JsonNode config = inspection.json().get("config");
        assertThat(config.get("hidden_size").intValue()).isEqualTo(768);
        assertThat(config.get("foo").intValue()).isEqualTo(1);
    }

    @Test
    void whatIsNoFileOfAModelIsRefused() throws IOException {
        refused("notes.txt", "hello", FileKind.UNKNOWN, "not of a known kind; known are");
        refused("pytorch_model.bin", "PK\3\4", FileKind.PYTORCH, "a zip archive without its");
        refused("other.bin", "", FileKind.PYTORCH, "empty");
        refused("x.bin.index.json", "{}", FileKind.PYTORCH_INDEX, "weight_map");
        refused("x.h5.index.json", "{}", FileKind.HDF5_INDEX, "weight_map");
        refused("tf_model.h5", "", FileKind.HDF5, "an HDF5 file");
        refused("special.json", "{\"a\":1}", FileKind.CONFIG, "JSON, but neither");
        refused("x.safetensors", "12345678", FileKind.SAFETENSORS, "is above the format's limit");
        FileInspection missing = FileInspection.of(directory.resolve("none"));
        assertThat(missing.reason()).isEqualTo("does not exist");
    }

    private void refused(String name, String content, FileKind kind, String reason)
            throws IOException {
        Path file = Files.writeString(directory.resolve(name), content);
        FileInspection inspection = FileInspection.of(file);
        assertThat(inspection.ok()).isFalse();
        assertThat(inspection.kind()).isEqualTo(kind);
        assertThat(inspection.reason()).contains(reason).doesNotContain(file.toString());
        assertThat(inspection.json().get("ok").booleanValue()).isFalse();
    }

    /// Every damaged file of the reference, as its manifest expects.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "safetensors",
                "bin",
                "h5",
                "index",
                "config",
                "sentencepiece",
                "tokenizer_json"
            })
    void everyFileOfTheManifestIsAcceptedOrRefused(String container) throws IOException {
        assumeTrue(Files.isDirectory(BAD), "skipped: no reference fixtures at " + BAD);
        JsonNode manifest = new ObjectMapper().readTree(BAD.resolve("manifest.json").toFile());
        List<String> wrong = new ArrayList<>();
        int seen = 0;
        for (JsonNode entry : manifest.get("files")) {
            String file = entry.get("file").asText();
            if (!file.startsWith(container + "/")) {
                continue;
            }
            seen++;
            FileInspection inspection =
                    Assertions.assertTimeoutPreemptively(
                            Duration.ofSeconds(10), () -> FileInspection.of(BAD.resolve(file)));
            String expect = entry.get("expect").asText();
            if (!asExpected(expect, inspection)) {
                wrong.add(expect + " " + entry.get("why").asText() + ": " + inspection.json());
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(seen).isGreaterThan(6);
    }

    private static boolean asExpected(String expect, FileInspection inspection) {
        String reason = inspection.reason();
        boolean clear = reason == null || (!reason.isBlank() && reason.lines().count() == 1);
        boolean matches =
                switch (expect) {
                    case "error" -> !inspection.ok();
                    case "ok" -> inspection.ok();
                    case "warn" -> inspection.ok() && !inspection.warnings().isEmpty();
                    case "either" -> true;
                    default -> throw new AssertionError(expect);
                };
        return clear && matches;
    }

    /// A refusal must be for the damage, not because the file was taken for something else.
    @Test
    void aDamagedFileIsStillTakenForWhatItIs() throws IOException {
        assumeTrue(Files.isDirectory(BAD), "skipped: no reference fixtures at " + BAD);
        Map<String, FileKind> kinds =
                Map.of(
                        "safetensors", FileKind.SAFETENSORS,
                        "index", FileKind.SAFETENSORS_INDEX,
                        "config", FileKind.CONFIG,
                        "sentencepiece", FileKind.SENTENCEPIECE,
                        "tokenizer_json", FileKind.TOKENIZER_JSON,
                        "bin", FileKind.PYTORCH,
                        "h5", FileKind.HDF5);
        // Nothing in these two says that they were tokenizers.
        Set<String> ambiguous = Set.of("tokenizer_json/empty.json", "tokenizer_json/not_json.json");
        JsonNode manifest = new ObjectMapper().readTree(BAD.resolve("manifest.json").toFile());
        for (JsonNode entry : manifest.get("files")) {
            String file = entry.get("file").asText();
            if (!ambiguous.contains(file)) {
                assertThat(FileKind.of(BAD.resolve(file)))
                        .as(file)
                        .isEqualTo(kinds.get(file.substring(0, file.indexOf('/'))));
            }
        }
    }
}
