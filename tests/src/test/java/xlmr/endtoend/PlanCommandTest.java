package xlmr.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `plan`, against what `train` then does.
class PlanCommandTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir static Path directory;
    private static Path few;

    @BeforeAll
    static void write() throws IOException {
        few = Sentences.first(directory, "train.tsv", 40);
    }

    /// The embedded model: 3 layers of 128, 132,480 numbers a layer.
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "--tune full; 3; true; 397440; 17028",
                "--tune head; 3; false; 0; 17028",
                "--tune top:1; 4; false; 132480; 17028",
                "--tune full --freeze-embeddings; 3; false; 397440; 17028",
            })
    void saysWhichGroupsTrain(
            String options, int groups, boolean embeddings, long layers, long head)
            throws IOException {
        JsonNode plan = plan(options + " --trial 0");
        assertThat(plan.path("groups")).hasSize(groups);
        JsonNode first = plan.path("groups").path(0);
        assertThat(first.path("name").asText()).isEqualTo("embeddings");
        assertThat(first.path("trained").asLong())
                .isEqualTo(embeddings ? first.path("parameters").asLong() : 0);
        long ofLayers = 0;
        for (JsonNode group : plan.path("groups")) {
            if (group.path("name").asText().startsWith("encoder layer")) {
                ofLayers += group.path("trained").asLong();
            }
        }
        assertThat(ofLayers).isEqualTo(layers);
        assertThat(plan.path("groups").path(groups - 1).path("trained").asLong()).isEqualTo(head);
    }

    @Test
    void theNumbersAreThoseOfTheRun() throws IOException {
        String options = "--lora r=2,alpha=4,targets=query+value --epochs 2 --batch-size 8";
        JsonNode plan = plan(options + " --max-length 10 --trial 1");
        assertThat(plan.path("steps").asInt()).isEqualTo(10);
        assertThat(plan.path("examples").asInt()).isEqualTo(40);
        assertThat(plan.path("longest").asInt()).isEqualTo(10);
        assertThat(plan.path("truncated").asInt()).isPositive();
        assertThat(plan.path("seconds").asDouble()).isPositive();
        assertThat(plan.path("classes").path("food").asInt()).isPositive();
        Path output = directory.resolve("model");
        String trained = run("train " + options + " --max-length 10", "--output", output);
        assertThat(trained)
                .contains(
                        "%,d of %,d parameters, on 40 examples in 10 steps"
                                .formatted(
                                        plan.path("trained").asLong(),
                                        plan.path("parameters").asLong()))
                .containsPattern("planned [0-9,]+ MiB; measured");
        JsonNode log = JSON.readTree(Files.readString(output.resolve("training.json")));
        assertThat(log.path("plan").path("planned_bytes").asLong())
                .isEqualTo(plan.path("memory_bytes").path("total").asLong());
        assertThat(log.path("plan").path("measured_seconds").asDouble()).isPositive();
    }

    @Test
    void lessIsHeldWhereLayersAreComputedAgain() throws IOException {
        String bytes = "/memory_bytes/activations";
        assertThat(plan("--trial 0 --gradient-checkpointing").at(bytes).asLong())
                .isPositive()
                .isLessThan(plan("--trial 0").at(bytes).asLong());
    }

    @Test
    void takesTheOptionsOfASeriesAndWritesNothing() throws IOException {
        Path output = directory.resolve("nothing");
        JsonNode plan = plan("--folds 4 --trial 0 --overwrite --output " + output);
        assertThat(plan.path("runs").asInt()).isEqualTo(4);
        assertThat(plan.path("seconds").isNull()).isTrue();
        assertThat(output).doesNotExist();
        assertThat(run("plan --trial 0"))
                .contains("embeddings", "the longest", "memory", "--trial 0");
    }

    private static JsonNode plan(String options) throws IOException {
        return JSON.readTree(run("plan --json " + options));
    }

    private static String run(String line, Object... more) {
        List<Object> words = new ArrayList<>(List.of((Object[]) line.split(" ")));
        words.addAll(List.of("--train", few, "--label-column", "category"));
        words.addAll(List.of(more));
        CommandRun run = CommandRun.of(words.toArray());
        assertThat(run.exitCode()).as(run.err()).isZero();
        return run.out();
    }
}
