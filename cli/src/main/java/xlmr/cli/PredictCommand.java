package xlmr.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import xlmr.backend.Backend;
import xlmr.data.Example;
import xlmr.model.Task;
import xlmr.pipeline.Prediction;
import xlmr.pipeline.TextClassifier;

/// Classifies texts.
@Command(
        name = "predict",
        description = "Classify texts with a fine-tuned model.",
        footer = {
            "",
            "Examples:",
            "  xlmr predict --model DIR --details \"Will it rain tomorrow?\"",
            "  xlmr predict --model DIR --input new.csv --text-column text --output"
                    + " predictions.jsonl",
            "  cat sentences.txt | xlmr predict --model DIR --json",
            "  xlmr predict --model DIR --head-name topic,sentiment \"Will it rain tomorrow?\""
        })
final class PredictCommand implements Runnable {
    /// Texts that are held at a time, so that a file of any size can pass through.
    static final int CHUNK = 2048;

    private final Streams streams;
    private long texts;
    private long truncated;

    @Mixin private ClassifierOption model;
    @Mixin private TaskOption taskOption;
    @Mixin private TextInput input;
    @Mixin private LongTextOption longTexts;
    @Mixin private CalibrationOption calibration;
    @Mixin private TaskRunners runners;

    @Option(
            names = "--output",
            paramLabel = "FILE",
            description =
                    "Write the predictions there, as JSON Lines, or as a table if the name ends in"
                            + " .csv: text, label, its probability, logit and margin, entropy,"
                            + " probabilities by label, logits in the order of the label ids. The"
                            + " file appears when all is done.")
    private @Nullable Path output;

    @Option(names = "--json", description = "Write these JSON Lines to standard output.")
    private boolean json;

    @Option(
            names = "--details",
            description =
                    "sequence-classification: for each text also every label's logit and"
                            + " probability, margin and entropy, in words.")
    private boolean details;

    @Mixin private ComputeOptions compute;

    PredictCommand(Streams streams) {
        this.streams = streams;
    }

    /// Takes one prediction.
    private interface Sink {
        void accept(Prediction prediction) throws IOException;
    }

    @Override
    public void run() {
        Task task = model.task(streams, taskOption);
        if (model.headNames().size() > 1) {
            longTexts.refuseFor(model.headNames());
            refuseFor(model.headNames());
            try (Backend backend = compute.open(streams)) {
                new HeadAnswers(streams, model.openHeads(streams, backend, calibration), json)
                        .write(input, output);
            }
            return;
        }
        if (task == Task.SEQUENCE_CLASSIFICATION) {
            classify();
            return;
        }
        longTexts.refuseFor(task);
        calibration.refuseFor(task);
        refuseFor(task);
        try (Backend backend = compute.open(streams)) {
            runners.of(task)
                    .predict(model.call(streams, backend, json, calibration), input, output);
        }
    }

    private void classify() {
        try (Backend backend = compute.open(streams);
                TextInput.Texts source = input.open(streams, false)) {
            TextClassifier read = longTexts.over(model.open(streams, backend), runners.stride());
            TextClassifier classifier = calibration.over(streams, read, model.home(streams));
            if (output == null) {
                predict(classifier, source, this::print);
            } else {
                writeTo(output, classifier, source);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (truncated > 0) {
            streams.warn(
                    ("%d of %d texts are longer than the maximum length and were cut (--windows"
                                    + " reads them whole)")
                            .formatted(truncated, texts));
        }
    }

    private void refuseFor(List<String> heads) {
        boolean table = output != null && PredictionCsv.isFor(output);
        if (details || table) {
            throw new CommandException(
                    "%s: for one head at a time, not for --head-name %s"
                            .formatted(
                                    table ? "--output " + output : "--details",
                                    String.join(",", heads)));
        }
    }

    private void refuseFor(Task task) {
        boolean table = output != null && PredictionCsv.isFor(output);
        if (details || table) {
            throw new CommandException(
                    "%s: only for sequence-classification, this is %s%s"
                            .formatted(
                                    table ? "--output " + output : "--details",
                                    task.word(),
                                    table ? ", whose answers are JSON Lines (.jsonl)" : ""));
        }
    }

    private void writeTo(Path file, TextClassifier classifier, TextInput.Texts source) {
        if (PredictionCsv.isFor(file)) {
            PredictionCsv.write(streams, file, sink -> predict(classifier, source, sink::accept));
            return;
        }
        JsonLines.write(
                streams,
                file,
                "predictions",
                lines ->
                        predict(
                                classifier,
                                source,
                                prediction -> lines.accept(PredictionFields.of(prediction))));
    }

    private void predict(TextClassifier classifier, TextInput.Texts source, Sink sink)
            throws IOException {
        boolean oneByOne = input.isStandardInput() && streams.outIsTerminal();
        List<Example> chunk = source.next(oneByOne ? 1 : CHUNK);
        while (!chunk.isEmpty()) {
            for (Prediction prediction : predict(classifier, chunk)) {
                texts++;
                truncated += prediction.truncatedTokens() > 0 ? 1 : 0;
                sink.accept(prediction);
            }
            chunk = source.next(oneByOne ? 1 : CHUNK);
        }
    }

    private List<Prediction> predict(TextClassifier classifier, List<Example> chunk) {
        try (Progress progress = Progress.over(streams, "predict", chunk.size())) {
            return classifier.predictAll(chunk, progress::to);
        }
    }

    private void print(Prediction prediction) {
        if (json) {
            Json.printLine(streams.out(), PredictionFields.of(prediction));
            return;
        }
        streams.out().println(PredictionText.line(prediction));
        if (details) {
            PredictionText.details(prediction)
                    .forEach(line -> streams.out().println("    " + line));
        }
    }
}
