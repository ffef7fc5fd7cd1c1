package xlmr.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import xlmr.model.ProblemType;
import xlmr.model.Task;
import xlmr.model.TaskModel;
import xlmr.pipeline.ModelCalibration;
import xlmr.pipeline.TextClassifier;

/// Which calibration a model is used with: that of its directory, unless another or none is asked
/// for.
final class CalibrationOption {
    @Option(
            names = "--calibration",
            paramLabel = "FILE",
            description =
                    "The calibration to apply. Default: calibration.json in the model's directory,"
                            + " where xlmr calibrate leaves it.")
    private @Nullable Path file;

    @Option(
            names = "--uncalibrated",
            description =
                    "Probabilities and decisions without the calibration in the model's"
                            + " directory.")
    private boolean uncalibrated;

    /// As if `--uncalibrated` had been given.
    static CalibrationOption none() {
        CalibrationOption option = new CalibrationOption();
        option.uncalibrated = true;
        return option;
    }

    /// A model with its calibration, if there is one; standard error says so.
    ///
    /// @param model whose calibration it has to be
    /// @param home directory of the weights that the calibration belongs to
    /// @param plain what answers without one
    /// @param calibrated what answers with one
    <T> T over(
            Streams streams,
            TaskModel model,
            Path home,
            T plain,
            Function<ModelCalibration, T> calibrated) {
        if (uncalibrated) {
            if (file != null) {
                throw new CommandException("give either --calibration or --uncalibrated, not both");
            }
            return plain;
        }
        if (file != null) {
            return apply(streams, calibrated, ModelCalibration.read(file), file);
        }
        Optional<ModelCalibration> found = ModelCalibration.find(home);
        if (found.isEmpty()) {
            return plain;
        }
        Path stored = home.resolve(ModelCalibration.FILE);
        if (isRegression(model) || !found.get().fits(model)) {
            streams.warn(
                    "%s was made for other weights than the model's and is not applied; make it again with xlmr calibrate"
                            .formatted(stored));
            return plain;
        }
        return apply(streams, calibrated, found.get(), stored);
    }

    /// The classifier with its calibration, if there is one.
    TextClassifier over(Streams streams, TextClassifier classifier, Path home) {
        return over(streams, classifier.model(), home, classifier, classifier::withCalibration);
    }

    private static boolean isRegression(TaskModel model) {
        return model.task() == Task.SEQUENCE_CLASSIFICATION
                && model.config().problem() == ProblemType.REGRESSION;
    }

    private static <T> T apply(
            Streams streams,
            Function<ModelCalibration, T> calibrated,
            ModelCalibration calibration,
            Path from) {
        T answering;
        try {
            answering = calibrated.apply(calibration);
        } catch (IllegalArgumentException e) {
            throw new CommandException("%s: %s".formatted(from, e.getMessage()));
        }
        streams.warn(
                "calibrated by %s (%s); --uncalibrated gives the raw probabilities"
                        .formatted(from, words(calibration)));
        return answering;
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
        boolean calibrates =
                switch (task) {
                    case SEQUENCE_CLASSIFICATION, TOKEN_CLASSIFICATION, MULTIPLE_CHOICE -> true;
                    case QUESTION_ANSWERING, MASKED_LM, CAUSAL_LM -> false;
                };
        if (!calibrates && (file != null || uncalibrated)) {
            throw new CommandException(
                    "%s: not for %s, which has no probabilities of labels to calibrate"
                            .formatted(
                                    file != null ? "--calibration" : "--uncalibrated",
                                    task.word()));
        }
    }
}
