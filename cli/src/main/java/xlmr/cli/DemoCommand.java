package xlmr.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import xlmr.backend.Backend;
import xlmr.backend.BackendChoice;
import xlmr.data.Example;
import xlmr.eval.ClassificationReport;
import xlmr.eval.EvaluationReport;
import xlmr.model.ProblemType;
import xlmr.model.TaskHead;
import xlmr.model.XlmRobertaConfig;
import xlmr.pipeline.FineTuning;
import xlmr.pipeline.Prediction;
import xlmr.pipeline.TextClassifier;
import xlmr.train.TrainingOptions;
import xlmr.train.Tune;

/// Fine-tunes the embedded model on the embedded data, and explains what happens.
@Command(
        name = "demo",
        description =
                "Fine-tune a small multilingual model and use it, offline, in less than a minute,"
                        + " step by step.",
        footer = {"", "Start here."})
final class DemoCommand implements Runnable {
    private static final int EPOCHS = 10;
    private static final double LEARNING_RATE = 5e-4;
    private static final double HEAD_LEARNING_RATE = 5e-3;

    private static final String GERMAN = "Nimm einen Schirm mit, es regnet gleich.";
    private static final String ENGLISH = "How much is a ticket to the airport?";

    private final Streams streams;
    private final PrintStream out;

    @Option(
            names = "--output",
            paramLabel = "DIR",
            description =
                    "Where the fine-tuned model goes. Default: a cache directory, which is named at"
                            + " the end.")
    private @Nullable Path output;

    @Option(
            names = "--tune",
            converter = SpecConverters.OfTune.class,
            paramLabel = "full|head|top:K|bias",
            description =
                    "Train every weight, only the new head, the K highest layers and the head, or"
                            + " the biases and the head. Default: full.")
    private Tune tune = Tune.FULL;

    @Mixin private ComputeOptions compute;

    DemoCommand(Streams streams) {
        this.streams = streams;
        this.out = streams.out();
    }

