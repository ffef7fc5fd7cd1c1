package xlmr.train;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import xlmr.backend.CrossEntropy;
import xlmr.data.EncodedExamples;
import xlmr.data.TrainingExamples;
import xlmr.model.LossSettings;
import xlmr.model.Targets;

/// How the training loss counts. What is reported of validation data is the plain loss.
///
/// @param classWeights how much each class counts
/// @param labelSmoothing ε: what is asked of the model is 1 - ε on the right class, and ε spread
///   over all of them; 0 for none (Szegedy et al. 2016). Weights and smoothing together are those
///   of torch.nn.CrossEntropyLoss.
/// @param function cross-entropy, or the focal loss, which knows weights but no smoothing
public record LossOptions(ClassWeights classWeights, double labelSmoothing, LossFunction function) {
    /// Cross-entropy, every example the same, no smoothing.
    public static LossOptions defaults() {
        return new LossOptions(ClassWeights.EQUAL, 0, LossFunction.CROSS_ENTROPY);
    }

    /// Checks the smoothing, and that the function knows it.
    public LossOptions {
        Checks.that(
                labelSmoothing >= 0 && labelSmoothing < 1,
                "label smoothing",
                "in [0, 1)",
                labelSmoothing);
        if (labelSmoothing > 0 && function.gamma() > 0) {
            throw new IllegalArgumentException(
                    "label smoothing and focal loss: expected one of them, found both; the one asks"
                            + " for less certainty where the other already counts it less");
        }
    }

    /// Other weights.
    public LossOptions withClassWeights(ClassWeights value) {
        return new LossOptions(value, labelSmoothing, function);
    }

    /// Another smoothing.
    public LossOptions withLabelSmoothing(double value) {
        return new LossOptions(classWeights, value, function);
    }

    /// Another function.
    public LossOptions withFunction(LossFunction value) {
        return new LossOptions(classWeights, labelSmoothing, value);
    }

    /// Whether the loss is the plain one.
    public boolean isPlain() {
        return classWeights.equals(ClassWeights.EQUAL)
                && labelSmoothing == 0
                && function.gamma() == 0;
    }

    /// The settings for some training data.
    ///
    /// @param labels names of the classes
    /// @throws IllegalArgumentException if the loss of this data is no cross-entropy over named
    ///   classes, or a weight is for a class that there is not
    public LossSettings settings(TrainingExamples training, List<String> labels) {
        if (isPlain()) {
            return LossSettings.PLAIN;
        }
        Targets targets = training instanceof EncodedExamples encoded ? encoded.targets() : null;
        int[] counts = counts(targets, labels.size());
        return new LossSettings(
                (float) labelSmoothing, classWeights.weights(labels, counts), function.gamma());
    }

    /// Refuses what [#settings] refuses, before anything is loaded.
    public void check(TrainingExamples training, List<String> labels) {
        settings(training, labels);
    }

    private static int[] counts(@Nullable Targets targets, int classes) {
        int[] counts = new int[classes];
        int[] found =
                switch (targets) {
                    case Targets.Classes one -> one.labels();
                    case Targets.TokenClasses tokens -> tokens.countedLabels();
                    case Targets.Distilled distilled ->
                            Arrays.stream(distilled.labels())
                                    .filter(label -> label != CrossEntropy.IGNORE)
                                    .toArray();
                    case Targets.MultiLabel many -> throw refused("several labels a text");
                    case Targets.Values numbers -> throw refused("numbers");
                    case Targets.Spans spans -> throw refused("answers in a passage");
                    case Targets.Choices choices -> throw refused("choices");
                    case null -> throw refused("a language model");
                };
        for (int label : found) {
            if (label >= classes) {
                throw refused("a language model");
            }
            counts[label]++;
        }
        return counts;
    }

    private static IllegalArgumentException refused(String what) {
        return new IllegalArgumentException(
                ("class weights, label smoothing and focal loss: expected one of several classes"
                                + " for each text or token, found the loss of %s; leave them out")
                        .formatted(what));
    }
}
