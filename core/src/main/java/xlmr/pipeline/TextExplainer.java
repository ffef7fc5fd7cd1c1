package xlmr.pipeline;

import java.util.List;
import org.jspecify.annotations.Nullable;
import xlmr.data.Example;
import xlmr.data.LabelSet;
import xlmr.eval.Logits;
import xlmr.model.ProblemType;
import xlmr.tokenizer.Encoding;

/// Says what each token of a text contributes to a classifier's answer.
///
/// ```java
/// TextExplainer explainer = TextExplainer.of(classifier);
/// for (TokenScore token : explainer.explain("Das war ein guter Tag.").tokens()) {
///     System.out.println(token.piece() + " " + token.score());
/// }
/// ```
///
/// What is explained is the logit of one label, the predicted one by default. [TagExplainer],
/// [AnswerExplainer] and [ChoiceExplainer] do the same for other tasks. Immutable; one explainer
/// serves many threads.
///
/// @param classifier that answers
/// @param settings how contributions are found
public record TextExplainer(TextClassifier classifier, ExplanationSettings settings) {
    /// Integrated gradients from a text of `<pad>`.
    public static TextExplainer of(TextClassifier classifier) {
        return new TextExplainer(classifier, ExplanationSettings.defaults());
    }

    /// The same by another method.
    public TextExplainer withMethod(ExplanationMethod value) {
        return new TextExplainer(classifier, settings.withMethod(value));
    }

    /// The same with another text without content.
    public TextExplainer withBaseline(ExplanationBaseline value) {
        return new TextExplainer(classifier, settings.withBaseline(value));
    }

    /// The same with another limit on the gradients of integrated gradients.
    ///
    /// @throws IllegalArgumentException if it is below 16
    public TextExplainer withLimit(int value) {
        return new TextExplainer(classifier, settings.withLimit(value));
    }

    /// Explains the answer to a text.
    public Explanation explain(String text) {
        return explain(Example.of(text), null);
    }

    /// Explains what speaks for a label in a text or a pair.
    ///
    /// @param label null for the predicted one, of a multi-label problem the most probable
    /// @throws IllegalArgumentException if the model has no such label
    public Explanation explain(Example example, @Nullable String label) {
        Encoding encoding = classifier.encode(List.of(example)).getFirst();
        ExplainedModel model = classifier.explained();
        double[] row = Logits.toDouble(model.logits(List.of(encoding.ids())))[0];
        Prediction prediction =
                classifier
                        .reading()
                        .prediction(
                                example.text(),
                                row,
                                encoding.length(),
                                encoding.truncatedTokens(),
                                List.of());
        int column = label == null ? Logits.argmax(row) : column(label);
        ExplainedModel.Found found =
                model.explain(
                        encoding.ids(),
                        encoding.specialTokensMask(),
                        List.of(NumberPlace.ofColumn(column)),
                        settings);
        boolean number = classifier.problem() == ProblemType.REGRESSION;
        String name = classifier.config().labels().get(column);
        return new Explanation(
                settings.method(),
                example.text(),
                example.textPair(),
                number
                        ? new ExplainedNumber.Value()
                        : new ExplainedNumber.Label(name, prediction.labels()),
                row[column],
                number ? Double.NaN : prediction.probabilities().getOrDefault(name, Double.NaN),
                model.tokens(encoding, found.scores()),
                found.completeness(),
                encoding.truncatedTokens());
    }

    private int column(String label) {
        if (classifier.problem() == ProblemType.REGRESSION) {
            throw new IllegalArgumentException(
                    "explain: label '%s': this model gives a number and has no labels"
                            .formatted(label));
        }
        return ExplainedModel.column(LabelSet.of(classifier.config().labels()), "label", label);
    }
}
