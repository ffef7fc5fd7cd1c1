package xlmr.report;

import java.util.Locale;
import xlmr.model.Task;

/// How tasks are called elsewhere.
final class TaskWords {
    private TaskWords() {}

    /// In a sentence, such as `Sequence classification`.
    static String of(Task task) {
        String words = task.word().replace('-', ' ').replace("lm", "language model");
        return words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
    }

    /// Hugging Face's name of the pipeline.
    static String pipelineTag(Task task) {
        return switch (task) {
            case SEQUENCE_CLASSIFICATION -> "text-classification";
            case TOKEN_CLASSIFICATION -> "token-classification";
            case QUESTION_ANSWERING -> "question-answering";
            case MULTIPLE_CHOICE -> "multiple-choice";
            case MASKED_LM -> "fill-mask";
            case CAUSAL_LM -> "text-generation";
        };
    }
}
