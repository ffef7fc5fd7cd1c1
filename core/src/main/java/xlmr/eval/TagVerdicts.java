package xlmr.eval;

import static xlmr.eval.NumberWords.count;
import static xlmr.eval.NumberWords.names;
import static xlmr.eval.NumberWords.percent;

import java.util.List;
import xlmr.eval.Verdict.Code;

/// Judges a [TagReport].
final class TagVerdicts {

    private static final int FEW_TOKENS = 1000;

    private TagVerdicts() {}

    static List<Verdict> of(TagReport report) {
        VerdictList verdicts = new VerdictList();
        verdicts.notFinite(report.loss(), !Double.isNaN(report.loss()));
        ClassBaselines baselines = report.baselines();
        String majority = report.tagNames().get(baselines.majorityClass());
        String comparison =
                "always answering '%s' gives %s"
                        .formatted(majority, percent(baselines.majorityAccuracy()));
        if (baselines.majorityAccuracy() == 1) {
            verdicts.warn(
                    Code.ONLY_ONE_CLASS,
                    "All words have the tag '%s': there is nothing to tell apart. Is this the"
                            + " column of the tags?",
                    majority);
        } else if (report.accuracy() > baselines.majorityAccuracy()) {
            verdicts.note(
                    Code.ACCURACY_ABOVE_MAJORITY,
                    "%s of the words have the right tag; %s. Frequent words with one tag alone make"
                            + " this number high, so look at the tags one by one.",
                    percent(report.accuracy()),
                    comparison);
        } else {
            verdicts.warn(
                    report.accuracy() == baselines.majorityAccuracy()
                            ? Code.ACCURACY_AT_MAJORITY
                            : Code.ACCURACY_BELOW_MAJORITY,
                    "%s of the words have the right tag, no better than the simplest answer: %s.",
                    percent(report.accuracy()),
                    comparison);
        }
        never(report, verdicts);
        if (report.tokens() < FEW_TOKENS) {
            ProportionInterval interval =
                    ProportionInterval.wilson95(report.confusion().right(), report.tokens());
            verdicts.note(
                    Code.FEW_EXAMPLES,
                    "With %s the accuracy is known only roughly: on other texts of the same kind it"
                            + " may well lie between %s and %s (95 %% interval).",
                    count(report.tokens(), "word"),
                    percent(interval.low()),
                    percent(interval.high()));
        }
        return verdicts.gravestFirst();
    }

    private static void never(TagReport report, VerdictList verdicts) {
        List<String> never =
                report.scores().perClass().stream()
                        .filter(tag -> tag.support() > 0 && tag.predicted() == 0)
                        .map(tag -> "'%s' (%s)".formatted(tag.name(), count(tag.support(), "word")))
                        .toList();
        if (!never.isEmpty()) {
            verdicts.warn(
                    Code.CLASSES_NEVER_PREDICTED,
                    "Never predicted, so with precision, recall and F1 of 0: %s.",
                    names(never));
        }
    }
}
