package xlmr.pipeline;

import java.util.List;
import java.util.Map;

/// What a classifier says of one window of a long text.
///
/// @param sequence the text it is a window of: 0, or 1 for the second of a pair
/// @param start where it begins in that text, as a UTF-16 index
/// @param end where it ends there
/// @param tokens that the model read, special tokens and the other text of a pair included
/// @param probabilities by label, as in [Prediction]
/// @param logits `[K]` in the order of the label ids
public record WindowPrediction(
        int sequence,
        int start,
        int end,
        int tokens,
        Map<String, Double> probabilities,
        List<Float> logits) {}
