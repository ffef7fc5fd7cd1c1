package xlmr.pipeline;

import java.util.List;
import xlmr.data.ChoiceQuestion;

/// What a model chooses of the choices of one question.
///
/// @param question as asked, with its choices
/// @param choice the most probable one, counted from 0
/// @param probabilities of the choices in their order: softmax of the logits
/// @param logits of the choices in their order
/// @param truncatedTokens that did not fit the maximum length, of all choices together
public record ChosenAnswer(
        ChoiceQuestion question,
        int choice,
        List<Double> probabilities,
        List<Float> logits,
        int truncatedTokens) {
    /// Copies the lists.
    public ChosenAnswer {
        probabilities = List.copyOf(probabilities);
        logits = List.copyOf(logits);
    }

    /// The text of the chosen one.
    public String text() {
        return question.choices().get(choice);
    }

    /// How probable the chosen one is.
    public double probability() {
        return probabilities.get(choice);
    }
}
