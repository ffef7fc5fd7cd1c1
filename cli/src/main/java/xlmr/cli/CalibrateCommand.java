package xlmr.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import xlmr.backend.Backend;
import xlmr.checkpoint.AtomicFile;
import xlmr.checkpoint.CheckpointException;
import xlmr.data.Example;
import xlmr.eval.CalibrationReport;
import xlmr.eval.ReliabilityPicture;
import xlmr.model.Task;
import xlmr.pipeline.CalibrationFitting;
import xlmr.pipeline.ModelCalibration;
import xlmr.pipeline.TextClassifier;

/// Makes the probabilities of a model honest.
@Command(
        name = "calibrate",
        description = {
            "Make a classifier's probabilities honest: 80 %% sure should be right in 8 of 10"
                    + " cases.",
            "",
            "On labelled texts that the model was not trained on it fits a temperature, by which"
                    + " logits are divided, and for several labels a text the threshold of each"
                    + " label; for token classification the temperature of the tags, for multiple"
                    + " choice that of the choices. The model's directory gets calibration.json,"
                    + " which predict and evaluate then apply, and a picture, calibration.svg. One"
                    + " label, tag or choice stays the same, only how sure the model is of it"
                    + " changes."
        },
        footer = {
            "",
            "Examples:",
            "  xlmr calibrate --model DIR --input held-out.csv",
            "  xlmr calibrate --model DIR --input held-out.csv --abstain-below 0.7"
        })
final class CalibrateCommand implements Runnable {
    private static final String PICTURE = "calibration.svg";

    private final Streams streams;

    @Mixin private ClassifierOption model;
    @Mixin private TaskOption taskOption;

    @Option(
            names = "--input",
            required = true,
            paramLabel = "FILE",
            description =
                    "Labelled texts that the model was not trained on, in the form that evaluate"
                            + " reads; may be given several times.")
    private List<Path> inputs = List.of();

    @Mixin private LabelledInput labelled;
    @Mixin private TaskRunners runners;

    @Option(
            names = "--abstain-below",
            paramLabel = "P",
            description = "From now on predict marks answers of a probability below P as unsure.")
    private @Nullable Double abstainBelow;

    @Option(
            names = "--output",
            paramLabel = "DIR",
            description =
                    "Where calibration.json and calibration.svg go. Default: the directory of"
                            + " --model, or of --adapter.")
    private @Nullable Path output;

    @Option(names = "--json", description = "One JSON object instead of words and tables.")
    private boolean json;

    @Mixin private ComputeOptions compute;

    CalibrateCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public void run() {
        if (abstainBelow != null && !(abstainBelow >= 0 && abstainBelow <= 1)) {
            throw new CommandException(
                    "--abstain-below: expected a probability from 0 to 1, found " + abstainBelow);
        }
        Path directory = output == null ? model.home(streams) : output;
        if (output == null && !model.isOwnDirectory(directory)) {
            throw new CommandException(
                    "calibrate writes calibration.json beside the model, and this one is kept for"
                            + " everybody; give a copy of it with --model DIR, or --output DIR");
        }
        if (Files.exists(directory) && !Files.isDirectory(directory)) {
            throw new CommandException("--output %s is a file; give a directory".formatted(output));
        }
        Task task = model.task(streams, taskOption);
        if (abstainBelow != null && task != Task.SEQUENCE_CLASSIFICATION) {
            throw new CommandException(
                    "--abstain-below: only for sequence-classification, this is " + task.word());
        }
        try (Backend backend = compute.open(streams)) {
            TaskRunner.Calibrated calibrated =
                    task == Task.SEQUENCE_CLASSIFICATION
                            ? ofTexts(backend)
                            : runners.of(task)
                                    .calibrate(
                                            model.call(
                                                    streams,
                                                    backend,
                                                    json,
                                                    CalibrationOption.none()),
                                            labelled,
                                            inputs);
            CalibrationReport report = calibrated.report();
            if (abstainBelow != null && !report.thresholds().isEmpty()) {
                throw new CommandException(
                        "--abstain-below is for one label a text; this model gives any number of"
                                + " them, each with a threshold of its own");
            }
            createDirectory(directory);
            ModelCalibration.of(report, abstainBelow, calibrated.model())
                    .write(directory.resolve(ModelCalibration.FILE), report);
            write(directory.resolve(PICTURE), ReliabilityPicture.svg(report));
            print(report, directory);
        }
    }

    private TaskRunner.Calibrated ofTexts(Backend backend) {
        List<Example> examples = new ArrayList<>();
        inputs.forEach(file -> examples.addAll(labelled.read(streams, file)));
        TextClassifier classifier = model.open(streams, backend);
        try (Progress progress = Progress.over(streams, "calibrate", examples.size())) {
            return new TaskRunner.Calibrated(
                    CalibrationFitting.fit(classifier, examples, progress::to), classifier.model());
        }
    }

    private void print(CalibrationReport report, Path directory) {
        if (json) {
            ObjectNode object = report.json();
            object.put("file", directory.resolve(ModelCalibration.FILE).toString());
            Json.printLine(streams.out(), object);
            return;
        }
        streams.out().print(report.text());
        streams.out()
                .printf(
                        "%n%s and %s in %s: predict and evaluate apply it from now on%n",
                        ModelCalibration.FILE, PICTURE, directory);
    }

    private static void createDirectory(Path directory) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw CheckpointException.of(directory, e);
        }
    }

    private static void write(Path file, String text) {
        AtomicFile.write(
                file,
                channel -> {
                    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
                    while (bytes.hasRemaining()) {
                        channel.write(bytes);
                    }
                });
    }
}
