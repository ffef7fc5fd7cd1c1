package xlmr.pipeline;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import xlmr.backend.Backend;
import xlmr.checkpoint.LoadReport;
import xlmr.data.BatchOrder;
import xlmr.data.EncodedExamples;
import xlmr.data.Example;
import xlmr.data.LabelSet;
import xlmr.model.LoadedModel;
import xlmr.model.ModelLoader;
import xlmr.model.ProblemType;
import xlmr.model.TaskModel;
import xlmr.model.Targets;
import xlmr.model.XlmRobertaConfig;
import xlmr.tensor.DType;
import xlmr.tokenizer.Encoding;
import xlmr.tokenizer.XlmRobertaTokenizer;
import xlmr.train.EpochResult;
import xlmr.train.Evaluation;
import xlmr.train.ModelWriter;
import xlmr.train.Trainer;
import xlmr.train.TrainingListener;
import xlmr.train.TrainingOptions;

/// Labelled texts and a pretrained checkpoint in, a directory with a fine-tuned classifier out.
///
/// ```java
/// FineTuning job = FineTuning.of(Path.of("xlm-roberta-base"), Path.of("my-model"))
///         .withOptions(TrainingOptions.defaults().withEpochs(5));
/// try (Backend backend = Backends.create(2).backend()) {
///     job.run(training, validation, backend, TrainingListener.SILENT);
/// }
/// ```
///
/// @param model directory of the checkpoint to start from
/// @param output directory of the result, written epoch by epoch as the model gets better
/// @param options how to train
/// @param problem one label a text, several, or a number
/// @param maxLength tokens of the longest text; 0 for as many as the model has positions
/// @param tokenizer the model's, or another that gives the same ids; null to load the model's
public record FineTuning(
        Path model,
        Path output,
        TrainingOptions options,
        ProblemType problem,
        int maxLength,
        @Nullable XlmRobertaTokenizer tokenizer) {
    /// One label a text, default options.
    public static FineTuning of(Path model, Path output) {
        return new FineTuning(
                model,
                output,
                TrainingOptions.defaults(),
                ProblemType.SINGLE_LABEL_CLASSIFICATION,
                0,
                null);
    }

    /// The same with other options.
    public FineTuning withOptions(TrainingOptions value) {
        return new FineTuning(model, output, value, problem, maxLength, tokenizer);
    }

    /// The same for another kind of problem.
    public FineTuning withProblem(ProblemType value) {
        return new FineTuning(model, output, options, value, maxLength, tokenizer);
    }

    /// The same with texts cut at another length.
    public FineTuning withMaxLength(int value) {
        return new FineTuning(model, output, options, problem, value, tokenizer);
    }

    /// The same with a tokenizer that is already open.
    public FineTuning withTokenizer(XlmRobertaTokenizer value) {
        return new FineTuning(model, output, options, problem, maxLength, value);
    }

    /// What came of it.
    ///
    /// @param labels in the order of their ids
    /// @param epochs one result each
    /// @param report which weights were used, and which drawn at random: the head
    /// @param truncated training texts that were cut
    public record Result(
            List<String> labels, List<EpochResult> epochs, LoadReport report, int truncated) {}

    /// Trains on `training`, judges each epoch on `validation` and keeps the best.
    ///
    /// @param validation may be empty: the last epoch is then kept
    /// @throws xlmr.data.DataException if a label of `validation` does not occur in `training`
    public Result run(
            List<Example> training,
            List<Example> validation,
            Backend backend,
            TrainingListener listener) {
        LabelSet labels =
                problem == ProblemType.REGRESSION
                        ? LabelSet.of(List.of("LABEL_0"))
                        : LabelSet.fromExamples(training);
        Targets.OfSequences targets = LabelledTargets.of(training, labels, problem);
        XlmRobertaConfig config =
                XlmRobertaConfig.read(model.resolve("config.json"))
                        .forClassification(labels.names(), problem)
                        .withWeightType(DType.F32);
        XlmRobertaTokenizer own = tokenizer == null ? XlmRobertaTokenizer.load(model) : tokenizer;
        int limit = maxLength <= 0 ? config.maxTokens() : Math.min(maxLength, config.maxTokens());
        TextEncoder encoder = new TextEncoder(own, limit, backend.threads());
        List<Encoding> encodings = encoder.encode(training);
        EncodedExamples examples = examples(encodings, targets);
        Trainer.Validation judged = validation(validation, labels, encoder);

        LoadedModel<TaskModel> loaded =
                ModelLoader.sequenceClassifier(
                        model, config, options.tune().trainable(), options.seed());
        listener.loaded(loaded.report());
        ModelWriter writer = new ModelWriter(output, XlmRobertaTokenizer.tokenizerFiles(model));
        BatchOrder order =
                options.groupByLength()
                        ? BatchOrder.lengthGrouped(options.seed())
                        : BatchOrder.shuffled(options.seed());
        List<EpochResult> epochs =
                new Trainer(backend, loaded.model(), options, listener)
                        .fit(examples, order, judged, writer::write);
        int truncated = (int) encodings.stream().filter(text -> text.truncatedTokens() > 0).count();
        return new Result(labels.names(), epochs, loaded.report(), truncated);
    }

    private Trainer.@Nullable Validation validation(
            List<Example> validation, LabelSet labels, TextEncoder encoder) {
        if (validation.isEmpty()) {
            return null;
        }
        Targets.OfSequences targets = LabelledTargets.of(validation, labels, problem);
        return new Trainer.Validation(
                examples(encoder.encode(validation), targets),
                logits -> Evaluation.report(logits, targets, labels.names()),
                Evaluation::score);
    }

    private static EncodedExamples examples(List<Encoding> encodings, Targets targets) {
        return new EncodedExamples(encodings.stream().map(Encoding::ids).toList(), targets);
    }
}
