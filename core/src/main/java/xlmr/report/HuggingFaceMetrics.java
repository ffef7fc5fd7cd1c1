package xlmr.report;

import java.util.LinkedHashMap;
import java.util.Map;
import xlmr.eval.Averages;
import xlmr.eval.ChoiceReport;
import xlmr.eval.ClassificationReport;
import xlmr.eval.EntityReport;
import xlmr.eval.EvaluationReport;
import xlmr.eval.JointReport;
import xlmr.eval.LanguageModelReport;
import xlmr.eval.MultiLabelReport;
import xlmr.eval.PrecisionRecallF1;
import xlmr.eval.RegressionReport;
import xlmr.eval.SpanReport;
import xlmr.eval.TagReport;

/// The numbers of a report by the names that Hugging Face's example scripts give them, and in their
/// units: answers to questions are scored in percent.
final class HuggingFaceMetrics {
    private HuggingFaceMetrics() {}

    /// The scores without the loss, such as `accuracy` and `f1`, which is macro F1 for classes and
    /// tags, and that over all entities for entities. What is not finite is left out, since JSON
    /// has no word for it.
    static Map<String, Double> of(EvaluationReport report) {
        Map<String, Double> metrics = new LinkedHashMap<>();
        switch (report) {
            case ClassificationReport classes -> {
                metrics.put("accuracy", classes.accuracy());
                put(metrics, classes.scores().averages().macro());
            }
            case MultiLabelReport labels -> {
                metrics.put("accuracy", labels.subsetAccuracy());
                Averages averages = labels.averages();
                put(metrics, averages.macro());
                metrics.put("f1_micro", averages.micro().f1());
            }
            case RegressionReport numbers -> {
                metrics.put("mse", numbers.loss());
                metrics.put("mae", numbers.meanAbsoluteError());
                metrics.put("pearsonr", numbers.pearson());
                metrics.put("spearmanr", numbers.spearman());
            }
            case EntityReport entities -> {
                metrics.put("accuracy", entities.tokenAccuracy());
                put(metrics, entities.averages().micro());
            }
            case TagReport tags -> {
                metrics.put("accuracy", tags.accuracy());
                put(metrics, tags.scores().averages().macro());
            }
            case SpanReport spans -> {
                metrics.put("exact_match", 100 * spans.all().exact());
                metrics.put("f1", 100 * spans.f1());
            }
            case ChoiceReport choices -> metrics.put("accuracy", choices.accuracy());
            case LanguageModelReport model -> {
                metrics.put("accuracy", model.accuracy());
                metrics.put("perplexity", model.perplexity());
            }
            case JointReport joint ->
                    joint.heads()
                            .forEach((name, head) -> metrics.putAll(withLoss(name + "_", head)));
        }
        metrics.values().removeIf(value -> !Double.isFinite(value));
        return metrics;
    }

    /// The scores and the loss, with `prefix` before each name.
    static Map<String, Double> withLoss(String prefix, EvaluationReport report) {
        Map<String, Double> metrics = new LinkedHashMap<>();
        if (Double.isFinite(report.loss())) {
            metrics.put(prefix + "loss", report.loss());
        }
        of(report).forEach((name, value) -> metrics.put(prefix + name, value));
        return metrics;
    }

    private static void put(Map<String, Double> metrics, PrecisionRecallF1 scores) {
        metrics.put("f1", scores.f1());
        metrics.put("precision", scores.precision());
        metrics.put("recall", scores.recall());
    }
}
