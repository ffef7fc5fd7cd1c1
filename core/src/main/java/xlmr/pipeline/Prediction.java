package xlmr.pipeline;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import xlmr.model.ProblemType;

/// What a classifier says of one text.
///
/// @param text as given
/// @param problem how to read the logits
/// @param label the most probable class; for several labels a text all above one half, or above
///   their thresholds, joined by `|`; for regression the number
/// @param labels the same as a list: one, or of a multi-label problem any number; none for
///   regression
/// @param probabilities by label, in the order of the ids: softmax of the logits for one label a
///   text, sigmoid for several, empty for regression
/// @param logits `[K]` in the order of the label ids, before temperature, softmax or sigmoid
/// @param tokens that the model read, `<s>` and `</s>` included
/// @param truncatedTokens that did not fit the maximum length
/// @param windows what the model says of each window of a text that was too long, if it was asked
///   to read windows; else empty
/// @param temperature by which the logits were divided before softmax or sigmoid, 1 without
///   [ModelCalibration]
/// @param abstains whether the probability is below what the calibration asks of an answer
public record Prediction(
        String text,
        ProblemType problem,
        String label,
        List<String> labels,
        Map<String, Double> probabilities,
        List<Float> logits,
        int tokens,
        int truncatedTokens,
        List<WindowPrediction> windows,
        double temperature,
        boolean abstains) {

    /// What makes probabilities of the logits: `softmax`, `sigmoid`, or `none` for regression.
    public String activation() {
        return switch (problem) {
            case SINGLE_LABEL_CLASSIFICATION -> "softmax";
            case MULTI_LABEL_CLASSIFICATION -> "sigmoid";
            case REGRESSION -> "none";
        };
    }

    /// The probability of the label, where a text has one.
    public OptionalDouble probability() {
        Double probability = isSingle() ? probabilities.get(label) : null;
        return probability == null ? OptionalDouble.empty() : OptionalDouble.of(probability);
    }

    /// The logit of the label, where a text has one; for regression the number.
    public OptionalDouble logit() {
        return switch (problem) {
            case SINGLE_LABEL_CLASSIFICATION -> OptionalDouble.of(logits.get(best()));
            case MULTI_LABEL_CLASSIFICATION -> OptionalDouble.empty();
            case REGRESSION -> OptionalDouble.of(logits.getFirst());
        };
    }

    /// The second most probable label, where a text has one.
    public Optional<String> second() {
        return isSingle() && logits.size() > 1
                ? Optional.of(name(secondBest(best())))
                : Optional.empty();
    }

    /// How far the label's logit is above that of the second, both divided by the temperature: the
    /// label is exp(margin) times as probable. Where a text has one label only.
    public OptionalDouble margin() {
        if (!isSingle() || logits.size() < 2) {
            return OptionalDouble.empty();
        }
        int best = best();
        double distance = (double) logits.get(best) - logits.get(secondBest(best));
        return OptionalDouble.of(distance / temperature);
    }

    /// How much the probabilities leave open, in nats: 0 where one label has all, ln K where all K
    /// have the same. Of yes-or-no labels the sum of each one's, at most K ln 2. None for
    /// regression.
    public OptionalDouble entropy() {
        return switch (problem) {
            case SINGLE_LABEL_CLASSIFICATION ->
                    OptionalDouble.of(
                            probabilities.values().stream().mapToDouble(p -> part(p)).sum());
            case MULTI_LABEL_CLASSIFICATION ->
                    OptionalDouble.of(
                            probabilities.values().stream()
                                    .mapToDouble(p -> part(p) + part(1 - p))
                                    .sum());
            case REGRESSION -> OptionalDouble.empty();
        };
    }

    /// The entropy as a share of the largest that is possible, 0 to 1.
    public OptionalDouble relativeEntropy() {
        OptionalDouble entropy = entropy();
        if (entropy.isEmpty()) {
            return entropy;
        }
        int labels = logits.size();
        double most = isSingle() ? Math.log(labels) : labels * Math.log(2);
        return most == 0 ? OptionalDouble.of(0) : OptionalDouble.of(entropy.getAsDouble() / most);
    }

    private static double part(double p) {
        return p <= 0 ? 0 : -p * Math.log(p); // NaN stays NaN
    }

    private boolean isSingle() {
        return problem == ProblemType.SINGLE_LABEL_CLASSIFICATION;
    }

    private int best() {
        return List.copyOf(probabilities.keySet()).indexOf(label);
    }

    private int secondBest(int best) {
        int second = best == 0 ? 1 : 0;
        for (int k = 0; k < logits.size(); k++) {
            if (k != best && logits.get(k) > logits.get(second)) {
                second = k;
            }
        }
        return second;
    }

    private String name(int id) {
        return List.copyOf(probabilities.keySet()).get(id);
    }
}
