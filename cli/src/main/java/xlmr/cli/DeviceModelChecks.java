package xlmr.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import xlmr.backend.Backend;
import xlmr.data.BatchOrder;
import xlmr.data.EncodedExamples;
import xlmr.data.Example;
import xlmr.data.LabelSet;
import xlmr.model.ModelLoader;
import xlmr.model.ProblemType;
import xlmr.model.Targets;
import xlmr.model.TaskModel;
import xlmr.model.XlmRobertaConfig;
import xlmr.tokenizer.Encoding;
import xlmr.tokenizer.EncodingOptions;
import xlmr.tokenizer.XlmRobertaTokenizer;
import xlmr.train.Inference;
import xlmr.train.Trainer;
import xlmr.train.TrainingListener;
import xlmr.train.TrainingOptions;
import xlmr.train.Tune;

/// A whole model on a device: logits, and a few steps of fine-tuning with dropout.
///
/// @param model a checkpoint's directory
/// @param examples labelled
/// @param size how much of them
record DeviceModelChecks(Path model, List<Example> examples, WorkSize size) {
    static final int BATCH = 8;

    /// Logits of all texts, and the loss and the gradient's norm of each step.
    ///
    /// @param limit how far they may be off
    List<DeviceCheck> all(double limit) {
        return List.of(
                new DeviceCheck("logits of a model", limit, this::logits),
                new DeviceCheck("logits of one text, again and again", limit, this::replayed),
                new DeviceCheck(
                        "losses and gradient norms of a fine-tuning", 10 * limit, this::training));
    }

    private float[][] logits(Backend backend) {
        return new Inference(backend, classifier(Tune.HEAD)).logits(encoded(), done -> {});
    }

    /// The third time a backend may have its device do again what it did before.
    private float[][] replayed(Backend backend) {
        EncodedExamples one = new EncodedExamples(encoded().sequences().subList(0, 1), null);
        Inference inference = new Inference(backend, classifier(Tune.HEAD));
        float[][] passes = new float[4][];
        for (int i = 0; i < passes.length; i++) {
            passes[i] = inference.logits(one, done -> {})[0];
        }
        return passes;
    }

    private float[][] training(Backend backend) {
        List<Float> numbers = new ArrayList<>();
        TrainingListener recorder =
                new TrainingListener() {
                    @Override
                    public void stepDone(Step step) {
                        numbers.add((float) step.loss());
                        numbers.add((float) step.gradientNorm());
                    }
                };
        train(backend, 1, recorder);
        float[] values = new float[numbers.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = numbers.get(i);
        }
        return new float[][] {values};
    }

    /// Fine-tunes all weights.
    void train(Backend backend, int epochs, TrainingListener listener) {
        TrainingOptions options =
                TrainingOptions.defaults()
                        .withEpochs(epochs)
                        .withBatchSize(BATCH)
                        .withLearningRate(2e-5)
                        .withTune(Tune.FULL);
        EncodedExamples labelled =
                new EncodedExamples(
                        encoded().sequences(), new Targets.Classes(labels().idsOf(examples)));
        new Trainer(backend, classifier(Tune.FULL), options, listener)
                .fit(labelled, BatchOrder.sequential(), null, (best, source) -> {});
    }

    TaskModel classifier(Tune tune) {
        int classes = labels().names().size();
        XlmRobertaConfig config =
                XlmRobertaConfig.read(model.resolve("config.json"))
                        .forClassification(
                                IntStream.range(0, classes).mapToObj(k -> "LABEL_" + k).toList(),
                                ProblemType.SINGLE_LABEL_CLASSIFICATION);
        return ModelLoader.sequenceClassifier(model, config, tune.trainable(config), 0).model();
    }

    LabelSet labels() {
        return LabelSet.fromExamples(examples);
    }

    EncodedExamples encoded() {
        List<Encoding> encodings =
                XlmRobertaTokenizer.load(model)
                        .encodeAll(
                                examples.stream().map(Example::text).toList(),
                                EncodingOptions.defaults().withMaxLength(size.longestExample()),
                                1);
        return new EncodedExamples(encodings.stream().map(Encoding::ids).toList(), null);
    }
}
