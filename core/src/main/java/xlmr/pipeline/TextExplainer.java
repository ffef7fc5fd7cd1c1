package xlmr.pipeline;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import xlmr.autograd.Ops;
import xlmr.autograd.Workspace;
import xlmr.data.Example;
import xlmr.data.LabelSet;
import xlmr.eval.Logits;
import xlmr.model.ProblemType;
import xlmr.model.SequenceClassificationHead;
import xlmr.tensor.TokenBatch;
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
        double[] row = logits(List.of(encoding.ids()))[0];
        Prediction prediction =
                classifier.reading().prediction(
                        example.text(),
                        row,
                        encoding.length(),
                        encoding.truncatedTokens(),
                        List.of());
        int column = label == null ? Logits.argmax(row) : column(label);
        Found found =
                switch (method) {
                    case INTEGRATED_GRADIENTS -> integratedGradients(encoding, column);
                    case GRADIENT_X_INPUT -> new Found(gradientTimesInput(encoding, column), null);
                    case OCCLUSION -> new Found(occlusion(encoding, column, row[column]), null);
                    case ATTENTION_ROLLOUT -> new Found(rollout(encoding), null);
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
                                                        label,
                                                        String.join(", ", labels.names()))));
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

    private double[][] logits(List<int[]> sequences) {
        return Logits.toDouble(classifier.logitsOfIds(sequences));
    }

    /// @param scores `[T]`
    private record Found(double[] scores, Explanation.@Nullable Completeness completeness) {}

    private Found integratedGradients(Encoding encoding, int column) {
        PathIntegral integral = integrated(encoding, column);
        return new Found(
                integral.tokens(),
                new Explanation.Completeness(
                        baseline,
                        integral.start(),
                        integral.end() - integral.start(),
                        Arrays.stream(integral.tokens()).sum(),
                        integral.steps(),
                        limit));
    }

    private PathIntegral integrated(Encoding encoding, int column) {
        WordVectorPass pass = pass(encoding, column);
        float[] end = pass.vectors(encoding.ids());
        float[] start = start(pass, encoding, end);
        PathIntegral.Path path =
                new PathIntegral.Path() {
                    @Override
                    public double[] values(double[] places) {
                        return pass.run(between(places), false).values();
                    }

                    @Override
                    public double[][] slopes(double[] places) {
                        float[][] gradients = pass.run(between(places), true).gradients();
                        double[][] slopes = new double[places.length][];
                        for (int i = 0; i < places.length; i++) {
                            slopes[i] = products(gradients[i], start, end, pass.columns());
                        }
                        return slopes;
                    }

                    private List<float[]> between(double[] places) {
                        List<float[]> versions = new ArrayList<>();
                        for (double place : places) {
                            float[] version = new float[end.length];
                            for (int i = 0; i < end.length; i++) {
                                version[i] = (float) (start[i] + place * (end[i] - start[i]));
                            }
                            versions.add(version);
                        }
                        return versions;
                    }
                };
        return PathIntegral.of(path, limit);
    }

    /// The word vectors of the text without content: `<s>` and `</s>` stay. `[T C]`
    private float[] start(WordVectorPass pass, Encoding encoding, float[] own) {
        int columns = pass.columns();
        float[] content =
                switch (baseline) {
                    case PAD -> pass.vectors(new int[] {classifier.tokenizer().padId()});
                    case MASK -> pass.vectors(new int[] {classifier.tokenizer().maskId()});
                    case ZERO -> new float[columns];
                };
        float[] start = own.clone();
        for (int t = 0; t < encoding.length(); t++) {
            if (!encoding.specialTokensMask()[t]) {
                System.arraycopy(content, 0, start, t * columns, columns);
            }
        }
        return start;
    }

    private double[] gradientTimesInput(Encoding encoding, int column) {
        WordVectorPass pass = pass(encoding, column);
        float[] own = pass.vectors(encoding.ids());
        float[] gradient = pass.run(List.of(own), true).gradients()[0];
        return products(gradient, new float[own.length], own, pass.columns());
    }

    private WordVectorPass pass(Encoding encoding, int column) {
        return new WordVectorPass(
                classifier.backend(), classifier.model(), encoding.ids(), column);
    }

    /// Of each token the sum over its vector of gradient times (end - start). `[T]`
    private static double[] products(float[] gradient, float[] start, float[] end, int columns) {
        double[] sums = new double[end.length / columns];
        for (int i = 0; i < end.length; i++) {
            sums[i / columns] += gradient[i] * ((double) end[i] - start[i]);
        }
        return sums;
    }

    private double[] occlusion(Encoding encoding, int column, double whole) {
        List<int[]> hidden = new ArrayList<>();
        List<Integer> places = new ArrayList<>();
        for (int t = 0; t < encoding.length(); t++) {
            if (!encoding.specialTokensMask()[t]) {
                int[] ids = encoding.ids().clone();
                ids[t] = classifier.tokenizer().maskId();
                hidden.add(ids);
                places.add(t);
            }
        }
        double[] scores = new double[encoding.length()];
        double[][] rows = logits(hidden);
        for (int i = 0; i < rows.length; i++) {
            scores[places.get(i)] = whole - rows[i][column];
        }
        return scores;
    }

    private double[] rollout(Encoding encoding) {
        Ops ops = Ops.inference(classifier.backend(), new Workspace(classifier.backend()));
        TokenBatch tokens =
                TokenBatch.of(List.of(encoding.ids()), classifier.config().padTokenId());
        boolean firstOnly = classifier.model().head() instanceof SequenceClassificationHead;
        return AttentionRollout.of(classifier.model(), ops, tokens, firstOnly);
    }
}
