package xlmr.pipeline;

import java.util.List;
import java.util.Map;
import xlmr.model.ProblemType;

/// What a classifier says of one text.
///
/// @param text as given
/// @param problem how to read the logits
/// @param label the most probable class; for several labels a text all above one half, joined by
///   `|`; for regression the number
/// @param probabilities by label: softmax of the logits for one label a text, sigmoid for several,
///   empty for regression
/// @param logits `[K]` in the order of the label ids, before softmax or sigmoid
/// @param tokens that the model read, `<s>` and `</s>` included
/// @param truncatedTokens that did not fit the maximum length
/// @param windows what the model says of each window of a text that was too long, if it was asked
///   to read windows; else empty
public record Prediction(
        String text,
        ProblemType problem,
        String label,
        Map<String, Double> probabilities,
        List<Float> logits,
        int tokens,
        int truncatedTokens,
        List<WindowPrediction> windows) {}
