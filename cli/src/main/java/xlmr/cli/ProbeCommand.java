package xlmr.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import xlmr.backend.Backend;
import xlmr.checkpoint.AtomicFile;
import xlmr.checkpoint.CheckpointException;
import xlmr.data.Example;
import xlmr.eval.ProbePicture;
import xlmr.eval.ProbeReport;
import xlmr.model.Pooling;
import xlmr.pipeline.LayerProbing;
import xlmr.train.LinearProbe;

/// Shows which layer tells the labels best.
@Command(
        name = "probe",
        description = {
            "Find the layer whose features tell your labels best, without changing the model.",
            "",
            "A small linear head is trained on the frozen features of every layer, which are"
                    + " computed once, and judged on the validation texts. The output directory gets"
                    + " probe.json and a picture, probe.svg."
        },
        footer = {
            "",
            "Example:",
            "  xlmr probe --model DIR --train train.tsv --validation validation.tsv --label-column"
                    + " category --output probe"
        })
final class ProbeCommand implements Runnable {
    private final Streams streams;

    @Mixin private ModelOption model;

    @Option(
            names = "--train",
            required = true,
            paramLabel = "FILE",
            description = "Labelled texts to train the heads on; - is standard input.")
    private Path train;

    @Option(
            names = "--validation",
            required = true,
            paramLabel = "FILE",
            description = "Other labelled texts to judge them by.")
    private Path validation;

    @Option(
            names = "--output",
            required = true,
            paramLabel = "DIR",
            description = "Directory for probe.json and probe.svg.")
    private Path output;

    @Mixin private LabelledInput labelled;

    @Option(
            names = "--layers",
            paramLabel = "LIST|all",
            description = "Only these layers, as in 0,6,-1. Default: all.")
    private String layers = "all";

    @Option(
            names = "--pool",
            paramLabel = "cls|mean|max",
            description =
                    "Vector of a text: that of <s>, the mean or the largest of all tokens. cls is"
                            + " what a head reads by default, but says little before fine-tuning."
                            + " Default: mean.")
    private Pooling pooling = Pooling.MEAN;

    @Option(
            names = "--epochs",
            paramLabel = "N",
            description = "Passes of each head over the features. Default: 30.")
    private int epochs = 30;

    @Option(
            names = "--max-length",
            paramLabel = "N",
            description =
                    "Cut texts to N tokens, <s> and </s> included. Default: what the directory"
                            + " says, at most as many as the model has positions.")
    private @Nullable Integer maxLength;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description =
                    "For the order of the texts. The same seed gives the same bits. Default: 0.")
    private long seed;

    @Mixin private ComputeOptions compute;

    ProbeCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public void run() {
        if (labelled.hasDelimiter()) {
            throw new CommandException(
                    "--label-delimiter: probe takes one label a text, not several");
        }
        if (maxLength != null && maxLength < 1) {
            throw new CommandException("--max-length: expected at least 1, found " + maxLength);
        }
        if (Files.exists(output) && !Files.isDirectory(output)) {
            throw new CommandException("--output %s is a file; give a directory".formatted(output));
        }
        List<Integer> chosen =
                layers.equals("all")
                        ? List.of()
                        : Arrays.stream(LayerList.parse("--layers", layers)).boxed().toList();
        List<Example> training = labelled.read(streams, train);
        List<Example> judged = labelled.read(streams, validation);
        LayerProbing probing =
                LayerProbing.of(model.directory(streams))
                        .withLayers(chosen)
                        .withPooling(pooling)
                        .withMaxLength(maxLength == null ? 0 : maxLength)
                        .withSettings(
                                LinearProbe.Settings.defaults().withEpochs(epochs).withSeed(seed));
        ProbeReport report;
        try (Backend backend = compute.open(streams);
                Progress progress =
                        Progress.over(streams, "features", training.size() + judged.size())) {
            report = probing.run(training, judged, backend, progress::to);
        }
        createDirectory(output);
        write("probe.json", report.json().toPrettyString() + "\n");
        write("probe.svg", ProbePicture.svg(report));
        streams.out().print(report.text());
        streams.out().printf("%nprobe.json and probe.svg in %s%n", output);
    }

    private static void createDirectory(Path directory) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw CheckpointException.of(directory, e);
        }
    }

    private void write(String name, String text) {
        AtomicFile.write(
                output.resolve(name),
                channel -> {
                    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
                    while (bytes.hasRemaining()) {
                        channel.write(bytes);
                    }
                });
    }
}
