package xlmr.eval;

import static xlmr.eval.ReportJson.put;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The JSON of the reports on tags, answers, choices and language models.
final class TaskReportJson {

    private TaskReportJson() {}

    static ObjectNode entities(EntityReport report) {
        ObjectNode json = ReportJson.started(report, "token_classification");
        TagScheme scheme = report.scheme();
        json.put("scored", "entities");
        json.put("reading", scheme == null ? "lenient" : scheme.name().toLowerCase(Locale.ROOT));
        json.put("tokens", report.tokens());
        json.put("entities", report.entities());
        put(json, "precision", report.averages().micro().precision());
        put(json, "recall", report.averages().micro().recall());
        put(json, "f1", report.f1());
        put(json, "accuracy", report.tokenAccuracy());
        put(json, "outside_share", report.outsideShare());
        ReportJson.averages(json, report.averages());
        ReportJson.perClass(json, report.perType());
        EntityMistakes mistakes = report.mistakes();
        json.putObject("mistakes")
                .put("right", mistakes.right())
                .put("other_type", mistakes.otherType())
                .put("other_ends", mistakes.otherEnds())
                .put("other_ends_and_type", mistakes.otherBoth())
                .put("missed", mistakes.missed())
                .put("invented", mistakes.invented());
        return json;
    }

    static ObjectNode tags(TagReport report) {
        ObjectNode json = ReportJson.started(report, "token_classification");
        json.put("scored", "tags");
        json.put("tokens", report.tokens());
        put(json, "accuracy", report.accuracy());
        ReportJson.averages(json, report.scores().averages());
        put(json, "majority_accuracy", report.baselines().majorityAccuracy());
        json.put("majority_label", report.tagNames().get(report.baselines().majorityClass()));
        ReportJson.names(json, report.tagNames());
        ReportJson.perClass(json, report.scores().perClass());
        ReportJson.confusion(json, report.confusion());
        return json;
    }

    static ObjectNode spans(SpanReport report) {
        ObjectNode json = ReportJson.started(report, "question_answering");
        json.put("rules", report.version() == SquadVersion.V1 ? "squad_1.1" : "squad_2.0");
        put(json, "exact_match", report.all().exact());
        put(json, "f1", report.all().f1());
        part(json, "with_answer", report.withAnswer());
        part(json, "without_answer", report.withoutAnswer());
        if (report.version() == SquadVersion.V2) {
            json.put("unanswered", report.unanswered());
            put(json, "threshold", report.threshold());
        }
        best(json, "best_exact_match", report.bestExact());
        best(json, "best_f1", report.bestF1());
        return json;
    }

    private static void part(ObjectNode json, String name, SpanReport.@Nullable Part part) {
        if (part != null) {
            ObjectNode node = json.putObject(name).put("questions", part.questions());
            put(node, "exact_match", part.exact());
            put(node, "f1", part.f1());
        }
    }

    private static void best(ObjectNode json, String name, @Nullable AnswerThreshold best) {
        if (best != null) {
            put(json, name, best.score());
            put(json, name + "_threshold", best.value());
        }
    }

    static ObjectNode choices(ChoiceReport report) {
        ObjectNode json = ReportJson.started(report, "multiple_choice");
        put(json, "accuracy", report.accuracy());
        put(json, "accuracy_low", report.interval().low());
        put(json, "accuracy_high", report.interval().high());
        put(json, "chance", report.chance());
        put(json, "chance_loss", report.chanceLoss());
        put(json, "mean_confidence", report.meanConfidence());
        ReportJson.perClass(json, report.places());
        return json;
    }

    static ObjectNode languageModel(LanguageModelReport report) {
        ObjectNode json = ReportJson.started(report, "language_modeling");
        json.put("predicted", report.predicted());
        put(json, "perplexity", report.perplexity());
        put(json, "accuracy", report.accuracy());
        json.put("vocabulary", report.vocabulary());
        return json;
    }
}
