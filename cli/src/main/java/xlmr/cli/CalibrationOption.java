package xlmr.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import xlmr.model.ProblemType;
import xlmr.model.Task;
import xlmr.pipeline.ModelCalibration;
import xlmr.pipeline.TextClassifier;

/// Which calibration a classifier is used with: that of its directory, unless another or none is
/// asked for.
final class CalibrationOption {
    @Option(
            names = "--calibration",
            paramLabel = "FILE",
            description =
                    "sequence-classification: the calibration to apply. Default: calibration.json"
                            + " in the model's directory, where xlmr calibrate leaves it.")
    private @Nullable Path file;

    @Option(
            names = "--uncalibrated",
            description =
                    "sequence-classification: probabilities and decisions without the"
                            + " calibration in the model's directory.")
    private boolean uncalibrated;

    /// The classifier with its calibration, if there is one; standard error says so.
    ///
    /// @param home directory of the weights that the calibration belongs to
    TextClassifier over(Streams streams, TextClassifier classifier, Path home) {
        if (uncalibrated) {
            if (file != null) {
                throw new CommandException("give either --calibration or --uncalibrated, not both");
            }
            return classifier;
        }
        if (file != null) {
            return apply(streams, classifier, ModelCalibration.read(file), file);
        }
        Optional<ModelCalibration> found = ModelCalibration.find(home);
        if (found.isEmpty()) {
            return classifier;
        }
        Path stored = home.resolve(ModelCalibration.FILE);
        if (classifier.problem() == ProblemType.REGRESSION
                || !found.get().fits(classifier.model())) {
            streams.warn(
                    "%s was made for other weights than the model's and is not applied; make it again with xlmr calibrate"
                            .formatted(stored));
            return classifier;
        }
        return apply(streams, classifier, found.get(), stored);
    }

    private static TextClassifier apply(
            Streams streams, TextClassifier classifier, ModelCalibration calibration, Path from) {
        TextClassifier calibrated;
        try {
            calibrated = classifier.withCalibration(calibration);
        } catch (IllegalArgumentException e) {
            throw new CommandException("%s: %s".formatted(from, e.getMessage()));
        }
        streams.warn(
                "calibrated by %s (%s); --uncalibrated gives the raw probabilities"
                        .formatted(from, words(calibration)));
        return calibrated;
    }

    private static String words(ModelCalibration calibration) {
        List<String> words = new ArrayList<>();
        words.add(String.format(Locale.ROOT, "temperature %.3f", calibration.temperature()));
        if (calibration.abstainBelow() != null) {
            words.add("unsure below " + calibration.abstainBelow());
        }
        if (!calibration.thresholds().isEmpty()) {
            words.add("a threshold for each label");
        }
        return String.join(", ", words);
    }

    /// Refuses these options for a task that has no calibration.
    void refuseFor(Task task) {
        if (file != null || uncalibrated) {
            throw new CommandException(
                    "%s: only for sequence-classification, this is %s"
                            .formatted(
                                    file != null ? "--calibration" : "--uncalibrated",
                                    task.word()));
        }
    }
}
