package xlmr.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Pairs of texts, as for natural language inference: the first text is the same everywhere, so
/// only a model that reads the second can tell the labels.
class LabelledPairsTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir private Path directory;

    @Test
    void bothTextsOfAPairAreReadInTrainingAndEvaluation() throws IOException {
        Path model = directory.resolve("model");
        Path train = pairs("train.tsv");
        Path test = pairs("test.tsv");
        CommandRun trained =
                CommandRun.of(
                        "train",
                        "--train",
                        train,
                        "--text-column",
                        "premise",
                        "--text-pair-column",
                        "hypothesis",
                        "--epochs",
                        "3",
                        "--batch-size",
                        "16",
                        "--learning-rate",
                        "5e-4",
                        "--max-length",
                        "64",
                        "--output",
                        model);
        assertThat(trained.exitCode()).as(trained.err()).isZero();

        assertThat(accuracy(model, test, "--text-pair-column", "hypothesis")).isGreaterThan(0.75);
        assertThat(accuracy(model, test)).isBetween(0.3, 0.7);
    }

    private static double accuracy(Path model, Path test, Object... more) throws IOException {
        List<Object> words =
                new ArrayList<>(
                        List.of(
                                "evaluate",
                                "--model",
                                model,
                                "--input",
                                test,
                                "--text-column",
                                "premise",
                                "--json"));
        words.addAll(List.of(more));
        CommandRun run = CommandRun.of(words.toArray());
        assertThat(run.exitCode()).as(run.err()).isZero();
        JsonNode report = JSON.readTree(run.out());
        return report.path("accuracy").asDouble();
    }

    /// Food and weather of one of the files that come with xlmr, as pairs.
    private Path pairs(String name) throws IOException {
        List<String> lines = Files.readAllLines(Sentences.file(directory, name));
        List<String> header = List.of(lines.getFirst().split("\t"));
        int text = header.indexOf("text");
        int label = header.indexOf("category");
        List<String> pairs = new ArrayList<>(List.of("premise\thypothesis\tlabel"));
        for (String line : lines.subList(1, lines.size())) {
            String[] fields = line.split("\t");
            if (fields[label].equals("food") || fields[label].equals("weather")) {
                pairs.add(
                        "Somebody said something.\t%s\t%s".formatted(fields[text], fields[label]));
            }
        }
        Path file = directory.resolve("pairs-" + name);
        Files.write(file, pairs);
        return file;
    }
}
