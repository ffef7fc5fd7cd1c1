package xlmr.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Adapters together with another head than the reference's: trained, saved, merged, loaded.
class AdaptedHeadTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"bilstm:8", "mix:mlp:6"})
    void aHeadTravelsWithItsAdapter(String head) throws IOException {
        Sentences.file(directory, "train.tsv");
        Path few = Sentences.first(directory, "train.tsv", 16);
        Path model = directory.resolve("model");
        run(
                "train --train %s --label-column category --epochs 1 --head %s --output %s --lora"
                        .formatted(few, head, model),
                "r=2,alpha=4,targets=query+value");
        Path adapter = model.resolve("adapter");
        assertThat(adapter.resolve("adapter_model.safetensors")).exists();
        List<Double> expected = logits("--model " + model);
        assertSame(expected, logits("--adapter " + adapter));

        Path merged = directory.resolve("merged");
        run("merge --adapter %s --output %s".formatted(adapter, merged));
        assertSame(expected, logits("--model " + merged));
        assertThat(Files.readString(merged.resolve("config.json"))).contains("xlmr_head");
        assertThat(run("describe --model " + merged)).doesNotContain("lora");
    }

    private static void assertSame(List<Double> expected, List<Double> found) {
        assertThat(found).hasSameSizeAs(expected);
        for (int k = 0; k < expected.size(); k++) {
            assertThat(found.get(k)).isEqualTo(expected.get(k));
        }
    }

    private static List<Double> logits(String which) throws IOException {
        JsonNode json =
                JSON.readTree(run("predict --json " + which, "Quand part le prochain train ?"));
        List<Double> logits = new ArrayList<>();
        json.path("logits").forEach(logit -> logits.add(logit.asDouble()));
        assertThat(logits).as(json.toString()).hasSizeGreaterThan(1);
        return logits;
    }

    private static String run(String line, Object... more) {
        List<Object> words = new ArrayList<>(List.of((Object[]) line.split(" ")));
        words.addAll(List.of(more));
        CommandRun run = CommandRun.of(words.toArray());
        assertThat(run.exitCode()).as(run.err()).isZero();
        return run.out();
    }
}
