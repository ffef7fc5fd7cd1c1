package xlmr.eval;

import static xlmr.eval.NumberWords.count;
import static xlmr.eval.NumberWords.decimals;
import static xlmr.eval.ReportText.fact;
import static xlmr.eval.ReportText.four;
import static xlmr.eval.ReportText.heading;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The words of the reports on tags, answers, choices and language models.
final class TaskReportText {

    private TaskReportText() {}

    static String entities(EntityReport report) {
        StringBuilder text = new StringBuilder();
        TagScheme scheme = report.scheme();
        heading(
                text,
                "%s, %s, %d entities; the tags mark entities, read %s"
                        .formatted(
                                count(report.examples(), "sentence"),
                                count(report.tokens(), "tag"),
                                report.entities(),
                                scheme == null
                                        ? "leniently"
                                        : "strictly by the scheme " + scheme.name()));
        PrecisionRecallF1 micro = report.averages().micro();
        fact(
                text,
                "precision",
                four(micro.precision()),
                "share of the %d marked entities that are right".formatted(report.predicted()));
        fact(text, "recall", four(micro.recall()), "share of the true entities that are found");
        fact(text, "F1", four(micro.f1()), "over all entities: the number that is published");
        fact(text, "macro F1", four(report.averages().macro().f1()), "every type counts the same");
        fact(
                text,
                "weighted F1",
                four(report.averages().weighted().f1()),
                "every type counts by its entities");
        fact(
                text,
                "tags right",
                four(report.tokenAccuracy()),
                "always O would give %s".formatted(four(report.outsideShare())));
        loss(text, report.loss(), "mean over the tags, lower is better");
        ReportTables.perClass(text, "By type", report.perType());
        mistakes(text, report.mistakes());
        return text.toString();
    }

    private static void mistakes(StringBuilder text, EntityMistakes mistakes) {
        heading(text, "\nWhat became of the true entities");
        TextTable table = new TextTable();
        table.row("right", Long.toString(mistakes.right()));
        table.row("with another type", Long.toString(mistakes.otherType()));
        table.row("with other ends", Long.toString(mistakes.otherEnds()));
        table.row("with other ends and another type", Long.toString(mistakes.otherBoth()));
        table.row("missed", Long.toString(mistakes.missed()));
        table.row("and marked where none is", Long.toString(mistakes.invented()));
        text.append(table.text());
    }

    static String tags(TagReport report) {
        StringBuilder text = new StringBuilder();
        ClassBaselines baselines = report.baselines();
        heading(
                text,
                "%s, %s; the tags stand for themselves, each word counts"
                        .formatted(
                                count(report.examples(), "sentence"),
                                count(report.tokens(), "tag")));
        fact(
                text,
                "accuracy",
                four(report.accuracy()),
                "%d of %d right; always '%s' would give %s"
                        .formatted(
                                report.confusion().right(),
                                report.tokens(),
                                TextTable.harmless(
                                        report.tagNames().get(baselines.majorityClass())),
                                four(baselines.majorityAccuracy())));
        loss(text, report.loss(), "mean over the tags, lower is better");
        ReportText.averages(text, report.scores().averages());
        ReportTables.perClass(text, "By tag", report.scores().perClass());
        ReportTables.confusion(text, report.confusion(), report.tagNames());
        return text.toString();
    }

    static String spans(SpanReport report) {
        StringBuilder text = new StringBuilder();
        heading(
                text,
                "%s, scored by the rules of SQuAD %s"
                        .formatted(
                                count(report.examples(), "question"),
                                report.version() == SquadVersion.V1 ? "1.1" : "2.0"));
        fact(
                text,
                "exact match",
                four(report.all().exact()),
                "share of answers that are right word by word");
        fact(text, "F1", four(report.all().f1()), "words shared with the best right answer");
        loss(text, report.loss(), "mean over start and end, lower is better");
        if (report.version() == SquadVersion.V2) {
            heading(text, "\nQuestions with and without an answer");
            TextTable table = new TextTable();
            table.row("", "questions", "exact match", "F1");
            part(table, "with an answer", report.withAnswer());
            part(table, "without", report.withoutAnswer());
            text.append(table.text());
            best(text, "exact match", report.bestExact());
            best(text, "F1", report.bestF1());
        }
        return text.toString();
    }

    private static void part(TextTable table, String name, SpanReport.@Nullable Part part) {
        if (part != null) {
            table.row(
                    name, Integer.toString(part.questions()), four(part.exact()), four(part.f1()));
        }
    }

    private static void best(StringBuilder text, String name, @Nullable AnswerThreshold best) {
        if (best != null) {
            text.append(
                    String.format(
                            Locale.ROOT,
                            "  best %s %s at the no-answer threshold %.4f\n",
                            name,
                            four(best.score()),
                            best.value()));
        }
    }

    static String choices(ChoiceReport report) {
        StringBuilder text = new StringBuilder();
        heading(
                text,
                "%s, one of up to %s each"
                        .formatted(
                                count(report.examples(), "question"),
                                count(report.places().size(), "choice")));
        fact(
                text,
                "accuracy",
                four(report.accuracy()),
                "%d of %d right, 95 %% interval %s to %s; guessing gives %s"
                        .formatted(
                                report.right(),
                                report.examples(),
                                four(report.interval().low()),
                                four(report.interval().high()),
                                four(report.chance())));
        loss(
                text,
                report.loss(),
                "mean over the questions; guessing gives " + decimals(report.chanceLoss()));
        fact(text, "confidence", four(report.meanConfidence()), "how sure it is on average");
        ReportTables.perClass(text, "By place, counted from 0", report.places());
        return text.toString();
    }

    static String languageModel(LanguageModelReport report) {
        StringBuilder text = new StringBuilder();
        heading(
                text,
                "%s, %s predicted"
                        .formatted(
                                count(report.examples(), "text"),
                                count(report.predicted(), "piece")));
        loss(
                text,
                report.loss(),
                "mean over these pieces; guessing gives %s"
                        .formatted(decimals(Math.log(report.vocabulary()))));
        fact(
                text,
                "perplexity",
                String.format(Locale.ROOT, "%.2f", report.perplexity()),
                "exp of the loss, lower is better");
        fact(text, "accuracy", four(report.accuracy()), "share of right first guesses");
        return text.toString();
    }

    private static void loss(StringBuilder text, double loss, String meaning) {
        if (!Double.isNaN(loss)) {
            fact(text, "loss", decimals(loss), meaning);
        }
    }
}
