package xlmr.report;

import xlmr.eval.ChoiceReport;
import xlmr.eval.ClassificationReport;
import xlmr.eval.EntityReport;
import xlmr.eval.EvaluationReport;
import xlmr.eval.JointReport;
import xlmr.eval.LanguageModelReport;
import xlmr.eval.MultiLabelReport;
import xlmr.eval.RegressionReport;
import xlmr.eval.SpanReport;
import xlmr.eval.TagReport;

/// The two numbers of a report that matter most, and what guessing gives.
///
/// @param first by which most people judge
/// @param second another view
/// @param guess the first number without a model, and how; NaN if there is none
/// @param guessedLoss the loss without a model; NaN if there is none
record Headline(Score first, Score second, Score guess, Score guessedLoss) {
    private static final Score NONE = new Score("", Double.NaN);

    /// A number with its name.
    record Score(String name, double value) {
        boolean known() {
            return !Double.isNaN(value);
        }
    }

    static Headline of(EvaluationReport report) {
        return switch (report) {
            case ClassificationReport classes ->
                    new Headline(
                            new Score("accuracy", classes.accuracy()),
                            new Score("macro F1", classes.macroF1()),
                            majority(classes.baselines().majorityAccuracy()),
                            new Score("class shares alone", classes.baselines().priorLoss()));
            case MultiLabelReport labels ->
                    new Headline(
                            new Score("all labels right", labels.subsetAccuracy()),
                            new Score("macro F1", labels.averages().macro().f1()),
                            NONE,
                            new Score("label shares alone", labels.priorLoss()));
            case RegressionReport numbers ->
                    new Headline(
                            new Score("Pearson", numbers.pearson()),
                            new Score("R2", numbers.r2()),
                            NONE,
                            new Score("always the mean", numbers.targetVariance()));
            case EntityReport entities ->
                    new Headline(
                            new Score("F1 of entities", entities.f1()),
                            new Score("tags right", entities.tokenAccuracy()),
                            NONE,
                            NONE);
            case TagReport tags ->
                    new Headline(
                            new Score("tags right", tags.accuracy()),
                            new Score("macro F1", tags.scores().averages().macro().f1()),
                            majority(tags.baselines().majorityAccuracy()),
                            new Score("tag shares alone", tags.baselines().priorLoss()));
            case SpanReport spans ->
                    new Headline(
                            new Score("exact match", spans.all().exact()),
                            new Score("F1", spans.f1()),
                            NONE,
                            NONE);
            case ChoiceReport choices ->
                    new Headline(
                            new Score("accuracy", choices.accuracy()),
                            NONE,
                            new Score("guessing", choices.chance()),
                            new Score("guessing", choices.chanceLoss()));
            case LanguageModelReport model ->
                    new Headline(
                            new Score("first guess right", model.accuracy()),
                            NONE,
                            NONE,
                            new Score("guessing", Math.log(model.vocabulary())));
            case JointReport joint ->
                    new Headline(new Score("mean loss", joint.loss()), NONE, NONE, NONE);
        };
    }

    private static Score majority(double accuracy) {
        return new Score("always the most frequent", accuracy);
    }
}
