package xlmr.eval;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// How well an answer in words agrees with a right one, by SQuAD's rules: both are put in lower
/// case, stripped of ASCII punctuation and of the English articles, and cut at white space
/// (Rajpurkar et al., 2016 and 2018).
///
/// @param exact 1 if nothing differs, else 0
/// @param f1 of the words they share, each as often as it occurs in both
public record AnswerScore(double exact, double f1) {

    private static final AnswerScore NOTHING = new AnswerScore(0, 0);
    private static final AnswerScore ALL = new AnswerScore(1, 1);

    /// The better of the scores against several right answers, each number for itself.
    ///
    /// @param truths the right answers; none means that there is none, and only an empty prediction
    ///   is right
    /// @param version whose rules for empty texts hold
    public static AnswerScore best(String prediction, List<String> truths, SquadVersion version) {
        List<String> right = new ArrayList<>(truths);
        if (version == SquadVersion.V2) {
            right.removeIf(truth -> words(truth).isEmpty());
        }
        if (right.isEmpty()) {
            right.add("");
        }
        List<String> predicted = words(prediction);
        double exact = 0;
        double f1 = 0;
        for (String truth : right) {
            AnswerScore score = of(predicted, words(truth), version);
            exact = Math.max(exact, score.exact());
            f1 = Math.max(f1, score.f1());
        }
        return new AnswerScore(exact, f1);
    }

    /// The score of the answer that is given: none if the no-answer score is above a threshold.
    ///
    /// @param version in which of 1.1 every question is answered
    static AnswerScore of(AnsweredQuestion question, SquadVersion version, double threshold) {
        if (question.isLeftOut(version, threshold)) {
            return question.hasAnswer() ? NOTHING : ALL;
        }
        return best(question.prediction(), question.truths(), version);
    }

    private static AnswerScore of(
            List<String> predicted, List<String> truth, SquadVersion version) {
        if (predicted.isEmpty() || truth.isEmpty()) {
            boolean both = predicted.isEmpty() && truth.isEmpty();
            return !both ? NOTHING : version == SquadVersion.V2 ? ALL : new AnswerScore(1, 0);
        }
        Map<String, Integer> left = new HashMap<>();
        for (String word : truth) {
            left.merge(word, 1, Integer::sum);
        }
        int common = 0;
        for (String word : predicted) {
            Integer count = left.get(word);
            if (count != null && count > 0) {
                left.put(word, count - 1);
                common++;
            }
        }
        double exact = predicted.equals(truth) ? 1 : 0;
        if (common == 0) {
            return NOTHING;
        }
        double precision = (double) common / predicted.size();
        double recall = (double) common / truth.size();
        return new AnswerScore(exact, 2 * precision * recall / (precision + recall));
    }

    /// The words of an answer that are compared.
    static List<String> words(String answer) {
        return AnswerWords.of(answer);
    }
}
