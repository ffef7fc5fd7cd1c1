package xlmr.eval;

import java.util.List;

/// A question that a model has answered, to be judged.
///
/// @param prediction the best answer that is not empty
/// @param noAnswerScore how much the model prefers no answer to that one: the answer given is empty
///   if it is above a threshold. Of no importance where every question has an answer.
/// @param truths all right answers; none if the question has no answer
public record AnsweredQuestion(String prediction, double noAnswerScore, List<String> truths) {

    public AnsweredQuestion {
        truths = List.copyOf(truths);
    }

    /// An answer where every question has one.
    public static AnsweredQuestion of(String prediction, List<String> truths) {
        return new AnsweredQuestion(prediction, Double.NEGATIVE_INFINITY, truths);
    }

    /// Whether the question has an answer.
    public boolean hasAnswer() {
        return truths.stream().anyMatch(truth -> !truth.isEmpty());
    }

    /// Whether the model prefers no answer by more than a threshold.
    boolean isLeftOut(SquadVersion version, double threshold) {
        return version == SquadVersion.V2 && noAnswerScore > threshold;
    }
}
