package xlmr.cli;

import java.nio.file.Path;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import xlmr.backend.Backend;
import xlmr.pipeline.TextClassifier;

/// A classifier to be used: `--model`, and at which length texts are cut.
final class ClassifierOption {
    @Mixin private ModelOption model;

    @Option(
            names = "--max-length",
            paramLabel = "N",
            description =
                    "Cut texts to N tokens, <s> and </s> included. Default: as many as the model"
                        + " has positions.")
    private int maxLength;

    /// The model's directory.
    Path directory(Streams streams) {
        return model.directory(streams);
    }

    /// Most tokens of a text; 0 for as many as the model has positions.
    int maxLength() {
        return maxLength;
    }

    /// Opens the classifier. One whose head was never trained would answer at random, so it is
    /// refused.
    TextClassifier open(Streams streams, Backend backend) {
        Path directory = model.directory(streams);
        TextClassifier classifier = TextClassifier.load(directory, backend, maxLength);
        if (!classifier.report().isComplete()) {
            throw new CommandException(
                    ("%s: the checkpoint has no trained classification head (%d arrays would be"
                         + " random), so its answers would mean nothing; fine-tune it first with"
                         + " xlmr train, then give that output as --model")
                            .formatted(
                                    model.given() ? directory : "the embedded model",
                                    classifier.report().initialized().size()));
        }
        return classifier;
    }
}
