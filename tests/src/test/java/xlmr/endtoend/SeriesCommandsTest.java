package xlmr.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

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

/// `train --seeds` and `train --folds`.
class SeriesCommandsTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TRAIN = "train --label-column category --tune head --epochs 2";

    @TempDir static Path directory;
    private static Path few;
    private static Path validation;

    @BeforeAll
    static void write() throws IOException {
        few = Sentences.first(directory, "train.tsv", 32);
        validation = Sentences.first(directory, "validation.tsv", 20);
    }

    @Test
    void seedsAreTheRunsThatTrainWouldDoAndTheBestIsKept() throws IOException {
        Path output = directory.resolve("seeds");
        String files = " --train %s --validation %s".formatted(few, validation);
        String out =
                run(TRAIN + files + " --seeds 3 --seed 5 --test " + few + " --output " + output);
        assertThat(out)
                .contains("3 runs, seeds 5 to 7", "validation: macro f1", few + ": accuracy")
                .contains("std. dev.")
                .contains("says of 52 texts was computed once, ", " used again 104 times: about ");
        JsonNode series = JSON.readTree(Files.readString(output.resolve("seeds.json")));
        List<Double> scores = new ArrayList<>();
        for (JsonNode one : series.path("runs")) {
            scores.add(one.path("scores").path("validation").path("macro_f1").asDouble());
        }
        int best = scores.indexOf(scores.stream().max(Double::compare).orElseThrow());
        assertThat(series.path("kept").asText()).isEqualTo("seed-" + (5 + best));
        JsonNode summary = series.path("summary").path("validation").path("macro_f1");
        assertThat(summary.path("mean").asDouble())
                .isCloseTo(
                        scores.stream().mapToDouble(Double::doubleValue).average().orElseThrow(),
                        within(1e-9));
        assertThat(output.resolve("seed-5")).doesNotExist();

        Path single = directory.resolve("single");
        run(TRAIN + files + " --seed %d --output %s".formatted(5 + best, single));
        assertThat(output.resolve("model.safetensors"))
                .hasSameBinaryContentAs(single.resolve("model.safetensors"));
        JsonNode log = JSON.readTree(Files.readString(output.resolve("training.json")));
        assertThat(log.path("options").path("seed").asInt()).isEqualTo(5 + best);
        double judged =
                JSON.readTree(
                                run(
                                        "evaluate --json --label-column category --model %s --input %s"
                                                .formatted(single, few)))
                        .path("accuracy")
                        .asDouble();
        assertThat(
                        series.path("runs")
                                .path(best)
                                .path("scores")
                                .path(few.toString())
                                .path("accuracy")
                                .asDouble())
                .isEqualTo(judged);
    }

    @Test
    void everyRunIsKeptWhereThatIsAskedFor() throws IOException {
        Path output = directory.resolve("kept");
        String json =
                run(
                        TRAIN
                                + " --json --train %s --seeds 2 --keep-runs --test %s --output %s"
                                        .formatted(few, validation, output));
        assertThat(JSON.readTree(json).path("kept").asText()).isEqualTo("seed-0");
        assertThat(output.resolve("seed-0/model.safetensors")).exists();
        assertThat(output.resolve("seed-1/config.json")).exists();
        assertThat(output.resolve("model.safetensors")).doesNotExist();
        assertThat(run("predict --model " + output.resolve("seed-1"), "Hello")).isNotEmpty();
    }

    @Test
    void foldsAreJudgedOnWhatIsHeldOutAndTheModelLearnsFromAll() throws IOException {
        Path output = directory.resolve("folds");
        String out = run(TRAIN + " --train %s --folds 4 --output %s".formatted(few, output));
        assertThat(out)
                .contains("run 5 of 5: all examples", "4 folds", "on 24 examples")
                .contains("says of 32 texts was computed once, ", " used again 128 times: about ");
        JsonNode series = JSON.readTree(Files.readString(output.resolve("folds.json")));
        assertThat(series.path("runs")).hasSize(4);
        assertThat(series.path("kept").asText()).isEqualTo("all examples");
        Path all = directory.resolve("all");
        run(TRAIN + " --train %s --output %s".formatted(few, all));
        assertThat(output.resolve("model.safetensors"))
                .hasSameBinaryContentAs(all.resolve("model.safetensors"));
    }

    private static String run(String line, Object... more) {
        List<Object> words = new ArrayList<>(List.of((Object[]) line.split(" ")));
        words.addAll(List.of(more));
        CommandRun run = CommandRun.of(words.toArray());
        assertThat(run.exitCode()).as(run.err()).isZero();
        return run.out();
    }
}
