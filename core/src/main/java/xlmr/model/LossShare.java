package xlmr.model;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import xlmr.backend.CrossEntropy;
import xlmr.backend.SegmentLabels;

/// What a part of a batch adds to the batch's mean loss: the loss of the batch is the sum, over
/// parts that share its examples out, of `factor` times the mean loss of `targets`.
///
/// A mean divides by what counts: rows, their class weights, or labels. So a part counts by its
/// share of that, not by its number of examples.
///
/// @param targets of the part
/// @param factor 0 for a part in which nothing counts, whose own mean would not be a number; NaN
///   where nothing in the whole batch counts
public record LossShare(Targets targets, double factor) {
    /// Some of the examples of a batch.
    ///
    /// @param rows the examples of the part
    /// @throws IllegalArgumentException for answers of which in some only one end counts, since
    ///   their first and last tokens are averaged apart
    public static LossShare of(Targets whole, int[] rows, LossSettings settings) {
        Targets part = whole.select(rows);
        if (whole instanceof Targets.Distilled all && part instanceof Targets.Distilled some) {
            return distilled(all, some, settings);
        }
        return new LossShare(part, weight(part, settings) / weight(whole, settings));
    }

    /// The two means of this loss divide by different things, so that a part mixes them otherwise.
    private static LossShare distilled(
            Targets.Distilled whole, Targets.Distilled part, LossSettings settings) {
        double known = weights(whole.labels(), settings.classWeights());
        double soft = whole.weight() * part.rows() / whole.rows();
        if (whole.weight() == 1 || known == 0) {
            return new LossShare(part, (double) part.rows() / whole.rows());
        }
        double hard =
                (1 - whole.weight()) * weights(part.labels(), settings.classWeights()) / known;
        double factor = soft + hard;
        if (factor == 0) {
            return new LossShare(part, 0);
        }
        // Without a label the part's loss is weight times the first mean alone.
        double weight = hard == 0 ? whole.weight() : soft / factor;
        return new LossShare(
                new Targets.Distilled(part.labels(), part.teacher(), part.temperature(), weight),
                hard == 0 ? soft / whole.weight() : factor);
    }

    /// What the mean loss of some targets is divided by.
    private static double weight(Targets targets, LossSettings settings) {
        return switch (targets) {
            case Targets.Classes classes -> weights(classes.labels(), settings.classWeights());
            case Targets.TokenClasses tokens ->
                    weights(tokens.countedLabels(), settings.classWeights());
            case Targets.MultiLabel many -> many.rows();
            case Targets.Values numbers -> numbers.rows();
            case Targets.Spans spans -> ends(spans);
            case Targets.Choices choices -> counted(choices.labels(), SegmentLabels.IGNORE);
            case Targets.Distilled distilled -> distilled.rows();
        };
    }

    private static double ends(Targets.Spans spans) {
        for (int b = 0; b < spans.rows(); b++) {
            if ((spans.first()[b] == SegmentLabels.IGNORE)
                    != (spans.last()[b] == SegmentLabels.IGNORE)) {
                throw new IllegalArgumentException(
                        "answer %d of a batch: expected both ends or none to count, found one; train on one device"
                                .formatted(b));
            }
        }
        return counted(spans.first(), SegmentLabels.IGNORE);
    }

    private static double counted(int[] labels, int ignored) {
        return Arrays.stream(labels).filter(label -> label != ignored).count();
    }

    private static double weights(int[] labels, float @Nullable [] classWeights) {
        return new CrossEntropy(labels, CrossEntropy.IGNORE, 0, classWeights).totalWeight();
    }
}
