package xlmr.pipeline;

import java.util.ArrayList;
import java.util.Arrays;
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
/// What is explained is the logit of one label, the predicted one by default. Immutable; one
/// explainer serves many threads.
///
/// @param classifier that answers
/// @param method how contributions are found
/// @param baseline of integrated gradients
/// @param limit most gradients that integrated gradients compute, at least 16
public record TextExplainer(
        TextClassifier classifier,
        ExplanationMethod method,
        ExplanationBaseline baseline,
        int limit) {
    private static final int DEFAULT_LIMIT = 1024;
    private static final int LEAST_LIMIT = 16;

    public TextExplainer {
        if (limit < LEAST_LIMIT) {
            throw new IllegalArgumentException(
                    "explain: expected a limit of at least %d steps, found %d"
                            .formatted(LEAST_LIMIT, limit));
        }
    }

    /// Integrated gradients from a text of `<pad>`.
    public static TextExplainer of(TextClassifier classifier) {
        return new TextExplainer(
                classifier,
                ExplanationMethod.INTEGRATED_GRADIENTS,
                ExplanationBaseline.PAD,
                DEFAULT_LIMIT);
    }

    /// The same by another method.
    public TextExplainer withMethod(ExplanationMethod value) {
        return new TextExplainer(classifier, value, baseline, limit);
    }

    /// The same with another text without content.
    public TextExplainer withBaseline(ExplanationBaseline value) {
        return new TextExplainer(classifier, method, value, limit);
    }

    /// The same with another limit on the gradients of integrated gradients.
    ///
    /// @throws IllegalArgumentException if it is below 16
    public TextExplainer withLimit(int value) {
        return new TextExplainer(classifier, method, baseline, value);
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
        double[] row = Logits.toDouble(classifier.logitsOfIds(List.of(encoding.ids())))[0];
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
        TokenAttribution attribution =
                new TokenAttribution(
                        classifier.backend(),
                        classifier.model(),
                        encoding.ids(),
                        encoding.specialTokensMask(),
                        column);
        Found found =
                switch (method) {
                    case INTEGRATED_GRADIENTS -> integratedGradients(attribution);
                    case GRADIENT_X_INPUT -> new Found(attribution.gradientTimesInput(), null);
                    case OCCLUSION ->
                            new Found(
                                    attribution.occlusion(
                                            classifier.tokenizer().maskId(),
                                            classifier::logitsOfIds),
                                    null);
                    case ATTENTION_ROLLOUT -> new Found(attribution.attentionRollout(), null);
                };
        boolean number = classifier.problem() == ProblemType.REGRESSION;
        String name = classifier.config().labels().get(column);
        return new Explanation(
                method,
                prediction,
                example.textPair(),
                number ? "" : name,
                row[column],
                number ? Double.NaN : prediction.probabilities().getOrDefault(name, Double.NaN),
                tokens(encoding, found.scores()),
                found.completeness());
    }

    private int column(String label) {
        if (classifier.problem() == ProblemType.REGRESSION) {
            throw new IllegalArgumentException(
                    "explain: label '%s': this model gives a number and has no labels"
                            .formatted(label));
        }
        LabelSet labels = LabelSet.of(classifier.config().labels());
        return labels.find(label)
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "explain: no label '%s'; the model knows %s"
                                                .formatted(
                                                        label, String.join(", ", labels.names()))));
    }

    private List<TokenScore> tokens(Encoding encoding, double[] scores) {
        List<TokenScore> tokens = new ArrayList<>();
        for (int t = 0; t < scores.length; t++) {
            tokens.add(
                    new TokenScore(
                            classifier.tokenizer().piece(encoding.ids()[t]),
                            encoding.sequenceIds()[t],
                            encoding.starts()[t],
                            encoding.ends()[t],
                            scores[t]));
        }
        return tokens;
    }

    /// @param scores `[T]`
    private record Found(double[] scores, Explanation.@Nullable Completeness completeness) {}

    private Found integratedGradients(TokenAttribution attribution) {
        float[] content =
                switch (baseline) {
                    case PAD -> attribution.wordVector(classifier.tokenizer().padId());
                    case MASK -> attribution.wordVector(classifier.tokenizer().maskId());
                    case ZERO -> new float[classifier.config().hiddenSize()];
                };
        TokenAttribution.Integrated integrated = attribution.integratedGradients(content, limit);
        return new Found(
                integrated.scores(),
                new Explanation.Completeness(
                        baseline,
                        integrated.start(),
                        integrated.end() - integrated.start(),
                        Arrays.stream(integrated.scores()).sum(),
                        integrated.steps(),
                        limit));
    }
}
