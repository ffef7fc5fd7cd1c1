package xlmr.train;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import xlmr.backend.CrossEntropy;
import xlmr.backend.SegmentLabels;
import xlmr.data.EncodedExamples;
import xlmr.data.TrainingExamples;
import xlmr.model.LossSettings;
import xlmr.model.Targets;

/// The loss of a model that knows how frequent each answer is and never reads the text: what a run
/// has to fall below to have learned anything.
final class GuessingLoss {
    private GuessingLoss() {}

    /// The loss over all that a run shows in an epoch, each head's times its weight; NaN where it
    /// is not known.
    static double of(Lessons lessons, TrainingPass pass, EpochPlan plan, TrainingOptions options) {
        double sum = 0;
        int shown = 0;
        for (int[] rows : plan.batches(1)) {
            shown += rows.length;
        }
        for (Lesson lesson : lessons.learning()) {
            int own = 0;
            for (int[] rows : plan.batches(1)) {
                own += lessons.of(rows) == lesson ? rows.length : 0;
            }
            double loss = of(lesson.training(), options.batching().sampling(), pass.loss(lesson));
            sum += lesson.weight() * loss * own / shown;
        }
        return sum;
    }

    /// The loss over some training examples; NaN where it is not known.
    private static double of(TrainingExamples training, Sampling sampling, LossSettings settings) {
        if (!sampling.equals(Sampling.NATURAL) || settings.gamma() > 0) {
            return Double.NaN;
        }
        Targets targets = training instanceof EncodedExamples encoded ? encoded.targets() : null;
        return switch (targets) {
            case Targets.Classes classes -> entropy(classes.labels(), settings);
            case Targets.TokenClasses tokens -> entropy(tokens.countedLabels(), settings);
            case Targets.MultiLabel labels -> binaryEntropy(labels.labels());
            case Targets.Values values -> variance(values.values());
            case Targets.Spans spans -> choices(spans.first(), spans.lengths());
            case Targets.Choices choices -> choices(choices.labels(), choices.counts());
            case Targets.Distilled distilled -> Double.NaN;
            case null -> Double.NaN;
        };
    }

    /// The entropy of the shares, weighted and smoothed as the loss is. For weights and smoothing
    /// together it is not known.
    private static double entropy(int[] labels, LossSettings settings) {
        float @Nullable [] weights = settings.classWeights();
        double smoothing = settings.labelSmoothing();
        if (labels.length == 0 || (weights != null && smoothing > 0)) {
            return Double.NaN;
        }
        int classes = Arrays.stream(labels).max().orElse(0) + 1;
        double[] counts = new double[classes];
        double sum = 0;
        for (int label : labels) {
            if (label != CrossEntropy.IGNORE) {
                double weight = weights == null ? 1 : weights[label];
                counts[label] += weight;
                sum += weight;
            }
        }
        double entropy = 0;
        for (double count : counts) {
            double share = (1 - smoothing) * count / sum + smoothing / classes;
            entropy -= share > 0 ? share * Math.log(share) : 0;
        }
        return entropy;
    }

    private static double binaryEntropy(float[][] labels) {
        double sum = 0;
        for (int k = 0; k < labels[0].length; k++) {
            double share = 0;
            for (float[] row : labels) {
                share += row[k] / labels.length;
            }
            if (share > 0 && share < 1) {
                sum -= share * Math.log(share) + (1 - share) * Math.log(1 - share);
            }
        }
        return sum / labels[0].length;
    }

    private static double variance(float[][] values) {
        double sum = 0;
        for (int k = 0; k < values[0].length; k++) {
            double mean = 0;
            for (float[] row : values) {
                mean += row[k] / values.length;
            }
            for (float[] row : values) {
                sum += (row[k] - mean) * (row[k] - mean) / values.length;
            }
        }
        return sum / values[0].length;
    }

    private static double choices(int[] labels, int[] counts) {
        double sum = 0;
        int known = 0;
        for (int b = 0; b < labels.length; b++) {
            if (labels[b] != SegmentLabels.IGNORE) {
                sum += Math.log(counts[b]);
                known++;
            }
        }
        return sum / known;
    }
}
