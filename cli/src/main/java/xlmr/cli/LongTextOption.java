package xlmr.cli;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import xlmr.eval.WindowAggregation;
import xlmr.model.Task;
import xlmr.pipeline.TextClassifier;

/// Whether a classifier cuts long texts or reads them in windows, the same for `predict` and
/// `evaluate`.
final class LongTextOption {
    @Option(
            names = "--windows",
            description =
                    "sequence-classification: read texts that are longer than the model in"
                            + " overlapping windows instead of cutting them, and bring the windows'"
                            + " scores together. --stride: a quarter of the length by default.")
    private boolean windows;

    @Option(
            names = "--window-scores",
            paramLabel = "NAME",
            description =
                    "With --windows, how scores are brought together: mean-logits,"
                            + " mean-probabilities, max-logits or max-probabilities. Means are"
                            + " weighted by tokens. Default: mean-logits.")
    private @Nullable String aggregation;

    /// Whether texts are read whole.
    boolean reads() {
        return windows;
    }

    /// The classifier that reads long texts as the options say.
    TextClassifier over(TextClassifier classifier, OptionalInt stride) {
        if (!windows) {
            if (aggregation != null || stride.isPresent()) {
                throw new CommandException(
                        "%s: for sequence-classification only together with --windows"
                                .formatted(aggregation == null ? "--stride" : "--window-scores"));
            }
            return classifier;
        }
        try {
            return classifier.withWindows(stride.orElse(classifier.maxLength() / 4), aggregation());
        } catch (IllegalArgumentException e) {
            throw new CommandException("--" + e.getMessage());
        }
    }

    /// Refuses these options for a task that has its own way with long texts.
    void refuseFor(Task task) {
        if (windows || aggregation != null) {
            throw new CommandException(
                    "%s: only for sequence-classification, this is %s"
                            .formatted(windows ? "--windows" : "--window-scores", task.word()));
        }
    }

    /// Refuses these options for several heads, whose texts are cut.
    void refuseFor(List<String> heads) {
        if (windows || aggregation != null) {
            throw new CommandException(
                    "%s: for one head at a time, not for --head-name %s"
                            .formatted(
                                    windows ? "--windows" : "--window-scores",
                                    String.join(",", heads)));
        }
    }

    private WindowAggregation aggregation() {
        String given = aggregation;
        if (given == null) {
            return WindowAggregation.MEAN_LOGITS;
        }
        return Arrays.stream(WindowAggregation.values())
                .filter(value -> word(value).equals(given))
                .findFirst()
                .orElseThrow(
                        () ->
                                new CommandException(
                                        "--window-scores: expected one of %s, found '%s'"
                                                .formatted(
                                                        Arrays.stream(WindowAggregation.values())
                                                                .map(LongTextOption::word)
                                                                .collect(Collectors.joining(", ")),
                                                        given)));
    }

    private static String word(WindowAggregation value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
