package xlmr.eval;

import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/// From which score on no answer should be given, found on the questions that are judged: with it
/// the numbers are as good as they can be, and a little better than they will be elsewhere.
///
/// @param value the threshold: the answer is empty if the no-answer score is above it
/// @param score the mean that is reached with it, 0 to 1
public record AnswerThreshold(double value, double score) {

    /// As SQuAD's `find_best_thresh`: from answering nothing on, one question more is answered at a
    /// time. Of questions with equal scores some may count as answered and others not.
    ///
    /// @param raw the score of the prediction of each question, as if nothing was left unanswered
    static AnswerThreshold best(List<AnsweredQuestion> questions, ToDoubleFunction<Integer> raw) {
        double current = questions.stream().filter(question -> !question.hasAnswer()).count();
        double best = current;
        double threshold = 0;
        List<Integer> order =
                IntStream.range(0, questions.size())
                        .boxed()
                        .sorted(Comparator.comparingDouble(i -> questions.get(i).noAnswerScore()))
                        .toList();
        for (int i : order) {
            AnsweredQuestion question = questions.get(i);
            if (question.hasAnswer()) {
                current += raw.applyAsDouble(i);
            } else if (!question.prediction().isEmpty()) {
                current--;
            }
            if (current > best) {
                best = current;
                threshold = question.noAnswerScore();
            }
        }
        return new AnswerThreshold(threshold, best / questions.size());
    }
}
