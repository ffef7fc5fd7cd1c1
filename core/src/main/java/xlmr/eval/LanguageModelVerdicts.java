package xlmr.eval;

import static xlmr.eval.NumberWords.count;
import static xlmr.eval.NumberWords.decimals;
import static xlmr.eval.NumberWords.percent;

import java.util.List;
import java.util.Locale;
import xlmr.eval.Verdict.Code;

/// Judges a [LanguageModelReport].
final class LanguageModelVerdicts {

    private static final int FEW_PIECES = 1000;

    private LanguageModelVerdicts() {}

    static List<Verdict> of(LanguageModelReport report) {
        VerdictList verdicts = new VerdictList();
        verdicts.notFinite(report.loss(), true);
        if (Double.isFinite(report.loss())) {
            perplexity(report, verdicts);
        }
        if (report.accuracy() == 1) {
            verdicts.warn(
                    Code.ALL_RIGHT,
                    "Every piece is guessed right: does the model see what it should predict?");
        }
        if (report.predicted() < FEW_PIECES) {
            verdicts.note(
                    Code.FEW_EXAMPLES,
                    "Only %s were predicted: with others chosen, the numbers would be others."
                            + " Compare models on the same ones.",
                    count(report.predicted(), "piece"));
        }
        return verdicts.gravestFirst();
    }

    private static void perplexity(LanguageModelReport report, VerdictList verdicts) {
        double chance = Math.log(report.vocabulary());
        if (report.loss() >= chance) {
            verdicts.warn(
                    Code.LOSS_ABOVE_CHANCE,
                    "The loss %s is not below %s, the loss of giving all %d pieces the same"
                            + " probability: the model knows nothing of this text. Are the weights"
                            + " of the language model head loaded?",
                    decimals(report.loss()),
                    decimals(chance),
                    report.vocabulary());
            return;
        }
        verdicts.note(
                Code.PERPLEXITY,
                "Perplexity %s: a guess is as hard as one among so many equally likely pieces; the"
                        + " vocabulary has %d. The first guess is right %s of the time. Both can"
                        + " be compared only between models with the same pieces.",
                String.format(Locale.ROOT, "%.2f", report.perplexity()),
                report.vocabulary(),
                percent(report.accuracy()));
    }
}
