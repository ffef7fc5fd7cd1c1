package xlmr.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import xlmr.backend.Backend;
import xlmr.data.Example;
import xlmr.pipeline.ZeroShotClassifier;
import xlmr.pipeline.ZeroShotLabels;
import xlmr.pipeline.ZeroShotPrediction;
import xlmr.pipeline.ZeroShotPrediction.Candidate;

/// Classifies texts by labels of the user's own, without training.
@Command(
        name = "zero-shot",
        customSynopsis = "xlmr zero-shot [OPTIONS] --model=DIR|NAME --labels=LABELS [TEXT...]",
        description = {
            "Classify texts by labels that you name now, without training, with a model that was"
                    + " trained on natural language inference (its labels are entailment,"
                    + " contradiction and so on).",
            "",
            "Each label is put into a sentence, the hypothesis, and the model says how far it"
                    + " follows from the text."
        },
        footer = {
            "",
            "Examples:",
            "  xlmr zero-shot --model DIR --labels travel,money,weather \"The train is late.\"",
            "  xlmr zero-shot --model DIR --labels Politik,Sport --hypothesis \"Dieser Text"
                    + " handelt von {}.\" --input news.txt --json"
        })
final class ZeroShotCommand implements Runnable {
    /// Pairs of text and label that are held at a time.
    private static final int CHUNK = 2048;

    private final Streams streams;
    private long texts;
    private long truncated;

    @Mixin private ModelOption model;

    @Option(
            names = "--labels",
            required = true,
            paramLabel = "LABELS",
            description = "The labels, with commas between them. May be given several times.")
    private List<String> labelLists = List.of();

    @Option(
            names = "--hypothesis",
            paramLabel = "TEXT",
            description =
                    "The sentence that each label is put into at {}. Default: '"
                            + ZeroShotLabels.DEFAULT_HYPOTHESIS
                            + "'")
    private String hypothesis = ZeroShotLabels.DEFAULT_HYPOTHESIS;

    @Option(
            names = "--multi-label",
            description =
                    "Any number of the labels may be right: each score is a probability of its own"
                            + " (entailment against contradiction). Default: one of them is right,"
                            + " and the scores sum to 1.")
    private boolean multiLabel;

    @Mixin private SingleTexts input;

    @Option(
            names = "--max-length",
            paramLabel = "N",
            description =
                    "Cut text and hypothesis to N tokens together, special tokens included; only"
                            + " the text is cut. Default: as many as the model has positions.")
    private int maxLength;

    @Option(
            names = "--output",
            paramLabel = "FILE.jsonl",
            description =
                    "Write JSON Lines there: text, labels from the most probable on, scores,"
                            + " logits. The file appears when all is done.")
    private @Nullable Path output;

    @Option(names = "--json", description = "Write these JSON Lines to standard output.")
    private boolean json;

    @Mixin private ComputeOptions compute;

    ZeroShotCommand(Streams streams) {
        this.streams = streams;
    }

    private interface Sink<E extends Exception> {
        void accept(ZeroShotPrediction prediction) throws E;
    }

    @Override
    public void run() {
        ZeroShotLabels labels = labels();
        Path directory = model.directory(streams);
        try (Backend backend = compute.open(streams);
                TextInput.Texts source = input.open(streams)) {
            ZeroShotClassifier classifier = ZeroShotClassifier.load(directory, backend, maxLength);
            if (output == null && !json) {
                classify(classifier, labels, source, this::print);
            } else {
                JsonLines.write(
                        streams,
                        output,
                        "predictions",
                        sink ->
                                classify(
                                        classifier,
                                        labels,
                                        source,
                                        prediction -> sink.accept(fields(prediction))));
            }
        }
        if (truncated > 0) {
            streams.warn(
                    "%d of %d texts are longer than the maximum length and were cut"
                            .formatted(truncated, texts));
        }
    }

    private ZeroShotLabels labels() {
        List<String> names =
                labelLists.stream()
                        .flatMap(list -> Arrays.stream(list.split(",")))
                        .map(String::strip)
                        .filter(name -> !name.isEmpty())
                        .toList();
        try {
            return new ZeroShotLabels(names, hypothesis, multiLabel);
        } catch (IllegalArgumentException e) {
            throw new CommandException("--" + e.getMessage());
        }
    }

    private <E extends Exception> void classify(
            ZeroShotClassifier classifier,
            ZeroShotLabels labels,
            TextInput.Texts source,
            Sink<E> sink)
            throws E {
        boolean oneByOne = input.isStandardInput() && streams.outIsTerminal();
        int limit = oneByOne ? 1 : Math.max(1, CHUNK / labels.names().size());
        List<Example> chunk = source.next(limit);
        while (!chunk.isEmpty()) {
            List<String> given = chunk.stream().map(Example::text).toList();
            List<ZeroShotPrediction> predictions;
            int pairs = given.size() * labels.names().size();
            try (Progress progress = Progress.over(streams, "zero-shot", pairs)) {
                predictions = classifier.predictAll(given, labels, progress::to);
            }
            for (ZeroShotPrediction prediction : predictions) {
                texts++;
                truncated += prediction.truncatedTokens() > 0 ? 1 : 0;
                sink.accept(prediction);
            }
            chunk = source.next(limit);
        }
    }

    private void print(ZeroShotPrediction prediction) {
        streams.out().println(Printable.line(prediction.text()));
        for (Candidate candidate : prediction.candidates()) {
            streams.out()
                    .printf(
                            "  %5.1f %%  %s%n",
                            100 * candidate.score(), Printable.line(candidate.label()));
        }
    }

    private static Map<String, Object> fields(ZeroShotPrediction prediction) {
        List<String> labels = new ArrayList<>();
        List<Double> scores = new ArrayList<>();
        List<List<Float>> logits = new ArrayList<>();
        for (Candidate candidate : prediction.candidates()) {
            labels.add(candidate.label());
            scores.add(candidate.score());
            logits.add(candidate.logits());
        }
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("text", prediction.text());
        fields.put("labels", labels);
        fields.put("scores", scores);
        fields.put("logits", logits);
        if (prediction.truncatedTokens() > 0) {
            fields.put("truncated_tokens", prediction.truncatedTokens());
        }
        return fields;
    }
}
