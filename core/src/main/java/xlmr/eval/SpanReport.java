package xlmr.eval;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The evaluation of a model that answers questions with a stretch of a text, by SQuAD's rules.
/// Every number is a share from 0 to 1; SQuAD's programs print percentages.
///
/// @param examples the number of questions
/// @param loss mean of the cross-entropies of start and end, in nats; NaN if it is not known
/// @param version 2 if some question has no answer
/// @param all over all questions
/// @param withAnswer over the questions that have an answer; null if there is none
/// @param withoutAnswer over those that have none; null if there is none
/// @param unanswered how many questions the model left without an answer
/// @param threshold above which no-answer score they were left so
/// @param bestExact the threshold that is best for exact matches; null in version 1.1
/// @param bestF1 that which is best for F1; null in version 1.1
/// @param worst the answers that share the fewest words with a right one
/// @param verdicts what all this means
public record SpanReport(
        int examples,
        double loss,
        SquadVersion version,
        Part all,
        @Nullable Part withAnswer,
        @Nullable Part withoutAnswer,
        int unanswered,
        double threshold,
        @Nullable AnswerThreshold bestExact,
        @Nullable AnswerThreshold bestF1,
        List<WrongAnswer> worst,
        List<Verdict> verdicts)
        implements EvaluationReport {

    private static final String NO_ANSWER = "(no answer)";

    /// The means over some of the questions.
    ///
    /// @param questions how many they are
    /// @param exact the share of answers in which nothing differs
    /// @param f1 the mean F1
    public record Part(int questions, double exact, double f1) {}

    public SpanReport {
        worst = List.copyOf(worst);
        verdicts = List.copyOf(verdicts);
    }

    /// Judges answers.
    ///
    /// @param loss NaN if it is not known
    /// @param threshold no answer is given if the no-answer score is above it; of no importance if
    ///   every question has an answer
    /// @throws IllegalArgumentException if there is no question
    public static SpanReport of(List<AnsweredQuestion> questions, double loss, double threshold) {
        return of(questions, SquadVersion.of(questions), loss, threshold);
    }

    /// Judges some of the answers to a set of questions.
    ///
    /// @param version of the whole set, as [SquadVersion#of] tells it
    /// @throws IllegalArgumentException if there is no question
    public static SpanReport of(
            List<AnsweredQuestion> questions, SquadVersion version, double loss, double threshold) {
        if (questions.isEmpty()) {
            throw new IllegalArgumentException("answers: expected at least one, found none");
        }
        boolean impossible = version == SquadVersion.V2;
        List<AnswerScore> raw = new ArrayList<>();
        List<AnswerScore> judged = new ArrayList<>();
        int unanswered = 0;
        List<WrongAnswer> wrong = new ArrayList<>();
        for (AnsweredQuestion question : questions) {
            AnswerScore score = AnswerScore.best(question.prediction(), question.truths(), version);
            raw.add(score);
            boolean silent = question.isLeftOut(version, threshold);
            AnswerScore given = AnswerScore.of(question, version, threshold);
            if (given.exact() < 1) {
                wrong.add(wrong(judged.size(), question, silent, given));
            }
            judged.add(given);
            unanswered += silent || question.prediction().isEmpty() ? 1 : 0;
        }
        SpanReport unjudged =
                new SpanReport(
                        questions.size(),
                        loss,
                        version,
                        new Part(
                                questions.size(),
                                mean(judged.stream().map(AnswerScore::exact).toList()),
                                mean(judged.stream().map(AnswerScore::f1).toList())),
                        part(questions, judged, true),
                        part(questions, judged, false),
                        unanswered,
                        threshold,
                        impossible
                                ? AnswerThreshold.best(questions, i -> raw.get(i).exact())
                                : null,
                        impossible ? AnswerThreshold.best(questions, i -> raw.get(i).f1()) : null,
                        WrongAnswer.worst(wrong),
                        List.of());
        return unjudged.withVerdicts(SpanVerdicts.of(unjudged, questions));
    }

    /// The mean F1 over all questions, by which models are compared.
    public double f1() {
        return all.f1();
    }

    private static @Nullable Part part(
            List<AnsweredQuestion> questions, List<AnswerScore> scores, boolean hasAnswer) {
        List<Double> exact = new ArrayList<>();
        List<Double> f1 = new ArrayList<>();
        for (int i = 0; i < questions.size(); i++) {
            if (questions.get(i).hasAnswer() == hasAnswer) {
                exact.add(scores.get(i).exact());
                f1.add(scores.get(i).f1());
            }
        }
        return exact.isEmpty() ? null : new Part(exact.size(), mean(exact), mean(f1));
    }

    private static WrongAnswer wrong(
            int row, AnsweredQuestion question, boolean silent, AnswerScore score) {
        String answer = silent ? "" : question.prediction();
        return new WrongAnswer(
                row,
                question.hasAnswer() ? String.join(" / ", question.truths()) : NO_ANSWER,
                answer.isEmpty() ? NO_ANSWER : answer,
                Double.NaN,
                1 - score.f1());
    }

    private static double mean(List<Double> values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum / values.size();
    }

    private SpanReport withVerdicts(List<Verdict> judged) {
        return new SpanReport(
                examples,
                loss,
                version,
                all,
                withAnswer,
                withoutAnswer,
                unanswered,
                threshold,
                bestExact,
                bestF1,
                worst,
                judged);
    }
}
