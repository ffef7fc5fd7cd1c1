package xlmr.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import xlmr.cli.Streams;
import xlmr.cli.XlmrCommand;

/// What a classifier's answer to a text says, and what in the text decides: `predict`, `explain`.
class AnswerCommandsTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TEXT = "The train to London is late 😀.";

    @TempDir static Path directory;
    private static Path model;

    @BeforeAll
    static void train() throws IOException {
        model = TrainedClassifiers.oneLabel(directory);
    }

    private static CommandRun done(Object... command) {
        CommandRun run = CommandRun.of(command);
        assertThat(run.exitCode()).as(run.err()).isZero();
        return run;
    }

    private static JsonNode json(CommandRun run) throws IOException {
        return JSON.readTree(run.out());
    }

    @Test
    void aPredictionSaysHowSureItIs() throws IOException {
        JsonNode found = json(done("predict", "--model", model, "--json", TEXT));
        assertThat(found.get("activation").textValue()).isEqualTo("softmax");
        double[] logits = new double[4];
        double sum = 0;
        int best = 0;
        for (int k = 0; k < 4; k++) {
            logits[k] = found.get("logits").get(k).doubleValue();
            sum += Math.exp(logits[k]);
            best = logits[k] > logits[best] ? k : best;
        }
        double entropy = 0;
        double second = Double.NEGATIVE_INFINITY;
        for (int k = 0; k < 4; k++) {
            double p = Math.exp(logits[k]) / sum;
            entropy -= p * Math.log(p);
            second = k == best ? second : Math.max(second, logits[k]);
        }
        assertThat(found.get("label").textValue()).isEqualTo(Sentences.LABELS.get(best));
        assertThat(found.get("probability").doubleValue())
                .isCloseTo(Math.exp(logits[best]) / sum, within(1e-6));
        assertThat(found.get("logit").doubleValue()).isCloseTo(logits[best], within(1e-6));
        assertThat(found.get("margin").doubleValue())
                .isCloseTo(logits[best] - second, within(1e-6));
        assertThat(found.get("entropy").doubleValue()).isCloseTo(entropy, within(1e-6));
        assertThat(found.get("relative_entropy").doubleValue())
                .isCloseTo(entropy / Math.log(4), within(1e-6));
        assertThat(done("predict", "--model", model, "--details", TEXT).out())
                .contains("logit", "softmax", "times as probable as", "ln 4");
    }

    @Test
    void predictionsAreATableIfTheNameSaysSo() throws IOException {
        Path table = directory.resolve("predictions.csv");
        Path texts = directory.resolve("odd.txt");
        Files.writeString(texts, "\"quoted\", with a comma\nplain\n");
        done("predict", "--model", model, "--input", texts, "--output", table);
        List<String> lines = Files.readAllLines(table);
        assertThat(lines).hasSize(3);
        assertThat(lines.get(0))
                .startsWith("text,label,probability,logit,margin,second,entropy")
                .endsWith("logit: travel,logit: weather");
        assertThat(lines.get(1)).startsWith("\"\"\"quoted\"\", with a comma\",");
    }

    @Test
    void contributionsAddUpAndPointIntoTheText() throws IOException {
        JsonNode found = json(done("explain", "--model", model, "--label", "food", "--json", TEXT));
        assertThat(found.get("complete").booleanValue()).isTrue();
        double sum = 0;
        String covered = "";
        for (JsonNode token : found.get("tokens")) {
            sum += token.get("score").doubleValue();
            if (!token.has("special")) {
                covered +=
                        TEXT.substring(token.get("start").intValue(), token.get("end").intValue());
            }
        }
        double difference =
                found.get("logit").doubleValue() - found.get("baseline_logit").doubleValue();
        assertThat(sum).isCloseTo(difference, within(0.01 * Math.abs(difference)));
        assertThat(covered).isEqualTo(TEXT);
        assertThat(found.get("label").textValue()).isEqualTo("food");
        JsonNode predicted = json(done("predict", "--model", model, "--json", TEXT));
        assertThat(found.get("logit").floatValue())
                .isEqualTo(predicted.get("logits").get(0).floatValue());
    }

    @Test
    void everyMethodExplainsPairsToo() throws IOException {
        for (String method :
                List.of(
                        "integrated-gradients",
                        "gradient-x-input",
                        "occlusion",
                        "attention-rollout")) {
            JsonNode found =
                    json(
                            done(
                                    "explain",
                                    "--model",
                                    model,
                                    "--method",
                                    method,
                                    "--json",
                                    "--pair",
                                    "Yes, again.",
                                    "Is it late?"));
            assertThat(found.get("text_pair").textValue()).isEqualTo("Yes, again.");
            long second = 0;
            for (JsonNode token : found.get("tokens")) {
                second += token.has("of") ? 1 : 0;
            }
            assertThat(second).as(method).isGreaterThan(1);
        }
    }

    @Test
    void colorsAreForTerminalsAndAPageIsComplete() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream print = new PrintStream(out, true, StandardCharsets.UTF_8);
        Streams terminal =
                new Streams(new ByteArrayInputStream(new byte[0]), print, print, true, 0, true);
        String steering = "Late \u001b[2J train";
        assertThat(XlmrCommand.run(terminal, "explain", "--model", model.toString(), steering))
                .isZero();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("\u001b[30;48;5;")
                .doesNotContain("\u001b[2J");
        assertThat(done("explain", "--model", model, TEXT).out()).doesNotContain("\u001b");
        Path page = directory.resolve("page.html");
        done("explain", "--model", model, "--html", page, "<b>late</b> & \"train\"");
        assertThat(Files.readString(page))
                .contains("&lt;", "&amp;", "&quot;", "prefers-color-scheme: dark", "</html>")
                .doesNotContain("<b>", "http:", "https:", "<script", "src=");
    }
}
