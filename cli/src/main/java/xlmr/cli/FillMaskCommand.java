package xlmr.cli;

import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import xlmr.backend.Backend;

/// Guesses masked pieces.
@Command(
        name = "fill-mask",
        description = {
            "Say what could stand where <mask> is written, with a pretrained (masked) language"
                    + " model.",
            "",
            "Probabilities are over all pieces of the vocabulary, each mask by itself."
        },
        footer = {
            "",
            "Examples:",
            "  xlmr fill-mask --model xlm-roberta-base \"Paris is the <mask> of France.\"",
            "  cat sentences.txt | xlmr fill-mask --model DIR --json"
        })
final class FillMaskCommand implements Runnable {
    private final Streams streams;

    @Mixin private ModelOption model;
    @Mixin private TextInput input;

    @Option(
            names = "--top-k",
            paramLabel = "N",
            description = "Candidates for each mask. Default: 5.")
    private int candidates = 5;

    @Option(names = "--json", description = "One JSON object for each text.")
    private boolean json;

    @Mixin private ComputeOptions compute;

    FillMaskCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public void run() {
        if (candidates < 1) {
            throw new CommandException("--top-k: expected at least 1, found " + candidates);
        }
        Path directory = model.directory(streams);
        try (Backend backend = compute.open(streams);
                TextInput.Texts texts = input.open(streams, true)) {
            new FilledMasks(streams, json, candidates).write(directory, backend, texts);
        }
    }
}
