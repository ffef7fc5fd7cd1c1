package xlmr.pipeline;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import xlmr.backend.Backend;
import xlmr.data.EncodedExamples;
import xlmr.data.LabelSet;
import xlmr.model.TaskModel;
import xlmr.tokenizer.Encoding;
import xlmr.tokenizer.XlmRobertaTokenizer;
import xlmr.train.Inference;

/// A model of any task, to be asked what the tokens of a sequence contribute to its numbers.
record ExplainedModel(
        Backend backend, TaskModel model, XlmRobertaTokenizer tokenizer, Inference inference) {
    /// What was found.
    ///
    /// @param scores `[T]`
    record Found(double[] scores, Explanation.@Nullable Completeness completeness) {}

    /// Explains the sum of some numbers of a sequence.
    ///
    /// @param ids `[T]`
    /// @param fixed `[T]` tokens that belong to every text
    /// @param places of the numbers
    Found explain(
            int[] ids, boolean[] fixed, List<NumberPlace> places, ExplanationSettings settings) {
        TokenAttribution attribution = new TokenAttribution(backend, model, ids, fixed, places);
        return switch (settings.method()) {
            case INTEGRATED_GRADIENTS -> integratedGradients(attribution, settings);
            case GRADIENT_X_INPUT -> new Found(attribution.gradientTimesInput(), null);
            case OCCLUSION ->
                    new Found(attribution.occlusion(tokenizer.maskId(), this::logits), null);
            case ATTENTION_ROLLOUT -> new Found(attribution.attentionRollout(), null);
        };
    }

    /// The rows of numbers of token sequences. `[M][R K]`
    float[][] logits(List<int[]> sequences) {
        return inference.logits(new EncodedExamples(sequences, null), done -> {});
    }

    /// The tokens of a text or a pair with their scores.
    List<TokenScore> tokens(Encoding encoding, double[] scores) {
        List<TokenScore> tokens = new ArrayList<>();
        for (int t = 0; t < scores.length; t++) {
            tokens.add(
                    new TokenScore(
                            tokenizer.piece(encoding.ids()[t]),
                            encoding.sequenceIds()[t],
                            encoding.starts()[t],
                            encoding.ends()[t],
                            scores[t]));
        }
        return tokens;
    }

    /// The column of a label or tag.
    ///
    /// @param noun what it is
    /// @throws IllegalArgumentException if the model has none of that name
    static int column(LabelSet labels, String noun, String name) {
        return labels.find(name)
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "explain: no %s '%s'; the model knows %s"
                                                .formatted(
                                                        noun,
                                                        name,
                                                        String.join(", ", labels.names()))));
    }

    private Found integratedGradients(TokenAttribution attribution, ExplanationSettings settings) {
        float[] content =
                switch (settings.baseline()) {
                    case PAD -> attribution.wordVector(tokenizer.padId());
                    case MASK -> attribution.wordVector(tokenizer.maskId());
                    case ZERO -> new float[model.config().hiddenSize()];
                };
        TokenAttribution.Integrated integrated =
                attribution.integratedGradients(content, settings.limit());
        return new Found(
                integrated.scores(),
                new Explanation.Completeness(
                        settings.baseline(),
                        integrated.start(),
                        integrated.end() - integrated.start(),
                        Arrays.stream(integrated.scores()).sum(),
                        integrated.steps(),
                        settings.limit()));
    }
}
