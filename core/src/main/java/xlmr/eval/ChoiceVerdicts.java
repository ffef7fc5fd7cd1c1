package xlmr.eval;

import static xlmr.eval.NumberWords.count;
import static xlmr.eval.NumberWords.decimals;
import static xlmr.eval.NumberWords.percent;

import java.util.List;
import xlmr.eval.Verdict.Code;

/// Judges a [ChoiceReport].
final class ChoiceVerdicts {

    private static final double COLLAPSED_SHARE = 0.75;
    private static final double COLLAPSED_EXCESS = 0.25;

    private ChoiceVerdicts() {}

    static List<Verdict> of(ChoiceReport report) {
        VerdictList verdicts = new VerdictList();
        verdicts.notFinite(report.loss(), true);
        chance(report, verdicts);
        if (report.loss() > report.chanceLoss()) {
            verdicts.warn(
                    Code.LOSS_ABOVE_CHANCE,
                    "The loss %s is above %s, the loss of giving all choices the same probability:"
                            + " the model is surer than it has reason to be.",
                    decimals(report.loss()),
                    decimals(report.chanceLoss()));
        }
        places(report, verdicts);
        return verdicts.gravestFirst();
    }

    private static void chance(ChoiceReport report, VerdictList verdicts) {
        String accuracy =
                "%d of %s right (%s, 95 %% interval %s to %s)"
                        .formatted(
                                report.right(),
                                count(report.examples(), "question"),
                                percent(report.accuracy()),
                                percent(report.interval().low()),
                                percent(report.interval().high()));
        String chance = percent(report.chance());
        if (report.interval().low() > report.chance()) {
            verdicts.note(
                    Code.ABOVE_CHANCE,
                    "%s: better than guessing, which gives %s.",
                    accuracy,
                    chance);
        } else if (report.interval().high() < report.chance()) {
            verdicts.warn(
                    Code.BELOW_CHANCE,
                    "%s: worse than guessing, which gives %s. Are the labels counted from 1, or"
                            + " the choices in another order?",
                    accuracy,
                    chance);
        } else {
            verdicts.warn(
                    Code.NOT_ABOVE_CHANCE,
                    "%s: this cannot be told from guessing, which gives %s.",
                    accuracy,
                    chance);
        }
    }

    private static void places(ChoiceReport report, VerdictList verdicts) {
        for (ClassScore place : report.places()) {
            double predicted = (double) place.predicted() / report.examples();
            double actual = (double) place.support() / report.examples();
            if (report.examples() > 1
                    && predicted >= COLLAPSED_SHARE
                    && predicted - actual >= COLLAPSED_EXCESS) {
                verdicts.warn(
                        Code.PLACE_DECIDES,
                        "The model takes %s (counted from 0) %s of the time, though it is right in"
                                + " %s: the place of a choice decides, not what it says.",
                        place.name(),
                        percent(predicted),
                        percent(actual));
            }
        }
    }
}
