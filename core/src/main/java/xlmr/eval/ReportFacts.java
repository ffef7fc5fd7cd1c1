package xlmr.eval;

import static xlmr.eval.NumberWords.count;
import static xlmr.eval.NumberWords.decimals;
import static xlmr.eval.NumberWords.four;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// The numbers of a report in the order of their weight, each with what it says. Texts and pages
/// are made of them. Names in them come from data and are as they are there.
public final class ReportFacts {
    private ReportFacts() {}

    /// What was judged, in one line.
    public static String heading(EvaluationReport report) {
        return switch (report) {
            case ClassificationReport classes ->
                    "%s, %d classes"
                            .formatted(
                                    count(classes.examples(), "example"),
                                    classes.labelNames().size());
            case MultiLabelReport labels ->
                    "%s, %s, any number of them for each example"
                            .formatted(
                                    count(labels.examples(), "example"),
                                    count(labels.labelNames().size(), "label"));
            case RegressionReport numbers ->
                    count(numbers.examples(), "example") + ", a number each";
            case EntityReport entities -> heading(entities);
            case TagReport tags ->
                    "%s, %s; the tags stand for themselves, each word counts"
                            .formatted(
                                    count(tags.examples(), "sentence"),
                                    count(tags.tokens(), "tag"));
            case SpanReport spans ->
                    "%s, scored by the rules of SQuAD %s"
                            .formatted(
                                    count(spans.examples(), "question"),
                                    spans.version() == SquadVersion.V1 ? "1.1" : "2.0");
            case ChoiceReport choices ->
                    "%s, one of up to %s each"
                            .formatted(
                                    count(choices.examples(), "question"),
                                    count(choices.places().size(), "choice"));
            case LanguageModelReport model ->
                    "%s, %s predicted"
                            .formatted(
                                    count(model.examples(), "text"),
                                    count(model.predicted(), "piece"));
            case JointReport joint ->
                    "%s, %s"
                            .formatted(
                                    count(joint.heads().size(), "head"),
                                    count(joint.examples(), "example"));
        };
    }

    /// All numbers.
    public static List<Fact> of(EvaluationReport report) {
        return switch (report) {
            case ClassificationReport classes -> classification(classes);
            case MultiLabelReport labels -> multiLabel(labels);
            case RegressionReport numbers -> regression(numbers);
            case EntityReport entities -> entities(entities);
            case TagReport tags -> tags(tags);
            case SpanReport spans -> spans(spans);
            case ChoiceReport choices -> choices(choices);
            case LanguageModelReport model -> languageModel(model);
            case JointReport joint ->
                    List.of(new Fact("loss", decimals(joint.loss()), "mean of the heads' losses"));
        };
    }

    private static String heading(EntityReport report) {
        TagScheme scheme = report.scheme();
        return "%s, %s, %d entities; the tags mark entities, read %s"
                .formatted(
                        count(report.examples(), "sentence"),
                        count(report.tokens(), "tag"),
                        report.entities(),
                        scheme == null ? "leniently" : "strictly by the scheme " + scheme.name());
    }

    private static List<Fact> classification(ClassificationReport report) {
        ClassificationScores scores = report.scores();
        List<Fact> facts = new ArrayList<>();
        facts.add(accuracy(report.confusion(), report.labelNames(), report.baselines()));
        facts.add(
                new Fact(
                        "loss",
                        decimals(report.loss()),
                        "mean over the rows, lower is better; class shares alone give %s"
                                .formatted(decimals(report.baselines().priorLoss()))));
        averages(facts, scores.averages());
        facts.add(
                new Fact(
                        "Matthews",
                        four(scores.matthews()),
                        "1 is perfect, 0 is no better than chance"));
        facts.add(new Fact("kappa", four(scores.kappa()), "agreement beyond chance"));
        facts.add(
                new Fact(
                        "confidence",
                        four(report.calibration().meanConfidence()),
                        "how sure it is on average; calibration error %s"
                                .formatted(four(report.calibration().expectedError()))));
        return facts;
    }

    private static List<Fact> multiLabel(MultiLabelReport report) {
        List<Fact> facts = new ArrayList<>();
        facts.add(
                new Fact(
                        "all right",
                        four(report.subsetAccuracy()),
                        "share of rows right in every label"));
        facts.add(
                new Fact(
                        "hamming",
                        four(report.hammingLoss()),
                        "share of wrong answers, lower is better"));
        facts.add(
                new Fact(
                        "loss",
                        decimals(report.loss()),
                        "mean over rows and labels; label shares alone give %s"
                                .formatted(decimals(report.priorLoss()))));
        facts.add(
                new Fact(
                        "micro F1",
                        four(report.averages().micro().f1()),
                        "over all answers at once"));
        averages(facts, report.averages());
        return facts;
    }

