package xlmr.eval;

import static xlmr.eval.NumberWords.count;
import static xlmr.eval.NumberWords.percent;

import java.util.List;
import java.util.Locale;
import xlmr.eval.SpanReport.Part;
import xlmr.eval.Verdict.Code;

/// Judges a [SpanReport].
final class SpanVerdicts {

    private static final int FEW_QUESTIONS = 100;

    /// From this difference of exact matches on, another threshold is worth a sentence.
    private static final double BETTER = 0.01;

    private SpanVerdicts() {}

    static List<Verdict> of(SpanReport report, List<AnsweredQuestion> questions) {
        VerdictList verdicts = new VerdictList();
        verdicts.notFinite(report.loss(), !Double.isNaN(report.loss()));
        answers(report, verdicts);
        silence(report, verdicts);
        if (writtenWithoutSpaces(questions)) {
            verdicts.note(
                    Code.ANSWERS_WITHOUT_SPACES,
                    "Most answers are in a script without spaces between words: each counts as one"
                            + " word, so F1 says little more than the exact match.");
        }
        if (report.examples() < FEW_QUESTIONS) {
            long right = Math.round(report.all().exact() * report.examples());
            ProportionInterval interval = ProportionInterval.wilson95(right, report.examples());
            verdicts.note(
                    Code.FEW_EXAMPLES,
                    "With %s the share of exact matches is known only roughly: on others of the"
                            + " same kind it may well lie between %s and %s (95 %% interval).",
                    count(report.examples(), "question"),
                    percent(interval.low()),
                    percent(interval.high()));
        }
        return verdicts.gravestFirst();
    }

    private static void answers(SpanReport report, VerdictList verdicts) {
        Part part = report.withAnswer();
        if (part == null) {
            return;
        }
        if (part.f1() == 0) {
            verdicts.warn(
                    Code.ANSWERS_NEVER_RIGHT,
                    "Not one answer shares a word with a right one: the model has learned nothing,"
                            + " or the answers belong to other questions.");
            return;
        }
        verdicts.note(
                Code.ANSWERS_OVERLAP,
                "%s of the answers to questions that have one are exactly right, up to case,"
                        + " punctuation and articles; F1 %s also counts the words that an answer"
                        + " shares with a right one. A guess among all stretches of a text is"
                        + " almost never right.",
                percent(part.exact()),
                percent(part.f1()));
    }

    private static void silence(SpanReport report, VerdictList verdicts) {
        Part none = report.withoutAnswer();
        AnswerThreshold best = report.bestExact();
        if (none == null || best == null) {
            return;
        }
        double share = (double) none.questions() / report.examples();
        if (report.unanswered() == 0) {
            verdicts.warn(
                    Code.NO_ANSWER_NEVER_GIVEN,
                    "The model always answers, though %d of %d questions have no answer: lower the"
                            + " threshold, or train with such questions.",
                    none.questions(),
                    report.examples());
        } else if (report.all().exact() <= share) {
            verdicts.warn(
                    Code.NO_ANSWER_GIVEN_TOO_OFTEN,
                    "%s right in all is no more than never answering gives: %s of the questions"
                            + " have no answer.",
                    percent(report.all().exact()),
                    percent(share));
        }
        if (best.score() >= report.all().exact() + BETTER) {
            verdicts.note(
                    Code.THRESHOLD_NOT_BEST,
                    "With a no-answer threshold of %s instead of %s, %s would be exactly right"
                            + " instead of %s. Choose it on other questions than these.",
                    String.format(Locale.ROOT, "%.3f", best.value()),
                    String.format(Locale.ROOT, "%.3f", report.threshold()),
                    percent(best.score()),
                    percent(report.all().exact()));
        }
    }

    private static boolean writtenWithoutSpaces(List<AnsweredQuestion> questions) {
        long unspaced =
                questions.stream()
                        .filter(AnsweredQuestion::hasAnswer)
                        .filter(question -> unspaced(question.truths().getFirst()))
                        .count();
        long answered = questions.stream().filter(AnsweredQuestion::hasAnswer).count();
        return answered > 0 && 2 * unspaced > answered;
    }

    private static boolean unspaced(String text) {
        return text.codePoints()
                .anyMatch(
                        codePoint ->
                                switch (Character.UnicodeScript.of(codePoint)) {
                                    case HAN, HIRAGANA, KATAKANA, THAI, LAO, KHMER, MYANMAR -> true;
                                    default -> false;
                                });
    }
}
