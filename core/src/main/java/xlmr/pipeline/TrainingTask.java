package xlmr.pipeline;

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

    /// The data as a trainer reads it.
    ///
    /// @param config as [#configure] made it
    /// @param maxLength most tokens of a sequence, `<s>` and `</s>` included
    /// @param threads to tokenize with
    Prepared prepare(
            XlmRobertaConfig config, XlmRobertaTokenizer tokenizer, int maxLength, int threads);

    /// Data that is ready.
    ///
    /// @param training to learn from
    /// @param validation to judge each epoch by, or null
    /// @param truncated training examples that lost something at the maximum length
    record Prepared(
            TrainingExamples training, Trainer.@Nullable Validation validation, int truncated) {}
}
