package xlmr.train;

import java.util.List;
import java.util.function.ToDoubleFunction;
import xlmr.eval.ChoiceReport;
import xlmr.eval.ClassificationReport;
import xlmr.eval.EntityReport;
import xlmr.eval.EvaluationReport;
import xlmr.eval.JointReport;
import xlmr.eval.LanguageModelReport;
import xlmr.eval.Logits;
import xlmr.eval.MultiLabelReport;
import xlmr.eval.RegressionReport;
import xlmr.eval.SpanReport;
import xlmr.eval.TagReport;
import xlmr.model.Targets;

/// Logits against targets: the report of the kind of problem, and the one number by which models
/// are compared.
public final class Evaluation {
    private Evaluation() {}

    /// The report for logits `[M][K]`.
    ///
    /// @param labels names of the K classes
    public static EvaluationReport report(
            float[][] logits, Targets.OfSequences targets, List<String> labels) {
        return switch (targets) {
            case Targets.Classes classes ->
                    ClassificationReport.of(logits, classes.labels(), labels);
            case Targets.MultiLabel multi ->
                    MultiLabelReport.of(Logits.toDouble(logits), flags(multi.labels()), labels);
            case Targets.Values values ->
                    RegressionReport.of(first(logits), first(values.values()));
        };
    }

    /// What the best model has most of: macro F1, F1 of entities or answers, accuracy of tags or
    /// choices; for numbers and for language models the negated loss. Of several heads it is the
    /// mean of theirs, where numbers count by their R2, which has the scale of an F1.
    public static double score(EvaluationReport report) {
        return switch (report) {
            case ClassificationReport classification -> classification.macroF1();
            case MultiLabelReport multi -> multi.averages().macro().f1();
            case RegressionReport regression -> -regression.loss();
            case EntityReport entities -> entities.f1();
            case TagReport tags -> tags.accuracy();
            case SpanReport spans -> spans.f1();
            case ChoiceReport choices -> choices.accuracy();
            case LanguageModelReport model -> -model.loss();
            case JointReport joint -> score(joint, Evaluation::ofHead);
        };
    }

    /// The mean of the heads' scores, each the same. A score that is not defined counts as 0.
    static double score(JointReport report, ToDoubleFunction<EvaluationReport> ofHead) {
        return report.heads().values().stream()
                .mapToDouble(ofHead)
                .map(score -> Double.isFinite(score) ? score : 0)
                .average()
                .orElse(0);
    }

    private static double ofHead(EvaluationReport report) {
        return report instanceof RegressionReport regression ? regression.r2() : score(report);
    }

    /// Which labels hold, of rows of zeros and ones.
    ///
    /// @param labels `[M][K]`
    public static boolean[][] flags(float[][] labels) {
        boolean[][] flags = new boolean[labels.length][];
        for (int b = 0; b < labels.length; b++) {
            flags[b] = new boolean[labels[b].length];
            for (int k = 0; k < flags[b].length; k++) {
                flags[b][k] = labels[b][k] > 0.5f;
            }
        }
        return flags;
    }

    private static double[] first(float[][] rows) {
        double[] values = new double[rows.length];
        for (int b = 0; b < rows.length; b++) {
            values[b] = rows[b][0];
        }
        return values;
    }
}
