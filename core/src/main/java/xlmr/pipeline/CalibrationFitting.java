package xlmr.pipeline;

import java.util.List;
import java.util.function.IntConsumer;
import xlmr.data.ChoiceQuestion;
import xlmr.data.DataException;
import xlmr.data.Example;
import xlmr.data.TaggedSentence;
import xlmr.eval.CalibrationReport;
import xlmr.eval.Logits;
import xlmr.model.Targets;
import xlmr.train.Evaluation;

/// Fits the temperature of a model to examples that it was not trained on: of classifiers of texts,
/// taggers, and models that choose.
///
/// ```java
/// CalibrationReport report = CalibrationFitting.fit(classifier, heldOut, done -> {});
/// ModelCalibration calibration = ModelCalibration.of(report, null, classifier.model());
/// TextClassifier calibrated = classifier.withCalibration(calibration);
/// ```
public final class CalibrationFitting {
    private CalibrationFitting() {}

    /// Fits a temperature, and where a text has several labels a threshold for each.
    ///
    /// @param classifier is asked for its logits, whatever calibration it has
    /// @param heldOut labelled texts
    /// @param progress is told the number of texts done
    /// @throws DataException if there is no text, or a label is not one of the model's
    /// @throws IllegalArgumentException if the model answers with numbers, or its logits are not
    ///   finite
    public static CalibrationReport fit(
            TextClassifier classifier, List<Example> heldOut, IntConsumer progress) {
        requireSome(heldOut);
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

    /// Fits one temperature over the tags of all words.
    ///
    /// @param tagger is asked for its logits, whatever calibration it has
    /// @param heldOut tagged sentences; a tag that the model does not know is left out
    /// @param progress is told the number of sentences done
    /// @throws DataException if there is no sentence, or none of the tags is one of the model's
    /// @throws IllegalArgumentException if its logits are not finite
    public static CalibrationReport fit(
            TokenTagger tagger, List<TaggedSentence> heldOut, IntConsumer progress) {
        requireSome(heldOut);
        TokenTagger.Labelled words = tagger.labelled(heldOut, progress);
        return CalibrationReport.ofClasses(words.rows(), words.tags());
    }

    /// Fits one temperature over the choices of all questions.
    ///
    /// @param answerer is asked for its logits, whatever calibration it has
    /// @param heldOut questions whose answer is known
    /// @param progress is told the number of questions done
    /// @throws DataException if there is no question, or a right choice is not given
    /// @throws IllegalArgumentException if its logits are not finite
    public static CalibrationReport fit(
            ChoiceAnswerer answerer, List<ChoiceQuestion> heldOut, IntConsumer progress) {
        requireSome(heldOut);
        int[] labels = ChoiceSequences.targets(heldOut).labels(); // refused before the work
        return CalibrationReport.ofClasses(answerer.logits(heldOut, progress), labels);
    }

    private static void requireSome(List<?> heldOut) {
        if (heldOut.isEmpty()) {
            throw new DataException(
                    "calibration: expected at least one labelled example, found none");
        }
    }
}
