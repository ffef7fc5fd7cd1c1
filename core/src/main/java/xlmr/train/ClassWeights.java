package xlmr.train;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// How much the examples of each class count in the loss: more for rare classes, so that they are
/// not overlooked.
public sealed interface ClassWeights {
    /// All classes count the same.
    ClassWeights EQUAL = new Equal();

    /// Each class as much as every other, whatever its share of the examples.
    ClassWeights BALANCED = new Balanced();

    /// One weight a class, or null where all are 1.
    ///
    /// @param labels names of the K classes
    /// @param counts `[K]` training examples of each
    /// @throws IllegalArgumentException if a weight is for a class that there is not
    float @Nullable [] weights(List<String> labels, int[] counts);

    /// The text that [#parse] reads.
    String spec();

    /// All the same.
    record Equal() implements ClassWeights {
        @Override
        public float @Nullable [] weights(List<String> labels, int[] counts) {
            return null;
        }

        @Override
        public String spec() {
            return "equal";
        }
    }

    /// w = N / (K nₖ) for a class with nₖ of the N examples (scikit-learn's `balanced`).
    record Balanced() implements ClassWeights {
        @Override
        public float[] weights(List<String> labels, int[] counts) {
            long all = Arrays.stream(counts).asLongStream().sum();
            float[] weights = new float[counts.length];
            for (int k = 0; k < weights.length; k++) {
                weights[k] = counts[k] == 0 ? 0 : (float) all / counts.length / counts[k];
            }
            return weights;
        }

        @Override
        public String spec() {
            return "balanced";
        }
    }

    /// As given by name; 1 for the others.
    record Given(Map<String, Double> byLabel) implements ClassWeights {
        /// Checks that the weights are numbers from 0 up, and not all of them 0.
        public Given {
            byLabel.forEach(
                    (label, weight) ->
                            Checks.that(
                                    weight >= 0 && weight <= 1e6,
                                    "class weight of " + label,
                                    "a number from 0 to a million",
                                    weight));
            byLabel = Collections.unmodifiableMap(new TreeMap<>(byLabel)); // the same text always
        }

        @Override
        public float[] weights(List<String> labels, int[] counts) {
            for (String label : byLabel.keySet()) {
                if (!labels.contains(label)) {
                    throw new IllegalArgumentException(
                            "class weights: there is no label '%s'; the labels are %s"
                                    .formatted(label, String.join(", ", labels)));
                }
            }
            float[] weights = new float[labels.size()];
            boolean someCount = false;
            for (int k = 0; k < weights.length; k++) {
                weights[k] = byLabel.getOrDefault(labels.get(k), 1.0).floatValue();
                someCount |= weights[k] > 0;
            }
            if (!someCount) {
                throw new IllegalArgumentException(
                        "class weights: expected at least one above 0, found only zeros");
            }
            return weights;
        }

        @Override
        public String spec() {
            return byLabel.entrySet().stream()
                    .sorted(Map.Entry.comparingByKey())
                    .map(entry -> entry.getKey() + "=" + entry.getValue())
                    .collect(Collectors.joining(","));
        }
    }

    /// The weights called `balanced`, `equal`, or given as `travel=2,food=0.5`.
    ///
    /// @throws IllegalArgumentException for any other text
    static ClassWeights parse(String spec) {
        return switch (spec) {
            case "balanced" -> BALANCED;
            case "equal" -> EQUAL;
            default -> given(spec);
        };
    }

    private static ClassWeights given(String spec) {
        Map<String, Double> byLabel = new LinkedHashMap<>();
        for (String part : spec.split(",", -1)) {
            int equals = part.lastIndexOf('=');
            String label = equals < 0 ? "" : part.substring(0, equals).strip();
            if (label.isEmpty()) {
                throw malformed(part);
            }
            try {
                if (byLabel.put(label, Double.valueOf(part.substring(equals + 1).strip()))
                        != null) {
                    throw new IllegalArgumentException(
                            "class weights: '%s' has two weights".formatted(label));
                }
            } catch (NumberFormatException e) {
                throw malformed(part);
            }
        }
        return new Given(byLabel);
    }

    private static IllegalArgumentException malformed(String part) {
        return new IllegalArgumentException(
                "class weights: expected balanced or LABEL=WEIGHT,LABEL=WEIGHT, found '%s'"
                        .formatted(part));
    }
}
