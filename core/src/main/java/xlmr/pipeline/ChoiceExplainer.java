package xlmr.pipeline;

import java.util.List;
import java.util.OptionalInt;
import xlmr.data.ChoiceQuestion;
import xlmr.tokenizer.Encoding;

/// Says what each token of a context and a choice contributes to how well the two go together.
///
/// What is explained is the logit of one choice, which depends on the context and that choice
/// alone; the others come in with softmax. Immutable; one explainer serves many threads.
///
/// @param answerer that chooses
/// @param settings how contributions are found
public record ChoiceExplainer(ChoiceAnswerer answerer, ExplanationSettings settings) {
    /// Integrated gradients from a text of `<pad>`.
    public static ChoiceExplainer of(ChoiceAnswerer answerer) {
        return new ChoiceExplainer(answerer, ExplanationSettings.defaults());
    }

    /// The same with other settings.
    public ChoiceExplainer with(ExplanationSettings value) {
        return new ChoiceExplainer(answerer, value);
    }

    /// Explains what speaks for a choice.
    ///
    /// @param choice counted from 0; empty for the one that is chosen
    /// @throws IllegalArgumentException if there is no such choice
    public Explanation explain(ChoiceQuestion question, OptionalInt choice) {
        int count = question.choices().size();
        if (choice.isPresent() && (choice.getAsInt() < 0 || choice.getAsInt() >= count)) {
            throw new IllegalArgumentException(
                    "explain: no choice %d; they are counted from 0 to %d"
                            .formatted(choice.getAsInt(), count - 1));
        }
        ChosenAnswer said = answerer.answerAll(List.of(question), done -> {}).getFirst();
        int explained = choice.orElse(said.choice());
        Encoding encoding = answerer.encode(question, explained);
        ExplainedModel model = answerer.explained();
        ExplainedModel.Found found =
                model.explain(
                        encoding.ids(),
                        encoding.specialTokensMask(),
                        List.of(NumberPlace.ofColumn(0)),
                        settings);
        return new Explanation(
                settings.method(),
                question.context(),
                question.continuation(explained),
                new ExplainedNumber.Choice(explained, said.choice()),
                said.logits().get(explained),
                said.probabilities().get(explained),
                model.tokens(encoding, found.scores()),
                found.completeness(),
                encoding.truncatedTokens());
    }
}
