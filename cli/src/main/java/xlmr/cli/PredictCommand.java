package xlmr.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import xlmr.backend.Backend;
import xlmr.data.Example;
import xlmr.model.Task;
import xlmr.pipeline.Prediction;
import xlmr.pipeline.TextClassifier;
import xlmr.pipeline.WindowPrediction;

/// Classifies texts.
@Command(
        name = "predict",
        description = "Classify texts with a fine-tuned model.",
        footer = {
            "",
            "Examples:",
            "  xlmr predict --model DIR \"Will it rain tomorrow?\"",
            "  xlmr predict --model DIR --input new.csv --text-column text --output"
                    + " predictions.jsonl",
            "  cat sentences.txt | xlmr predict --model DIR --json"
        })
final class PredictCommand implements Runnable {
    /// Texts that are held at a time, so that a file of any size can pass through.
    private static final int CHUNK = 2048;

    private final Streams streams;
    private long texts;
    private long truncated;

    @Mixin private ClassifierOption model;
    @Mixin private TaskOption taskOption;
    @Mixin private TextInput input;
    @Mixin private LongTextOption longTexts;
    @Mixin private TaskRunners runners;

    @Option(
            names = "--output",
            paramLabel = "FILE.jsonl",
            description =
                    "Write JSON Lines there: text, label, probabilities by label, logits in the"
                            + " order of the label ids. The file appears when all is done.")
    private @Nullable Path output;

    @Option(names = "--json", description = "Write these JSON Lines to standard output.")
    private boolean json;

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
        Path directory = model.directory(streams);
        Task task = model.task(streams, taskOption);
        if (task == Task.SEQUENCE_CLASSIFICATION) {
            classify();
            return;
        }
        longTexts.refuseFor(task);
        try (Backend backend = compute.open(streams)) {
            runners.of(task)
                    .predict(
                            new TaskRunner.Call(
                                    streams, directory, model.maxLength(), backend, json),
                            input,
                            output);
        }
    }

    private void classify() {
        try (Backend backend = compute.open(streams);
                TextInput.Texts source = input.open(streams, false)) {
            TextClassifier classifier =
                    longTexts.over(model.open(streams, backend), runners.stride());
            if (output == null) {
                predict(classifier, source, prediction -> print(streams, prediction, json));
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

    private void writeTo(Path file, TextClassifier classifier, TextInput.Texts source) {
        JsonLines.write(
                streams,
                file,
                "predictions",
                lines ->
                        predict(
                                classifier,
                                source,
                                prediction -> lines.accept(fields(prediction))));
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

    /// Writes a prediction for a script or for a person.
    static void print(Streams streams, Prediction prediction, boolean json) {
        if (json) {
            Json.printLine(streams.out(), fields(prediction));
            return;
        }
        String sure =
                switch (prediction.problem()) {
                    case SINGLE_LABEL_CLASSIFICATION ->
                            "%5.1f %%  "
                                    .formatted(
                                            100
                                                    * prediction
                                                            .probabilities()
                                                            .getOrDefault(prediction.label(), 0.0));
                    case MULTI_LABEL_CLASSIFICATION, REGRESSION -> "";
                };
        String label = prediction.label().isEmpty() ? "(none)" : prediction.label();
        streams.out()
                .printf(
                        "%-16s %s%s%s%n",
                        Printable.line(label),
                        sure,
                        Printable.line(prediction.text()),
                        prediction.windows().isEmpty()
                                ? ""
                                : "  (%d windows)".formatted(prediction.windows().size()));
    }

    private static Map<String, Object> fields(Prediction prediction) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("text", prediction.text());
        fields.put("label", prediction.label());
        fields.put("probabilities", prediction.probabilities());
        fields.put("logits", prediction.logits());
        if (prediction.truncatedTokens() > 0) {
            fields.put("truncated_tokens", prediction.truncatedTokens());
        }
        if (!prediction.windows().isEmpty()) {
            fields.put(
                    "windows", prediction.windows().stream().map(PredictCommand::fields).toList());
        }
        return fields;
    }

    private static Map<String, Object> fields(WindowPrediction window) {
        Map<String, Object> fields = new LinkedHashMap<>();
        if (window.sequence() == 1) {
            fields.put("of", "text_pair");
        }
        fields.put("start", window.start());
        fields.put("end", window.end());
        fields.put("tokens", window.tokens());
        fields.put("probabilities", window.probabilities());
        fields.put("logits", window.logits());
        return fields;
    }
}
