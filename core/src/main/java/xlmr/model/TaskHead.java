package xlmr.model;

import java.util.List;

/// The default head of a task, in words and shapes, as the reference (transformers,
/// modeling_xlm_roberta.py) builds it.
///
/// @param task what it is for
/// @param reference the reference's class
/// @param steps from the encoder's hidden states to the result, a line each
/// @param parameters numbers in it; shared ones not counted
public record TaskHead(String task, String reference, List<String> steps, long parameters) {
    /// The heads of all tasks for a model of these sizes.
    public static List<TaskHead> all(XlmRobertaConfig config) {
        return List.of(
                sequenceClassification(config),
                tokenClassification(config),
                questionAnswering(config),
                multipleChoice(config),
                maskedLanguageModel(config),
                causalLanguageModel(config));
    }

    /// The head that fine-tuning for sequence classification puts on top.
    public static TaskHead sequenceClassification(XlmRobertaConfig config) {
        long hidden = config.hiddenSize();
        long labels = config.numLabels();
        return new TaskHead(
                "Sequence classification and regression",
                "XLMRobertaForSequenceClassification",
                List.of(
                        "hidden state of the first token, <s>: [B, %d]; not the pooler"
                                .formatted(hidden),
                        "dropout %s -> classifier.dense [%d, %d] -> tanh"
                                .formatted(config.headDropout(), hidden, hidden),
                        "dropout %s -> classifier.out_proj [%d, %d] -> logits [B, %d]"
                                .formatted(config.headDropout(), labels, hidden, labels),
                        "one label: softmax and cross-entropy; several: a sigmoid each; a number: squared error"),
                hidden * hidden + hidden + labels * hidden + labels);
    }

    private static TaskHead tokenClassification(XlmRobertaConfig config) {
        long hidden = config.hiddenSize();
        long labels = config.numLabels();
        return new TaskHead(
                "Token classification (named entities)",
                "XLMRobertaForTokenClassification",
                List.of(
                        "hidden state of every token [B, T, %d] -> dropout %s"
                                .formatted(hidden, config.headDropout()),
                        "classifier [%d, %d] -> logits [B, T, %d]; label -100 is ignored"
                                .formatted(labels, hidden, labels)),
                labels * hidden + labels);
    }

    private static TaskHead questionAnswering(XlmRobertaConfig config) {
        long hidden = config.hiddenSize();
        return new TaskHead(
                "Question answering",
                "XLMRobertaForQuestionAnswering",
                List.of(
                        "hidden state of every token [B, T, %d] -> qa_outputs [2, %d]"
                                .formatted(hidden, hidden),
                        "start logits [B, T] and end logits [B, T]; softmax over the tokens"),
                2 * hidden + 2);
    }

    private static TaskHead multipleChoice(XlmRobertaConfig config) {
        long hidden = config.hiddenSize();
        return new TaskHead(
                "Multiple choice",
                "XLMRobertaForMultipleChoice",
                List.of(
                        "pooler: hidden state of <s> -> pooler.dense [%d, %d] -> tanh"
                                .formatted(hidden, hidden),
                        "dropout %s -> classifier [1, %d] -> one logit a choice; softmax over the choices"
                                .formatted(config.headDropout(), hidden)),
                hidden * hidden + hidden + hidden + 1);
    }

    private static TaskHead maskedLanguageModel(XlmRobertaConfig config) {
        long hidden = config.hiddenSize();
        return new TaskHead(
                "Masked language model",
                "XLMRobertaForMaskedLM",
                languageModel(config, "logits [B, T, %d]".formatted(config.vocabSize())),
                hidden * hidden + hidden + 2 * hidden + config.vocabSize());
    }

    private static TaskHead causalLanguageModel(XlmRobertaConfig config) {
        long hidden = config.hiddenSize();
        return new TaskHead(
                "Causal language model",
                "XLMRobertaForCausalLM",
                languageModel(
                        config,
                        "logits [B, T, %d]; a token sees only those before it, and predicts the next"
                                .formatted(config.vocabSize())),
                hidden * hidden + hidden + 2 * hidden + config.vocabSize());
    }

    private static List<String> languageModel(XlmRobertaConfig config, String result) {
        long hidden = config.hiddenSize();
        return List.of(
                "hidden state of every token -> lm_head.dense [%d, %d] -> gelu -> LayerNorm"
                        .formatted(hidden, hidden),
                "decoder [%d, %d]%s + bias -> %s"
                        .formatted(
                                config.vocabSize(),
                                hidden,
                                config.tieWordEmbeddings() ? ", which is the word embedding," : "",
                                result));
    }
}
