package xlmr.eval;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import xlmr.data.TextSpan;

/// What a model answers to a question.
///
/// @param best the best answers, the best first; overlapping windows may give the same span twice
/// @param noAnswerScore how much the model prefers no answer to the best one; infinite if there is
///   none
/// @param noAnswerProbability that there is no answer; 0 where none was asked for
/// @param answered whether the best answer is given: not if no answer is allowed for and its score
///   is above the threshold
public record DecodedAnswer(
        List<AnswerSpan> best, double noAnswerScore, double noAnswerProbability, boolean answered) {

    public DecodedAnswer {
        best = List.copyOf(best);
    }

    /// The answer in words; empty if there is none.
    public String text(String context) {
        return answered ? best.getFirst().span().of(context) : "";
    }

    /// The best answers without those whose span came before.
    public List<AnswerSpan> distinct() {
        Set<TextSpan> seen = new HashSet<>();
        return best.stream().filter(answer -> seen.add(answer.span())).toList();
    }
}
