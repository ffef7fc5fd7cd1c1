package xlmr.onnx;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import xlmr.checkpoint.Checkpoint;
import xlmr.checkpoint.CheckpointException;
import xlmr.model.XlmRobertaConfig;

/// What an exported model computes, under the names that Hugging Face's exporter (optimum) has for
/// tasks.
public enum OnnxTask {
    /// Hidden states, and the pooler's output if the checkpoint has a pooler.
    FEATURE_EXTRACTION("Model"),
    /// Logits of a text: classes, several labels, or numbers.
    TEXT_CLASSIFICATION("ForSequenceClassification"),
    /// Logits of every token.
    TOKEN_CLASSIFICATION("ForTokenClassification"),
    /// Logits of every token for the start and the end of an answer.
    QUESTION_ANSWERING("ForQuestionAnswering"),
    /// A logit for each of several texts.
    MULTIPLE_CHOICE("ForMultipleChoice"),
    /// Logits of every token over the vocabulary.
    FILL_MASK("ForMaskedLM"),
    /// Logits over the vocabulary for the token that follows each.
    TEXT_GENERATION("ForCausalLM");

    private static final Pattern CLASS =
            Pattern.compile("(?:TF|Flax)?(?:XLMRoberta|Roberta|Camembert)(Model|For\\w+)");

    private final String suffix;

    OnnxTask(String suffix) {
        this.suffix = suffix;
    }

    /// As in optimum: `text-classification`.
    public String taskName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// The reference's class for a model of this type: `XLMRobertaForSequenceClassification`.
    String architecture(XlmRobertaConfig config) {
        String family =
                switch (config.modelType()) {
                    case "roberta" -> "Roberta";
                    case "camembert" -> "Camembert";
                    default -> "XLMRoberta";
                };
        return family + suffix;
    }

    /// The task of this name in optimum, if there is one.
    public static Optional<OnnxTask> named(String taskName) {
        for (OnnxTask task : values()) {
            if (task.taskName().equals(taskName)) {
                return Optional.of(task);
            }
        }
        return Optional.empty();
    }

    /// What a checkpoint was made for: by `architectures` of its configuration or, where that is
    /// empty, by the head that it holds.
    ///
    /// @param source names the checkpoint in messages
    /// @throws CheckpointException if the class is unknown, or the weights fit several tasks
    static OnnxTask of(String source, XlmRobertaConfig config, Checkpoint checkpoint) {
        List<String> architectures = config.architectures();
        if (architectures.isEmpty()) {
            return byWeights(source, config, checkpoint);
        }
        String architecture = architectures.getFirst();
        Matcher matcher = CLASS.matcher(architecture);
        if (matcher.matches()) {
            for (OnnxTask task : values()) {
                if (task.suffix.equals(matcher.group(1))) {
                    return task;
                }
            }
        }
        throw new CheckpointException(
                source,
                "architectures of config.json is %s, which has no ONNX form here"
                        .formatted(architecture),
                "name the task: one of " + taskNames());
    }

    private static OnnxTask byWeights(
            String source, XlmRobertaConfig config, Checkpoint checkpoint) {
        if (checkpoint.contains("lm_head.dense.weight")) {
            return config.isDecoder() ? TEXT_GENERATION : FILL_MASK;
        }
        if (checkpoint.contains("classifier.out_proj.weight")) {
            return TEXT_CLASSIFICATION;
        }
        if (checkpoint.contains("qa_outputs.weight")) {
            return QUESTION_ANSWERING;
        }
        if (checkpoint.contains("classifier.weight")) {
            throw new CheckpointException(
                    source,
                    "config.json has no architectures, and the head fits token-classification and"
                            + " multiple-choice",
                    "name the task");
        }
        return FEATURE_EXTRACTION;
    }

    private static String taskNames() {
        return String.join(", ", Arrays.stream(values()).map(OnnxTask::taskName).toList());
    }
}
