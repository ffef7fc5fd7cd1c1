package xlmr.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import xlmr.model.PrunedHeads;
import xlmr.model.XlmRobertaConfig;

/// `prune`, of a small trained classifier.
class PruneCommandTest {
    @TempDir static Path directory;
    private static Path data;
    private static Path model;

    @BeforeAll
    static void train() throws IOException {
        data = Sentences.first(directory, "train.tsv", 64);
        model = directory.resolve("model");
        CommandRun run =
                CommandRun.of(
                        "train",
                        "--train",
                        data,
                        "--label-column",
                        "category",
                        "--tune",
                        "head",
                        "--output",
                        model);
        assertThat(run.exitCode()).as(run.err()).isZero();
    }

    @Test
    void theTableSaysWhatLayersCostAndWhatTheyWereGoodFor() {
        Path output = directory.resolve("layers");

        CommandRun run =
                prune(output, "--drop-layers", "1", "--data", data, "--label-column", "category");

        assertThat(run.lines().getFirst()).isEqualTo("layers kept: 0, 2; gone: 1");
        assertThat(run.lines().stream().map(line -> line.split("  +")[0]).toList())
                .containsExactly(
                        "layers kept: 0, 2; gone: 1",
                        "",
                        "",
                        "parameters",
                        "MB on disk",
                        "ms a sentence",
                        "accuracy",
                        "macro F1");
        CommandRun evaluated =
                CommandRun.of(
                        "evaluate",
                        "--model",
                        output,
                        "--input",
                        data,
                        "--label-column",
                        "category");
        assertThat(evaluated.exitCode()).as(evaluated.err()).isZero();
    }

    @Test
    void theShareOfHeadsThatMattersLeastGoesAndTheTableNamesIt() {
        Path output = directory.resolve("share");

        CommandRun run =
                prune(output, "--heads", "0.25", "--data", data, "--label-column", "category");

        XlmRobertaConfig config = XlmRobertaConfig.read(output);
        int all = config.numHiddenLayers() * config.numAttentionHeads();
        assertThat(config.prunedHeads().count()).isEqualTo(all / 4);
        assertThat(run.lines().getFirst())
                .isEqualTo(
                        "attention heads: %d of %d stay; gone: %s"
                                .formatted(all - all / 4, all, config.prunedHeads().text()));
        assertThat(run.lines().get(2)).endsWith("over 64 examples; (gone)");
        assertThat(run.out().chars().filter(sign -> sign == '(')).hasSize(1 + all / 4);
        assertThat(predictions(output)).hasSize(64);
    }

    @Test
    void headsGoByNameWithoutData() {
        Path output = directory.resolve("named");

        CommandRun run = prune(output, "--heads", "0:1,2:0+1");

        assertThat(run.lines().getFirst()).endsWith("gone: 0:1,2:0+1");
        assertThat(XlmRobertaConfig.read(output).prunedHeads())
                .isEqualTo(PrunedHeads.parse("0:1,2:1+0"));
    }

    @Test
    void theHeadsOfALanguageModelAreMeasuredOnPlainTexts() throws IOException {
        Path languageModel = directory.resolve("language-model");
        Path texts = directory.resolve("texts.txt");
        Files.write(texts, List.of("The train leaves at seven.", "Das Brot ist frisch."));
        CommandRun trained =
                CommandRun.of(
                        "train",
                        "--task",
                        "masked-lm",
                        "--train",
                        texts,
                        "--epochs",
                        "1",
                        "--output",
                        languageModel);
        assertThat(trained.exitCode()).as(trained.err()).isZero();

        CommandRun run =
                CommandRun.of(
                        "prune",
                        "--model",
                        languageModel,
                        "--heads",
                        "0.5",
                        "--data",
                        texts,
                        "--json",
                        "--output",
                        directory.resolve("smaller-language-model"));

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).contains("\"head_importance\":[{\"0\":");
    }

    @Test
    void textsOfTheVocabularyGetTheSamePredictionsFromALessThanHalfAsLargeModel() {
        Path output = directory.resolve("vocabulary");

        CommandRun run = prune(output, "--vocabulary-from", data, "--keep-characters", "none");

        assertThat(run.lines().get(1))
                .startsWith("64 texts of ")
                .endsWith(": every one is cut into the same pieces as before");
        assertThat(output.resolve("model.safetensors").toFile().length())
                .isLessThan(model.resolve("model.safetensors").toFile().length() / 2);
        assertThat(predictions(output)).isEqualTo(predictions(model));
    }

    @Test
    void aScriptReadsTheSameAsOneObject() {
        CommandRun run = prune(directory.resolve("json"), "--vocabulary-from", data, "--json");

        assertThat(run.out().lines()).hasSize(1);
        assertThat(run.out())
                .contains("\"texts\":64,\"texts_cut_otherwise\":0", "\"before\":{\"parameters\":");
    }

    private static List<String> predictions(Path directory) {
        CommandRun run =
                CommandRun.of(
                        "predict", "--model", directory, "--input", data, "--text-column", "text");
        assertThat(run.exitCode()).as(run.err()).isZero();
        return run.lines();
    }

    private static CommandRun prune(Path output, Object... options) {
        Object[] words = new Object[5 + options.length];
        words[0] = "prune";
        words[1] = "--model";
        words[2] = model;
        words[3] = "--output";
        words[4] = output;
        System.arraycopy(options, 0, words, 5, options.length);
        CommandRun run = CommandRun.of(words);
        assertThat(run.exitCode()).as(run.err()).isZero();
        return run;
    }
}
