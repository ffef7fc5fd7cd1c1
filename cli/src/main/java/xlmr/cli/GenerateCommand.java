package xlmr.cli;

import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import xlmr.backend.Backend;
import xlmr.pipeline.GenerationOptions;

/// Writes on from a text.
@Command(
        name = "generate",
        description = {
            "Write on from a text with a causal language model.",
            "",
            "XLM-R itself is none: it fills masks. Train one first: xlmr train --task causal-lm."
        },
        footer = {
            "",
            "Examples:",
            "  xlmr generate --model DIR \"Once upon a time\"",
            "  xlmr generate --model DIR --temperature 0.8 --top-p 0.95 --seed 7 \"Il était une"
                    + " fois\""
        })
final class GenerateCommand implements Runnable {
    private final Streams streams;

    @Mixin private ModelOption model;
    @Mixin private TextInput input;

    @Option(
            names = "--max-new-tokens",
            paramLabel = "N",
            description = "Most tokens to add; </s> ends a text before. Default: 50.")
    private int maxNewTokens = 50;

    @Option(
            names = "--temperature",
            paramLabel = "X",
            description =
                    "Tokens are drawn at random: below 1 the probable ones more often. Default: 0,"
                            + " the most probable one always.")
    private double temperature;

    @Option(
            names = "--top-k",
            paramLabel = "N",
            description = "Draw from the N most probable tokens only. Default: 0, from all.")
    private int topK;

    @Option(
            names = "--top-p",
            paramLabel = "X",
            description =
                    "Draw from the most probable tokens that together have this probability."
                            + " Default: 1, from all.")
    private double topP = 1;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "The same seed gives the same text. Default: 0.")
    private long seed;

    @Option(names = "--json", description = "One JSON object for each text.")
    private boolean json;

    @Mixin private ComputeOptions compute;

    GenerateCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public void run() {
        if (temperature == 0 && (topK != 0 || topP != 1)) {
            throw new CommandException(
                    "--top-k and --top-p choose among tokens that are drawn; give --temperature"
                            + " above 0, too");
        }
        GenerationOptions options =
                new GenerationOptions(maxNewTokens, temperature, topK, topP, seed);
        Path directory = model.directory(streams);
        try (Backend backend = compute.open(streams);
                TextInput.Texts texts = input.open(streams, true)) {
            new GeneratedTexts(streams, json, options).write(directory, backend, texts);
        }
    }
}
