package xlmr.pipeline;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import xlmr.data.ChoiceQuestion;
import xlmr.data.Folds;
import xlmr.eval.ChoiceReport;
import xlmr.eval.Logits;
import xlmr.model.Targets;
import xlmr.model.Task;
import xlmr.model.XlmRobertaConfig;
import xlmr.tokenizer.XlmRobertaTokenizer;
import xlmr.train.Evaluation;
import xlmr.train.Trainer;

/// Questions with choices of which one is right, as in SWAG or XCOPA. Questions may have different
/// numbers of choices.
///
/// @param training to learn from
/// @param validation to judge by; may be empty
public record MultipleChoiceTraining(List<ChoiceQuestion> training, List<ChoiceQuestion> validation)
        implements TrainingTask {
    /// Copies the lists.
    public MultipleChoiceTraining {
        training = List.copyOf(training);
        validation = List.copyOf(validation);
    }

    @Override
    public Task task() {
        return Task.MULTIPLE_CHOICE;
    }

    @Override
    public boolean hasValidation() {
        return !validation.isEmpty();
    }

    @Override
    public TrainingTask fold(int folds, int held, long seed) {
        Folds parts = Folds.stratified(new int[training.size()], folds, seed);
        return new MultipleChoiceTraining(
                parts.rest(training, held), parts.heldOut(training, held));
    }

    @Override
    public XlmRobertaConfig configure(XlmRobertaConfig pretrained) {
        return pretrained.withArchitecture(Task.MULTIPLE_CHOICE.architecture());
    }

    @Override
    public DataCounts counts() {
        return DataCounts.of("questions", training, validation);
    }

    @Override
    public String judged(int row) {
        return validation.get(row).inWords();
    }

    @Override
    public Prepared prepare(
            XlmRobertaConfig config, XlmRobertaTokenizer tokenizer, int maxLength, int threads) {
        ChoiceSequences sequences = ChoiceSequences.of(training, tokenizer, maxLength, threads);
        int truncated =
                (int) Arrays.stream(sequences.truncated()).filter(tokens -> tokens > 0).count();
        return new Prepared(
                sequences.examples(ChoiceSequences.targets(training)),
                judged(tokenizer, maxLength, threads),
                truncated);
    }

    private Trainer.@Nullable Validation judged(
            XlmRobertaTokenizer tokenizer, int maxLength, int threads) {
        if (validation.isEmpty()) {
            return null;
        }
        Targets.Choices targets = ChoiceSequences.targets(validation);
        return new Trainer.Validation(
                ChoiceSequences.of(validation, tokenizer, maxLength, threads).examples(targets),
                logits -> report(logits, targets),
                Evaluation::score);
    }

    /// @param logits of the choices of each question
    static ChoiceReport report(float[][] logits, Targets.Choices targets) {
        return ChoiceReport.of(Logits.toDouble(logits), targets.labels());
    }
}