    private static List<Fact> regression(RegressionReport report) {
        return List.of(
                new Fact(
                        "loss",
                        decimals(report.loss()),
                        "mean squared error; always the mean would give %s"
                                .formatted(decimals(report.targetVariance()))),
                new Fact(
                        "mean error",
                        decimals(report.meanAbsoluteError()),
                        "mean distance from the right number"),
                new Fact("R2", four(report.r2()), "1 is perfect, 0 is as good as always the mean"),
                new Fact(
                        "Pearson",
                        four(report.pearson()),
                        "how well a straight line fits, -1 to 1"),
                new Fact(
                        "Spearman", four(report.spearman()), "how well the order agrees, -1 to 1"));
    }

    private static List<Fact> entities(EntityReport report) {
        List<Fact> facts = new ArrayList<>();
        PrecisionRecallF1 micro = report.averages().micro();
        facts.add(
                new Fact(
                        "precision",
                        four(micro.precision()),
                        "share of the %d marked entities that are right"
                                .formatted(report.predicted())));
        facts.add(
                new Fact(
                        "recall",
                        four(micro.recall()),
                        "share of the true entities that are found"));
        facts.add(
                new Fact(
                        "F1", four(micro.f1()), "over all entities: the number that is published"));
        facts.add(
                new Fact(
                        "macro F1",
                        four(report.averages().macro().f1()),
                        "every type counts the same"));
        facts.add(
                new Fact(
                        "weighted F1",
                        four(report.averages().weighted().f1()),
                        "every type counts by its entities"));
        facts.add(
                new Fact(
                        "tags right",
                        four(report.tokenAccuracy()),
                        "always O would give %s".formatted(four(report.outsideShare()))));
        loss(facts, report.loss(), "mean over the tags, lower is better");
        return facts;
    }

    private static List<Fact> tags(TagReport report) {
        List<Fact> facts = new ArrayList<>();
        facts.add(accuracy(report.confusion(), report.tagNames(), report.baselines()));
        loss(facts, report.loss(), "mean over the tags, lower is better");
        averages(facts, report.scores().averages());
        return facts;
    }

    private static List<Fact> spans(SpanReport report) {
        List<Fact> facts = new ArrayList<>();
        facts.add(
                new Fact(
                        "exact match",
                        four(report.all().exact()),
                        "share of answers that are right word by word"));
        facts.add(
                new Fact("F1", four(report.all().f1()), "words shared with the best right answer"));
        loss(facts, report.loss(), "mean over start and end, lower is better");
        return facts;
    }

    private static List<Fact> choices(ChoiceReport report) {
        List<Fact> facts = new ArrayList<>();
        facts.add(
                new Fact(
                        "accuracy",
                        four(report.accuracy()),
                        "%d of %d right, 95 %% interval %s to %s; guessing gives %s"
                                .formatted(
                                        report.right(),
                                        report.examples(),
                                        four(report.interval().low()),
                                        four(report.interval().high()),
                                        four(report.chance()))));
        loss(
                facts,
                report.loss(),
                "mean over the questions; guessing gives " + decimals(report.chanceLoss()));
        facts.add(
                new Fact("confidence", four(report.meanConfidence()), "how sure it is on average"));
        return facts;
    }

    private static List<Fact> languageModel(LanguageModelReport report) {
        List<Fact> facts = new ArrayList<>();
        loss(
                facts,
                report.loss(),
                "mean over these pieces; guessing gives %s"
                        .formatted(decimals(Math.log(report.vocabulary()))));
        facts.add(
                new Fact(
                        "perplexity",
                        String.format(Locale.ROOT, "%.2f", report.perplexity()),
                        "exp of the loss, lower is better"));
        facts.add(new Fact("accuracy", four(report.accuracy()), "share of right first guesses"));
        return facts;
    }

    private static Fact accuracy(
            ConfusionMatrix confusion, List<String> names, ClassBaselines baselines) {
        return new Fact(
                "accuracy",
                four((double) confusion.right() / confusion.total()),
                "%d of %d right; always '%s' would give %s"
                        .formatted(
                                confusion.right(),
                                confusion.total(),
                                names.get(baselines.majorityClass()),
                                four(baselines.majorityAccuracy())));
    }

    private static void averages(List<Fact> facts, Averages averages) {
        facts.add(new Fact("macro F1", four(averages.macro().f1()), "every class counts the same"));
        facts.add(
                new Fact(
                        "weighted F1",
                        four(averages.weighted().f1()),
                        "every class counts by its examples; precision %s, recall %s"
                                .formatted(
                                        four(averages.weighted().precision()),
                                        four(averages.weighted().recall()))));
    }

    private static void loss(List<Fact> facts, double loss, String meaning) {
        if (!Double.isNaN(loss)) {
            facts.add(new Fact("loss", decimals(loss), meaning));
        }
    }
}
