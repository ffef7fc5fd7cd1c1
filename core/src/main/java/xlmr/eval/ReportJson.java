package xlmr.eval;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;

/// A report as one JSON object, for scripts. A number that is undefined or not finite is `null`.
///
/// Every report has `problem_type` (in Hugging Face's words where it has one), `examples`, `loss`
/// and `verdicts` (each with `code`, `severity`, `sentence`); a classification also `accuracy`,
/// `macro_f1`, `per_class` (by label), `labels` and `confusion` (`[true][predicted]`, in the order
/// of `labels`; for many labels an example `[[not and not predicted, only predicted], [only true,
/// both]]` by label).
public final class ReportJson {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private ReportJson() {}

    /// The report as a tree, its fields in a fixed order.
    public static ObjectNode of(EvaluationReport report) {
        ObjectNode json =
                switch (report) {
                    case ClassificationReport classification -> classification(classification);
                    case MultiLabelReport multiLabel -> multiLabel(multiLabel);
                    case RegressionReport regression -> regression(regression);
                    case EntityReport entities -> TaskReportJson.entities(entities);
                    case TagReport tags -> TaskReportJson.tags(tags);
                    case SpanReport spans -> TaskReportJson.spans(spans);
                    case ChoiceReport choices -> TaskReportJson.choices(choices);
                    case LanguageModelReport model -> TaskReportJson.languageModel(model);
                    case JointReport joint -> joint(joint);
                };
        ArrayNode verdicts = json.putArray("verdicts");
        for (Verdict verdict : report.verdicts()) {
            verdicts.addObject()
                    .put("code", verdict.code().id())
                    .put("severity", verdict.severity().name().toLowerCase(Locale.ROOT))
                    .put("sentence", verdict.sentence());
        }
        return json;
    }

    /// The loss, and each head's object in `heads`; the verdicts are in these.
    private static ObjectNode joint(JointReport report) {
        ObjectNode json = started(report, "joint");
        ObjectNode heads = json.putObject("heads");
        report.heads().forEach((name, head) -> heads.set(name, of(head)));
        return json;
    }

    private static ObjectNode classification(ClassificationReport report) {
        ClassificationScores scores = report.scores();
        ObjectNode json = started(report, "single_label_classification");
        put(json, "accuracy", scores.accuracy());
        averages(json, scores.averages());
        put(json, "balanced_accuracy", scores.balancedAccuracy());
        put(json, "matthews", scores.matthews());
        put(json, "kappa", scores.kappa());
        put(json, "brier", report.brier());
        put(json, "mean_confidence", report.calibration().meanConfidence());
        put(json, "expected_calibration_error", report.calibration().expectedError());
        put(json, "maximum_calibration_error", report.calibration().maximumError());
        ClassBaselines baselines = report.baselines();
        put(json, "prior_loss", baselines.priorLoss());
        put(json, "majority_accuracy", baselines.majorityAccuracy());
        json.put("majority_label", report.labelNames().get(baselines.majorityClass()));
        names(json, report.labelNames());
        perClass(json, scores.perClass());
        confusion(json, report.confusion());
        return json;
    }

    static void confusion(ObjectNode json, ConfusionMatrix matrix) {
        ArrayNode confusion = json.putArray("confusion");
        for (int[] counts : matrix.toArray()) {
            ArrayNode row = confusion.addArray();
            for (int count : counts) {
                row.add(count);
            }
        }
    }

    private static ObjectNode multiLabel(MultiLabelReport report) {
        ObjectNode json = started(report, "multi_label_classification");
        put(json, "accuracy", report.subsetAccuracy());
        averages(json, report.averages());
        put(json, "hamming_loss", report.hammingLoss());
        put(json, "prior_loss", report.priorLoss());
        names(json, report.labelNames());
        perClass(json, report.perLabel());
        ObjectNode confusion = json.putObject("confusion");
        for (ClassScore scored : report.perLabel()) {
            long onlyPredicted = scored.predicted() - scored.right();
            long onlyTrue = scored.support() - scored.right();
            ArrayNode rows = confusion.putArray(scored.name());
            rows.addArray()
                    .add(report.examples() - scored.right() - onlyPredicted - onlyTrue)
                    .add(onlyPredicted);
            rows.addArray().add(onlyTrue).add(scored.right());
        }
        return json;
    }

    private static ObjectNode regression(RegressionReport report) {
        ObjectNode json = started(report, "regression");
        put(json, "mean_squared_error", report.loss());
        put(json, "mean_absolute_error", report.meanAbsoluteError());
        put(json, "r2", report.r2());
        put(json, "pearson", report.pearson());
        put(json, "spearman", report.spearman());
        put(json, "target_variance", report.targetVariance());
        return json;
    }

    static ObjectNode started(EvaluationReport report, String problemType) {
        ObjectNode json = NODES.objectNode();
        json.put("problem_type", problemType);
        json.put("examples", report.examples());
        put(json, "loss", report.loss());
        return json;
    }

    static void averages(ObjectNode json, Averages averages) {
        average(json, "macro", averages.macro());
        average(json, "weighted", averages.weighted());
        average(json, "micro", averages.micro());
    }

    private static void average(ObjectNode json, String name, PrecisionRecallF1 score) {
        put(json, name + "_precision", score.precision());
        put(json, name + "_recall", score.recall());
        put(json, name + "_f1", score.f1());
    }

    static void names(ObjectNode json, List<String> names) {
        ArrayNode labels = json.putArray("labels");
        names.forEach(labels::add);
    }

    static void perClass(ObjectNode json, List<ClassScore> classes) {
        ObjectNode perClass = json.putObject("per_class");
        for (ClassScore scored : classes) {
            ObjectNode node = perClass.putObject(scored.name());
            node.put("id", scored.id());
            put(node, "precision", scored.score().precision());
            put(node, "recall", scored.score().recall());
            put(node, "f1", scored.score().f1());
            node.put("support", scored.support());
            node.put("predicted", scored.predicted());
        }
    }

    static void put(ObjectNode json, String name, double value) {
        if (Double.isFinite(value)) {
            json.put(name, value);
        } else {
            json.putNull(name);
        }
    }
}
