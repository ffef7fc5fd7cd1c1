package xlmr.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import xlmr.backend.Backend;
import xlmr.pipeline.TextClassifier;

/// Does what `predict` does, with a head that nobody has trained. The launcher runs it once after a
/// build, to record which classes a start loads.
@Command(name = "warm-up", hidden = true, description = "Classify a text with an untrained head.")
final class WarmUpCommand implements Runnable {
    private final Streams streams;

    @Mixin private ComputeOptions compute;

    WarmUpCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public void run() {
        try (Backend backend = compute.open(streams)) {
            TextClassifier classifier = TextClassifier.load(EmbeddedFiles.model(), backend);
            Json.printLine(streams.out(), PredictionFields.of(classifier.predict("Good morning!")));
        }
    }
}
