package xlmr.pipeline;

import java.util.List;
import org.jspecify.annotations.Nullable;
import xlmr.data.TrainingExamples;
import xlmr.model.Task;
import xlmr.model.XlmRobertaConfig;
import xlmr.tokenizer.XlmRobertaTokenizer;
import xlmr.train.Trainer;

/// Labelled data of one task, and what fine-tuning makes of it. Each task has an implementation of
/// its own, such as [SequenceClassificationTraining]; [FineTuning#run] does the rest.
public interface TrainingTask {
    /// What the model is trained for.
    Task task();

    /// The configuration of the model that will come of it: labels and architecture.
    ///
    /// @param pretrained that of the checkpoint to start from
    XlmRobertaConfig configure(XlmRobertaConfig pretrained);

    /// Whether there are examples to judge by.
    boolean hasValidation();

    /// The same task without one part of a cross-validation, and with that part to judge by.
    ///
    /// @param folds parts in all
    /// @param held the part that is held out, from 0
    /// @param seed by which the examples are dealt
    /// @throws IllegalArgumentException if the task's examples are not dealt into parts
    default TrainingTask fold(int folds, int held, long seed) {
        throw new IllegalArgumentException(
                ("folds: not for %s, whose examples hang together; give validation examples, and"
                                + " several seeds")
                        .formatted(task().word()));
    }

    /// What decides the result of a run beside the examples that [#prepare] gives, such as how
    /// answers are judged: a run goes on only with the same.
    default List<String> decidingFacts() {
        return List.of();
    }

    /// The data as a trainer reads it.
    ///
    /// @param config as [#configure] made it
    /// @param maxLength most tokens of a sequence, `<s>` and `</s>` included
    /// @param threads to tokenize with
    Prepared prepare(
            XlmRobertaConfig config, XlmRobertaTokenizer tokenizer, int maxLength, int threads);

    /// How much data there is.
    DataCounts counts();

    /// What was judged in a row of a validation report, as a text for a person.
    ///
    /// @param row from 0
    String judged(int row);

    /// Data that is ready.
    ///
    /// @param training to learn from
    /// @param validation to judge each epoch by, or null
    /// @param truncated training examples that lost something at the maximum length
    record Prepared(
            TrainingExamples training, Trainer.@Nullable Validation validation, int truncated) {}
}
