package xlmr.pipeline;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import xlmr.autograd.Ops;
import xlmr.autograd.Workspace;
import xlmr.backend.Backend;
import xlmr.checkpoint.Checkpoint;
import xlmr.checkpoint.CheckpointException;
import xlmr.data.Example;
import xlmr.eval.ClassificationReport;
import xlmr.model.ModelLoader;
import xlmr.model.XlmRobertaModel;
import xlmr.tensor.TokenBatch;
import xlmr.tokenizer.EncodingOptions;
import xlmr.tokenizer.XlmRobertaTokenizer;

/// Two models side by side: what they cost, and how good they are on labelled texts. Times are
/// taken in turn, so that what else the machine does counts for both.
///
/// @param before the first
/// @param after the second
public record ModelComparison(ModelCost before, ModelCost after) {
    /// Texts that are timed at most.
    public static final int MOST_TIMED = 40;

    private static final int ROUNDS = 3;

    /// Compares two model directories.
    ///
    /// @param texts are timed, evenly spread ones if there are many
    /// @param labelled with labels of sequence classifiers of one label a text, or null
    /// @throws xlmr.data.DataException if a label is not one of the models'
    public static ModelComparison of(
            Path before,
            Path after,
            List<Example> texts,
            @Nullable List<Example> labelled,
            Backend backend) {
        Timed first = Timed.open(before, backend);
        Timed second = Timed.open(after, backend);
        List<Example> chosen = evenly(texts);
        List<Double> firstTimes = new ArrayList<>();
        List<Double> secondTimes = new ArrayList<>();
        // The first round lets the code get compiled and is not counted.
        for (int round = 0; round <= ROUNDS; round++) {
            for (Example example : chosen) {
                double one = first.milliseconds(example.text());
                double other = second.milliseconds(example.text());
                if (round > 0) {
                    firstTimes.add(one);
                    secondTimes.add(other);
                }
            }
        }
        return new ModelComparison(
                cost(before, median(firstTimes), labelled, backend),
                cost(after, median(secondTimes), labelled, backend));
    }

    private static ModelCost cost(
            Path model, double milliseconds, @Nullable List<Example> labelled, Backend backend) {
        StoredModel stored = StoredModel.read(model, false);
        Double accuracy = null;
        Double macroF1 = null;
        if (labelled != null) {
            TextClassifier classifier = TextClassifier.load(model, backend);
            if (classifier.evaluate(labelled, done -> {}) instanceof ClassificationReport report) {
                accuracy = report.scores().accuracy();
                macroF1 = report.scores().averages().macro().f1();
            }
        }
        return new ModelCost(stored.elements(), bytes(model), milliseconds, accuracy, macroF1);
    }

    /// The bytes of the files that a model is read from.
    private static long bytes(Path model) {
        Checkpoint checkpoint = Checkpoint.open(model);
        Set<Path> files =
                checkpoint.names().stream().map(checkpoint::file).collect(Collectors.toSet());
        files.addAll(XlmRobertaTokenizer.tokenizerFiles(model));
        files.add(model.resolve("config.json"));
        long bytes = 0;
        for (Path file : files) {
            try {
                bytes += Files.size(file);
            } catch (IOException e) {
                throw CheckpointException.of(file, e);
            }
        }
        return bytes;
    }

    private static List<Example> evenly(List<Example> texts) {
        int step = Math.max(1, texts.size() / MOST_TIMED);
        List<Example> chosen = new ArrayList<>();
        for (int i = 0; i < texts.size() && chosen.size() < MOST_TIMED; i += step) {
            chosen.add(texts.get(i));
        }
        return chosen;
    }

    private static double median(List<Double> times) {
        double[] sorted = times.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return sorted.length == 0 ? Double.NaN : sorted[sorted.length / 2];
    }

    /// A model ready to be timed.
    private record Timed(
            Backend backend,
            Workspace workspace,
            XlmRobertaModel encoder,
            XlmRobertaTokenizer tokenizer) {
        static Timed open(Path directory, Backend backend) {
            XlmRobertaModel encoder = ModelLoader.encoder(directory, ModelLoader.FROZEN).model();
            return new Timed(
                    backend, new Workspace(backend), encoder, XlmRobertaTokenizer.load(directory));
        }

        double milliseconds(String text) {
            long start = System.nanoTime();
            EncodingOptions options =
                    EncodingOptions.defaults().withMaxLength(encoder.config().maxTokens());
            int[] ids = tokenizer.encode(text, options).ids();
            TokenBatch tokens = TokenBatch.of(List.of(ids), encoder.config().padTokenId());
            float[] states =
                    encoder.forward(Ops.inference(backend, workspace), tokens).toArray(); // [N, C]
            workspace.reset();
            assert states.length == ids.length * encoder.config().hiddenSize()
                    : Arrays.toString(ids);
            return (System.nanoTime() - start) / 1e6;
        }
    }
}