    @Override
    public void run() {
        Path model = EmbeddedFiles.model();
        Path target =
                output == null ? EmbeddedFiles.cacheDirectory().resolve("demo-model") : output;
        BackendChoice choice = compute.choose();
        choice.warning().ifPresent(streams::warn);
        try (Backend backend = choice.backend();
                ModelOutput directory = ModelOutput.open(target, model, false)) {
            DemoData data = DemoData.read(EmbeddedFiles.data());
            showModel(model, data);
            showData(data);
            train(model, directory, data, choice);
            TextClassifier classifier = TextClassifier.load(target, backend);
            showAccuracy(classifier, data);
            showLogits(classifier);
            showNext(target);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void showModel(Path model, DemoData data) throws IOException {
        List<String> labels =
                data.train().stream().map(Example::onlyLabel).distinct().sorted().toList();
        XlmRobertaConfig config =
                XlmRobertaConfig.read(model)
                        .forClassification(labels, ProblemType.SINGLE_LABEL_CLASSIFICATION);
        heading("1. The model");
        out.printf(
                "A small XLM-RoBERTa that comes with xlmr: %d layers, %d numbers a token, %,d"
                        + " pieces of words in%nits vocabulary, %.1f MB. It has read text in several"
                        + " languages and turns each token into a%nvector, but it cannot classify yet."
                        + " For that a head is put on top, with random weights:%n%n",
                config.numHiddenLayers(),
                config.hiddenSize(),
                config.vocabSize(),
                Files.size(model.resolve("model.safetensors")) / 1e6);
        TaskHead.sequenceClassification(config).steps().forEach(step -> out.println("    " + step));
        out.println();
    }

    private void showData(DemoData data) {
        heading("2. The data");
        out.printf(
                "%d sentences in %s, each with one of the labels %s:%n%n",
                data.train().size(),
                joined(data.trainedOn()),
                joined(data.train().stream().map(Example::onlyLabel).distinct().sorted().toList()));
        data.train().stream()
                .collect(
                        Collectors.toMap(
                                Example::onlyLabel, Example::text, (first, later) -> later))
                .forEach((label, text) -> out.printf("    %-8s  %s%n", label, text));
        out.println();
    }

    private void train(Path model, ModelOutput directory, DemoData data, BackendChoice choice) {
        heading("3. Fine-tuning");
        out.println(
                tune.equals(Tune.FULL)
                        ? """
                        Fine-tuning is global: every weight of encoder and head is changed, a little after each batch
                        of 16 sentences. (With --tune head only the head is: faster, and as a rule less accurate.)
                        """
                        : """
                        With --tune %s not every weight is trained. (Without it fine-tuning is global: all are changed.)
                        With head the encoder says the same of each sentence whenever it is asked: computed once, and kept.
                        """
                                .formatted(tune.spec()));
        out.printf("Computing with %s.%n", choice.reason());
        TrainingOptions options =
                TrainingOptions.defaults()
                        .withEpochs(EPOCHS)
                        .withLearningRate(
                                tune.equals(Tune.HEAD) ? HEAD_LEARNING_RATE : LEARNING_RATE)
                        .withTune(tune);
        try (TrainingDisplay display = new TrainingDisplay(streams, out, EPOCHS, List.of())) {
            FineTuning.of(model, directory.staging())
                    .withOptions(options)
                    .run(
                            data.train(),
                            data.validation(),
                            choice.backend(),
                            new Publishing(directory).andThen(display));
        }
        out.println();
    }

    private void showAccuracy(TextClassifier classifier, DemoData data) {
        heading("4. Sentences that it has never seen");
        for (Map.Entry<String, List<Example>> test : data.tests().entrySet()) {
            EvaluationReport report = classifier.evaluate(test.getValue(), done -> {});
            double accuracy = ((ClassificationReport) report).accuracy();
            out.printf(
                    "    %-10s %3.0f %% of %d right%s%n",
                    test.getKey(),
                    100 * accuracy,
                    test.getValue().size(),
                    data.trainedOn().contains(test.getKey())
                            ? ""
                            : "   no labelled sentence of it was seen");
        }
        out.printf(
                "%nGuessing gives %d %%. That it also works for languages without a single labelled"
                        + " sentence is what%na multilingual model is for: a sentence and its"
                        + " translation get similar vectors.%n%n",
                100 / classifier.config().numLabels());
    }

    private void showLogits(TextClassifier classifier) {
        heading("5. How to read the answer");
        for (Prediction prediction : classifier.predict(List.of(GERMAN, ENGLISH))) {
            out.printf("    %s%n", prediction.text());
            int k = 0;
            for (Map.Entry<String, Double> label : prediction.probabilities().entrySet()) {
                out.printf(
                        "        %-8s  logit %6.2f   probability %5.1f %%%s%n",
                        label.getKey(),
                        prediction.logits().get(k++),
                        100 * label.getValue(),
                        label.getKey().equals(prediction.label()) ? "   <- the answer" : "");
            }
            out.println();
        }
        out.println(
                """
                The model gives a row of logits, one number for each label: raw scores, not probabilities. Only their
                differences count. Softmax (exp of each, divided by the sum of these) makes probabilities of them; the
                label with the largest logit is the answer.
                """);
    }

    private void showNext(Path target) {
        heading("6. Your turn");
        String start = System.getProperty("xlmr.launcher") == null ? "xlmr" : "./xlmr";
        out.printf(
                "    %s predict --model %s \"%s\"%n", start, target, "Which train goes to Berlin?");
        out.printf(
                "    %s train --model DIR --train yours.csv --validation more.csv --output"
                        + " my-model%n",
                start);
        out.printf("    %s describe%n%n", start);
        out.println(
                "Any XLM-R checkpoint in Hugging Face's layout will do for --model DIR; without it"
                        + " the small one is taken.");
    }

    private void heading(String text) {
        out.println(text);
        out.println();
    }

    private static String joined(List<String> words) {
        return words.size() < 2
                ? String.join("", words)
                : String.join(", ", words.subList(0, words.size() - 1)) + " and " + words.getLast();
    }
}
