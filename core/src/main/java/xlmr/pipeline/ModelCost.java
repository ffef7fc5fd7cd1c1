package xlmr.pipeline;

import org.jspecify.annotations.Nullable;

/// What a model costs, and how good it is where that can be said.
///
/// @param parameters numbers in it
/// @param bytes of its files on the disk: configuration, weights, tokenizer
/// @param milliseconds median time of one text, from text to hidden states, alone in its batch
/// @param accuracy share of texts that get the right label, or null without labels
/// @param macroF1 mean of F1 over the labels that occur, or null without labels
public record ModelCost(
        long parameters,
        long bytes,
        double milliseconds,
        @Nullable Double accuracy,
        @Nullable Double macroF1) {}
