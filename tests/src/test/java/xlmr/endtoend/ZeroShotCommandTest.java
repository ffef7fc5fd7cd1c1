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
import xlmr.data.Example;
import xlmr.pipeline.TextClassifier;
import xlmr.pipeline.ZeroShotClassifier;
import xlmr.pipeline.ZeroShotLabels;
import xlmr.pipeline.ZeroShotPrediction;
import xlmr.pipeline.ZeroShotPrediction.Candidate;

/// Pairs of texts and classification by labels of one's own, with a model trained on pairs that are
/// made of the sentences that come with xlmr.
class ZeroShotCommandTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String HYPOTHESIS = "This is about {}.";

    @TempDir static Path directory;
    private static final List<String> texts = new ArrayList<>();
    private static final List<String> categories = new ArrayList<>();
    private static Path pairs;
    private static Path model;

    @BeforeAll
    static void train() throws IOException {
        List<String> lines = Files.readAllLines(Sentences.first(directory, "train.tsv", 60));
        List<String> header = List.of(lines.getFirst().split("\t"));
        List<String> rows = new ArrayList<>(List.of("premise\thypothesis\tlabel"));
        for (String line : lines.subList(1, lines.size())) {
            String[] fields = line.split("\t");
            String text = fields[header.indexOf("text")];
            String category = fields[header.indexOf("category")];
            texts.add(text);
            categories.add(category);
            for (String label : Sentences.LABELS) {
                String verdict = label.equals(category) ? "Entailment" : "contradiction";
                rows.add(text + "\t" + HYPOTHESIS.replace("{}", label) + "\t" + verdict);
            }
        }
        pairs = Files.write(directory.resolve("pairs.tsv"), rows);
        model = directory.resolve("model");
        CommandRun run =
                CommandRun.of(
                        "train",
                        "--train",
                        pairs,
                        "--text-column",
                        "premise",
                        "--text-pair-column",
                        "hypothesis",
                        "--learning-rate",
                        "1e-3",
                        "--epochs",
                        "10",
                        "--output",
                        model);
        assertThat(run.exitCode()).as(run.err()).isZero();
    }

    private static CommandRun zeroShot(Object... more) {
        List<Object> words =
                new ArrayList<>(
                        List.of(
                                "zero-shot",
                                "--model",
                                model,
                                "--labels",
                                String.join(",", Sentences.LABELS),
                                "--hypothesis",
                                HYPOTHESIS));
        words.addAll(List.of(more));
        return CommandRun.of(words.toArray());
    }

    @Test
    void theLabelThatTheTextEntailsComesFirst() throws IOException {
        CommandRun run =
                zeroShot("--input", Files.write(directory.resolve("texts.txt"), texts), "--json");
        assertThat(run.err()).isEmpty();
        assertThat(run.lines()).hasSameSizeAs(texts);
        int right = 0;
        for (int t = 0; t < texts.size(); t++) {
            JsonNode prediction = JSON.readTree(run.lines().get(t));
            assertThat(prediction.path("text").asText()).isEqualTo(texts.get(t));
            assertThat(prediction.path("labels")).hasSize(4);
            double last = 1;
            double sum = 0;
            for (JsonNode score : prediction.path("scores")) {
                assertThat(score.asDouble()).isBetween(0.0, last);
                last = score.asDouble();
                sum += last;
            }
            assertThat(sum).isCloseTo(1, within(1e-12));
            right += prediction.path("labels").path(0).asText().equals(categories.get(t)) ? 1 : 0;
        }
        assertThat(right).as("of %d, which were trained on", texts.size()).isGreaterThan(40);
    }

    @Test
    void withMultiLabelEachLabelIsJudgedByItself() throws IOException {
        JsonNode all = JSON.readTree(zeroShot("--multi-label", "--json", texts.getFirst()).out());
        String label = all.path("labels").path(1).asText();
        CommandRun alone =
                CommandRun.of(
                        "zero-shot",
                        "--model",
                        model,
                        "--labels",
                        label,
                        "--hypothesis",
                        HYPOTHESIS,
                        "--json",
                        texts.getFirst());
        double score = JSON.readTree(alone.out()).path("scores").path(0).asDouble();
        assertThat(score).isCloseTo(all.path("scores").path(1).asDouble(), within(1e-6));
    }

    @Test
    void forPeopleThereIsALineForEachLabel() throws IOException {
        CommandRun run = zeroShot(texts.getFirst());
        assertThat(run.lines()).hasSize(5);
        assertThat(run.lines().getFirst()).isEqualTo(texts.getFirst());
        assertThat(run.lines().get(1)).matches(" +[0-9.]+ %  [a-z]+");
        Path output = directory.resolve("predictions.jsonl");
        CommandRun file = zeroShot("--output", output, texts.getFirst());
        assertThat(file.out()).contains("1 predictions in");
        assertThat(output).hasContent(zeroShot("--json", texts.getFirst()).out().strip());
    }

    @Test
    void theScoresAreThoseOfThePairsLogits() {
        String text = texts.getFirst();
        try (Backend backend = Backends.create(2).backend()) {
            ZeroShotPrediction prediction =
                    ZeroShotClassifier.load(model, backend)
                            .predict(
                                    text,
                                    ZeroShotLabels.of("food", "rain").withHypothesis(HYPOTHESIS));
            TextClassifier pairs = TextClassifier.load(model, backend);
            int entailment = pairs.config().labels().indexOf("Entailment");
            for (Candidate candidate : prediction.candidates()) {
                Example pair =
                        new Example(
                                text,
                                HYPOTHESIS.replace("{}", candidate.label()),
                                List.of(),
                                "given",
                                1);
                List<Float> logits =
                        pairs.predictAll(List.of(pair), done -> {}).getFirst().logits();
                for (int k = 0; k < logits.size(); k++) {
                    assertThat(candidate.logits().get(k)).isCloseTo(logits.get(k), within(1e-5f));
                }
            }
            double first = prediction.candidates().get(0).logits().get(entailment);
            double second = prediction.candidates().get(1).logits().get(entailment);
            assertThat(prediction.best().score())
                    .isCloseTo(1 / (1 + Math.exp(second - first)), within(1e-12));
        }
    }

    @Test
    void aLongTextIsCutAndNeverTheHypothesis() {
        String text = "We wait for the train. ".repeat(20);
        CommandRun run = zeroShot("--max-length", 24, "--json", text);
        assertThat(run.err()).contains("1 of 1 texts are longer").hasLineCount(1);
        assertThat(run.out()).contains("truncated_tokens");
        CommandRun tooNarrow = zeroShot("--max-length", 8, text);
        assertThat(tooNarrow.exitCode()).isEqualTo(1);
        assertThat(tooNarrow.err()).contains("leave no room for a text in 8").hasLineCount(1);
    }
}
