package xlmr.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Language models as a user trains and uses them, on the small model that comes with xlmr: it has
/// no language model's head, so it learns a sentence by heart.
class LanguageModelCommandsTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String SENTENCE = "The train to London leaves at nine.";

    @TempDir Path directory;

    private Path texts() throws IOException {
        return Files.write(directory.resolve("texts.txt"), Collections.nCopies(64, SENTENCE));
    }

    private Path train(String task) throws IOException {
        Path model = directory.resolve(task);
        CommandRun run =
                CommandRun.of(
                        "train",
                        "--task",
                        task,
                        "--train",
                        texts(),
                        "--validation",
                        texts(),
                        "--epochs",
                        "12",
                        "--batch-size",
                        "16",
                        "--learning-rate",
                        "3e-3",
                        "--output",
                        model);
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        assertThat(run.out())
                .contains("lm_head.dense.weight [128, 128]", "perplexity")
                .doesNotContain("LABEL_");
        return model;
    }

    @Test
    void aMaskedModelFillsWhatItLearned() throws IOException {
        Path model = train("masked-lm");
        JsonNode config = JSON.readTree(model.resolve("config.json").toFile());
        assertThat(config.path("architectures").path(0).asText())
                .isEqualTo("XLMRobertaForMaskedLM");
        String text = "The train to <mask> leaves at nine.";
        CommandRun run = CommandRun.of("fill-mask", "--model", model, "--json", text);
        assertThat(run.err()).isEmpty();
        JsonNode mask = JSON.readTree(run.out()).path("masks").path(0);
        assertThat(text.substring(mask.path("start").asInt(), mask.path("end").asInt()))
                .isEqualTo("<mask>");
        assertThat(mask.path("candidates")).hasSize(5);
        JsonNode best = mask.path("candidates").path(0);
        assertThat(SENTENCE).contains(best.path("piece").asText().replace("▁", ""));
        assertThat(best.path("probability").asDouble()).isBetween(0.05, 1.0);
        assertThat(CommandRun.of("predict", "--model", model, "--json", text).out())
                .isEqualTo(run.out());
        CommandRun evaluation =
                CommandRun.of("evaluate", "--model", model, "--input", texts(), "--json");
        JsonNode report = JSON.readTree(evaluation.out());
        assertThat(report.path("perplexity").asDouble()).isBetween(1.0, 100.0);
    }

    @Test
    void aCausalModelWritesWhatItLearned() throws IOException {
        Path model = train("causal-lm");
        JsonNode config = JSON.readTree(model.resolve("config.json").toFile());
        assertThat(config.path("is_decoder").asBoolean()).isTrue();
        CommandRun run = CommandRun.of("generate", "--model", model, "--json", "The train");
        assertThat(run.err()).isEmpty();
        JsonNode generated = JSON.readTree(run.out());
        assertThat(generated.path("finished").asBoolean()).isTrue();
        assertThat("The train" + generated.path("continuation").asText()).isEqualTo(SENTENCE);
        List<String> drawn = List.of("--temperature", "0.7", "--top-k", "20", "--seed", "3");
        CommandRun once = generate(model, drawn);
        assertThat(once.exitCode()).isZero();
        assertThat(generate(model, drawn).out()).isEqualTo(once.out());
    }

    private static CommandRun generate(Path model, List<String> options) {
        Object[] words = new Object[options.size() + 4];
        words[0] = "generate";
        words[1] = "--model";
        words[2] = model;
        for (int i = 0; i < options.size(); i++) {
            words[3 + i] = options.get(i);
        }
        words[words.length - 1] = "The train";
        return CommandRun.of(words);
    }

    @Test
    void aModelWithoutTheHeadIsRefused() {
        CommandRun fill = CommandRun.of("fill-mask", "Hello <mask>");
        assertThat(fill.exitCode()).isEqualTo(1);
        assertThat(fill.err()).contains("no trained head for masked-lm").hasLineCount(1);
        CommandRun generate = CommandRun.of("generate", "Hello");
        assertThat(generate.exitCode()).isEqualTo(1);
        assertThat(generate.err()).contains("not a causal language model").hasLineCount(1);
    }
}
