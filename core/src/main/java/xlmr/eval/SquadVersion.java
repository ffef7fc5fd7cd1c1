package xlmr.eval;

import java.util.List;

/// Whose rules questions are scored by.
public enum SquadVersion {
    /// Every question has an answer. Two texts of which nothing is left without articles and
    /// punctuation are equal, with an F1 of 0.
    V1,
    /// Some questions have none, and the right answer is the empty text. Two texts of which nothing
    /// is left have an F1 of 1.
    V2;

    /// The version that questions ask for: the second if one of them has no answer.
    public static SquadVersion of(List<AnsweredQuestion> questions) {
        return questions.stream().allMatch(AnsweredQuestion::hasAnswer) ? V1 : V2;
    }
}
