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
import xlmr.backend.Backend;
import xlmr.backend.Backends;
import xlmr.eval.WindowAggregation;
import xlmr.pipeline.Prediction;
import xlmr.pipeline.TextClassifier;
import xlmr.pipeline.WindowPrediction;

/// Texts that are longer than a classifier reads at once: cut with a warning, or read in windows.
class LongTextTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TEXT =
            "The train to London is late. We have to wait for two hours in the rain. ".repeat(4)
                    + "Der Preis für das Brot ist wieder gestiegen.";

    @TempDir static Path directory;
    private static Path model;
    private static Path pairs;

    @BeforeAll
    static void train() throws IOException {
        model = directory.resolve("model");
        assertThat(
                        CommandRun.of(
                                        "train",
                                        "--train",
                                        Sentences.first(directory, "train.tsv", 32),
                                        "--label-column",
                                        "category",
                                        "--tune",
                                        "head",
                                        "--output",
                                        model)
                                .exitCode())
                .isZero();
        pairs = directory.resolve("pairs.csv");
        Files.writeString(pairs, "text,second\nIs it late?,\"%s\"\nYes.,No.\n".formatted(TEXT));
    }

    private static CommandRun predict(Object... more) {
        List<Object> words = new ArrayList<>(List.of("predict", "--model", model, "--json"));
        words.addAll(List.of(more));
        return CommandRun.of(words.toArray());
    }

    @Test
    void withoutWindowsTheWarningNamesThem() {
        CommandRun run = predict("--max-length", 24, TEXT);
        assertThat(run.err()).contains("1 of 1 texts are longer", "--windows").hasLineCount(1);
        assertThat(run.out()).contains("truncated_tokens").doesNotContain("\"windows\"");
    }

    @Test
    void windowsCoverTheTextAndTheirMeanIsTheAnswer() throws IOException {
        CommandRun run = predict("--max-length", 24, "--windows", "--stride", 6, TEXT);
        assertThat(run.err()).isEmpty();
        JsonNode prediction = JSON.readTree(run.out());
        JsonNode windows = prediction.path("windows");
        assertThat(windows.size()).isGreaterThan(3);
        int covered = 0;
        int tokens = 0;
        double[] sums = new double[4];
        for (JsonNode window : windows) {
            assertThat(window.path("start").asInt()).isLessThanOrEqualTo(covered);
            assertThat(window.path("end").asInt()).isGreaterThan(covered);
            covered = window.path("end").asInt();
            int weight = window.path("tokens").asInt();
            assertThat(weight).isLessThanOrEqualTo(24);
            tokens += weight;
            for (int k = 0; k < sums.length; k++) {
                sums[k] += weight * window.path("logits").path(k).asDouble();
            }
        }
        assertThat(covered).isEqualTo(TEXT.length());
        for (int k = 0; k < sums.length; k++) {
            assertThat(prediction.path("logits").path(k).asDouble())
                    .isCloseTo(sums[k] / tokens, within(1e-6));
        }
        assertThat(
                        CommandRun.of(
                                        "predict",
                                        "--model",
                                        model,
                                        "--max-length",
                                        24,
                                        "--windows",
                                        TEXT)
                                .out())
                .contains("windows)");
    }

    @Test
    void aTextThatFitsIsReadAsWithoutWindows() {
        String text = "The train is late.";
        assertThat(predict("--windows", text).out()).isEqualTo(predict(text).out());
    }

    @Test
    void ofAPairTheLongerTextIsReadInWindows() throws IOException {
        CommandRun run =
                predict(
                        "--max-length",
                        24,
                        "--windows",
                        "--window-scores",
                        "max-probabilities",
                        "--input",
                        pairs,
                        "--text-pair-column",
                        "second");
        assertThat(run.err()).isEmpty();
        JsonNode first = JSON.readTree(run.lines().get(0));
        JsonNode windows = first.path("windows");
        assertThat(windows.size()).isGreaterThan(3);
        assertThat(windows.path(0).path("of").asText()).isEqualTo("text_pair");
        assertThat(windows.path(windows.size() - 1).path("end").asInt()).isEqualTo(TEXT.length());
        double sum = 0;
        for (JsonNode probability : first.path("probabilities")) {
            sum += probability.asDouble();
        }
        assertThat(sum).isCloseTo(1, within(1e-12));
        assertThat(JSON.readTree(run.lines().get(1)).has("windows")).isFalse();
    }

    @Test
    void aPairWhoseShorterTextFillsAWindowIsRefusedWithItsLine() {
        CommandRun run =
                predict(
                        "--max-length",
                        10,
                        "--windows",
                        "--stride",
                        4,
                        "--input",
                        pairs,
                        "--text-pair-column",
                        "second");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("pairs.csv", "line 2", "no room").hasLineCount(1);
    }

    @Test
    void evaluationJudgesTheWholeTexts() throws IOException {
        Path file = directory.resolve("long.csv");
        Files.writeString(file, "text,label\n\"%s\",travel\nBread.,food\n".formatted(TEXT));
        CommandRun run =
                CommandRun.of(
                        "evaluate",
                        "--model",
                        model,
                        "--max-length",
                        24,
                        "--windows",
                        "--input",
                        file,
                        "--json");
        assertThat(run.err()).isEmpty();
        JsonNode report = JSON.readTree(run.out());
        assertThat(report.path("truncated_texts").asInt()).isZero();
        assertThat(report.path("texts_in_windows").asInt()).isEqualTo(1);
        double loss = 0;
        List<String> labels = List.of("travel", "food");
        List<String> texts = List.of(TEXT, "Bread.");
        for (int b = 0; b < 2; b++) {
            JsonNode prediction =
                    JSON.readTree(predict("--max-length", 24, "--windows", texts.get(b)).out());
            loss -= Math.log(prediction.path("probabilities").path(labels.get(b)).asDouble()) / 2;
        }
        assertThat(report.path("loss").asDouble()).isCloseTo(loss, within(1e-5));
    }

    @Test
    void theLibraryGivesEachWindowsScores() {
        String text = "rain ".repeat(60).strip();
        try (Backend backend = Backends.create(2).backend()) {
            TextClassifier classifier = TextClassifier.load(model, backend, 16);
            Prediction whole =
                    classifier.withWindows(0, WindowAggregation.MAX_LOGITS).predict(text);
            assertThat(whole.windows()).hasSizeGreaterThan(1);
            for (WindowPrediction window : whole.windows()) {
                String part = text.substring(window.start(), window.end());
                Prediction alone = classifier.predict(part);
                assertThat(alone.tokens()).isEqualTo(window.tokens());
                for (int k = 0; k < alone.logits().size(); k++) {
                    assertThat(window.logits().get(k))
                            .isCloseTo(alone.logits().get(k), within(1e-5f));
                    assertThat(whole.logits().get(k))
                            .isGreaterThanOrEqualTo(window.logits().get(k));
                }
            }
        }
    }
}
