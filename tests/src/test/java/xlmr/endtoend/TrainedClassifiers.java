package xlmr.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Small classifiers that were trained a little, for tests of what is done with one.
final class TrainedClassifiers {
    private TrainedClassifiers() {}

    /// One label a text, of the four of [Sentences].
    static Path oneLabel(Path directory) throws IOException {
        Path model = directory.resolve("model");
        train(model, Sentences.first(directory, "train.tsv", 64), "--label-column", "category");
        return model;
    }

    /// Texts with any of two labels, joined by `|`.
    static Path twoLabels(Path directory) throws IOException {
        Path labelled = directory.resolve("labelled.csv");
        Files.writeString(
                labelled,
                """
                text,label
                The train is late.,travel
                Where is the next train station?,travel
                Rain and snow are coming.,weather
                It will be sunny and warm.,weather
                A train in the rain.,travel|weather
                Nothing at all.,
                """);
        return labelled;
    }

    /// A model of [#twoLabels].
    static Path severalLabels(Path directory, Path labelled) {
        Path model = directory.resolve("several");
        train(model, labelled, "--label-delimiter", "|");
        return model;
    }

    private static void train(Path model, Path texts, String option, String value) {
        CommandRun run =
                CommandRun.of(
                        "train",
                        "--train",
                        texts,
                        option,
                        value,
                        "--tune",
                        "head",
                        "--output",
                        model);
        assertThat(run.exitCode()).as(run.err()).isZero();
    }
}
