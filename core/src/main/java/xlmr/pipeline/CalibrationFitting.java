package xlmr.pipeline;

import java.util.List;
import java.util.function.IntConsumer;
import xlmr.data.DataException;
import xlmr.data.Example;
import xlmr.eval.CalibrationReport;
import xlmr.eval.Logits;
import xlmr.model.Targets;
import xlmr.train.Evaluation;

/// Fits the temperature of a classifier to texts that it was not trained on.
///
/// ```java
/// CalibrationReport report = CalibrationFitting.fit(classifier, heldOut, done -> {});
/// ModelCalibration calibration = ModelCalibration.of(report, null, classifier.model());
/// TextClassifier calibrated = classifier.withCalibration(calibration);
/// ```
public final class CalibrationFitting {
    private CalibrationFitting() {}

    /// Fits.
    ///
    /// @param classifier is asked for its logits, whatever calibration it has
    /// @param heldOut labelled texts
    /// @param progress is told the number of texts done
    /// @throws DataException if there is no text, or a label is not one of the model's
    /// @throws IllegalArgumentException if the model answers with numbers, or its logits are not
    ///   finite
    public static CalibrationReport fit(
            TextClassifier classifier, List<Example> heldOut, IntConsumer progress) {
        if (heldOut.isEmpty()) {
            throw new DataException("calibration: expected at least one labelled text, found none");
        }
        Targets.OfSequences targets = classifier.targets(heldOut);
        if (targets instanceof Targets.Values) {
            throw new IllegalArgumentException(
                    "calibration: a regression has no probabilities to calibrate");
        }
        double[][] logits = Logits.toDouble(classifier.logitsOf(heldOut, progress));
        return switch (targets) {
            case Targets.Classes classes -> CalibrationReport.ofClasses(logits, classes.labels());
            case Targets.MultiLabel multi ->
                    CalibrationReport.ofLabels(
                            logits, Evaluation.flags(multi.labels()), classifier.config().labels());
            case Targets.Values values -> throw new AssertionError(values);
        };
    }
}
