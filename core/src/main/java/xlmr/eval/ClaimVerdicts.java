package xlmr.eval;

import static xlmr.eval.NumberWords.count;
import static xlmr.eval.NumberWords.decimals;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import xlmr.eval.Verdict.Code;

/// Checks metrics that somebody printed: which of the numbers that go by the same name it is, and
/// whether it is one of them at all.
final class ClaimVerdicts {

    private ClaimVerdicts() {}

    static List<Verdict> of(ClassificationReport report, double[] losses, ClaimedMetrics claims) {
        List<Verdict> verdicts = new ArrayList<>();
        claims.value("loss").ifPresent(value -> verdicts.add(loss(report, losses, value)));
        claims.value("accuracy").ifPresent(value -> verdicts.add(accuracy(report, value)));
        claims.value("precision")
                .ifPresent(
                        v ->
                                verdicts.add(
                                        average(
                                                report,
                                                "precision",
                                                v,
                                                PrecisionRecallF1::precision)));
        claims.value("recall")
                .ifPresent(
                        v -> verdicts.add(average(report, "recall", v, PrecisionRecallF1::recall)));
        claims.value("f1")
                .ifPresent(v -> verdicts.add(average(report, "F1", v, PrecisionRecallF1::f1)));
        return verdicts;
    }

    private static Verdict loss(ClassificationReport report, double[] losses, double claimed) {
        if (ClaimedMetrics.isPrintOf(claimed, report.loss())) {
            return new Verdict(
                    Code.CLAIM_CONFIRMED,
                    Severity.NOTE,
                    "The printed loss %s is the mean over the %s."
                            .formatted(decimals(claimed), count(losses.length, "row")));
        }
        List<Integer> sizes = BatchMeanLoss.batchSizesFor(claimed, losses);
        if (sizes.isEmpty()) {
            return new Verdict(
                    Code.CLAIM_NOT_CONFIRMED,
                    Severity.WARNING,
                    ("The printed loss %s is not the loss of these rows: that is %s, and no batch"
                                    + " size explains the difference.")
                            .formatted(decimals(claimed), decimals(report.loss())));
        }
        int size = sizes.getFirst();
        return new Verdict(
                Code.LOSS_IS_MEAN_OF_BATCH_MEANS,
                Severity.WARNING,
                ("The printed loss %s is not the mean over the rows but a mean of batch means at"
                                + " batch size %d%s: the last batch of %s weighs as much as a full"
                                + " one. The true loss over the %s is %s.")
                        .formatted(
                                decimals(claimed),
                                size,
                                sizes.size() == 1
                                        ? ""
                                        : " (or one of %s)"
                                                .formatted(sizes.subList(1, sizes.size())),
                                count(losses.length % size, "row"),
                                count(losses.length, "row"),
                                decimals(report.loss())));
    }

    private static Verdict accuracy(ClassificationReport report, double claimed) {
        if (ClaimedMetrics.isPrintOf(claimed, report.accuracy())) {
            return new Verdict(
                    Code.CLAIM_CONFIRMED,
                    Severity.NOTE,
                    "The printed accuracy %s is right: %d of %s."
                            .formatted(
                                    decimals(claimed),
                                    report.confusion().right(),
                                    count(report.examples(), "prediction")));
        }
        return new Verdict(
                Code.CLAIM_NOT_CONFIRMED,
                Severity.WARNING,
                "The printed accuracy %s is not that of these rows, which is %s."
                        .formatted(decimals(claimed), decimals(report.accuracy())));
    }

    private static Verdict average(
            ClassificationReport report,
            String name,
            double claimed,
            ToDoubleFunction<PrecisionRecallF1> part) {
        Averages averages = report.scores().averages();
        double micro = part.applyAsDouble(averages.micro());
        double macro = part.applyAsDouble(averages.macro());
        double weighted = part.applyAsDouble(averages.weighted());
        List<String> matching = new ArrayList<>();
        if (ClaimedMetrics.isPrintOf(claimed, weighted)) {
            matching.add("weighted");
        }
        if (ClaimedMetrics.isPrintOf(claimed, macro)) {
            matching.add("macro");
        }
        if (ClaimedMetrics.isPrintOf(claimed, micro)) {
            matching.add("micro");
        }
        if (!matching.isEmpty()) {
            return new Verdict(
                    Code.CLAIM_CONFIRMED,
                    Severity.NOTE,
                    "The printed %s %s is the %s average over the classes."
                            .formatted(
                                    name,
                                    decimals(claimed),
                                    String.join(" and also the ", matching)));
        }
        return new Verdict(
                Code.CLAIM_NOT_CONFIRMED,
                Severity.WARNING,
                ("The printed %s %s is none of the averages of these rows: micro %s, macro %s,"
                                + " weighted %s.")
                        .formatted(
                                name,
                                decimals(claimed),
                                decimals(micro),
                                decimals(macro),
                                decimals(weighted)));
    }
}
