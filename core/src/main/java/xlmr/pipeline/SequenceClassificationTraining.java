package xlmr.pipeline;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import xlmr.data.DataWarning;
import xlmr.data.DataWarnings;
import xlmr.data.EncodedExamples;
import xlmr.data.Example;
import xlmr.data.Folds;
import xlmr.data.LabelSet;
import xlmr.model.ProblemType;
import xlmr.model.Targets;
import xlmr.model.Task;
import xlmr.model.XlmRobertaConfig;
import xlmr.tokenizer.Encoding;
import xlmr.tokenizer.XlmRobertaTokenizer;
import xlmr.train.Evaluation;
import xlmr.train.Trainer;

/// Texts, or pairs of texts, with labels or numbers.
///
/// @param training to learn from
/// @param validation to judge by; may be empty
/// @param problem one label a text, several, or a number
/// @param labels the classes in the order of their ids
public record SequenceClassificationTraining(
        List<Example> training, List<Example> validation, ProblemType problem, LabelSet labels)
        implements TrainingTask {
    /// With the labels that occur in the training data.
    ///
    /// @throws xlmr.data.DataException if there are fewer than two to tell apart
    public static SequenceClassificationTraining of(
            List<Example> training, List<Example> validation, ProblemType problem) {
        LabelSet labels =
                problem == ProblemType.REGRESSION
                        ? LabelSet.of(List.of("LABEL_0"))
                        : LabelSet.fromExamples(training);
        return new SequenceClassificationTraining(training, validation, problem, labels);
    }

    /// What is odd about the examples.
    public List<DataWarning> warnings() {
        return problem == ProblemType.REGRESSION
                ? DataWarnings.ofNumbers(training, validation)
                : DataWarnings.of(training, validation);
    }

    /// The same labels with nothing to learn from, to judge models on other examples.
    public SequenceClassificationTraining judgedOn(List<Example> examples) {
        return new SequenceClassificationTraining(List.of(), examples, problem, labels);
    }

    @Override
    public Task task() {
        return Task.SEQUENCE_CLASSIFICATION;
    }

    @Override
    public boolean hasValidation() {
        return !validation.isEmpty();
    }

    @Override
    public SequenceClassificationTraining fold(int folds, int held, long seed) {
        Folds parts = parts(folds, seed);
        return new SequenceClassificationTraining(
                parts.rest(training, held), parts.heldOut(training, held), problem, labels);
    }

    /// The training examples dealt by their labels.
    Folds parts(int folds, long seed) {
        return Folds.stratified(classes(), folds, seed);
    }

    /// Of each example a number that it shares with those of the same labels; numbers have none.
    private int[] classes() {
        if (problem == ProblemType.REGRESSION) {
            return new int[training.size()];
        }
        Map<Set<String>, Integer> numbers = new HashMap<>();
        return training.stream()
                .map(example -> Set.copyOf(example.labels()))
                .mapToInt(own -> numbers.computeIfAbsent(own, any -> numbers.size()))
                .toArray();
    }

    @Override
    public XlmRobertaConfig configure(XlmRobertaConfig pretrained) {
        return pretrained.forClassification(labels.names(), problem);
    }

    @Override
    public DataCounts counts() {
        return problem == ProblemType.REGRESSION
                ? DataCounts.of("texts", training, validation)
                : DataCounts.of("texts", training, validation, Example::labels);
    }

    @Override
    public String judged(int row) {
        return validation.get(row).inWords();
    }

    @Override
    public Prepared prepare(
            XlmRobertaConfig config, XlmRobertaTokenizer tokenizer, int maxLength, int threads) {
        Targets targets = LabelledTargets.of(training, labels, problem);
        TextEncoder encoder = new TextEncoder(tokenizer, maxLength, threads);
        List<Encoding> encodings = encoder.encode(training);
        int truncated = (int) encodings.stream().filter(text -> text.truncatedTokens() > 0).count();
        return new Prepared(examples(encodings, targets), judged(encoder), truncated);
    }

    private Trainer.@Nullable Validation judged(TextEncoder encoder) {
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
