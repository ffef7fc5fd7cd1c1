package xlmr.model;

import xlmr.autograd.Parameter;
import xlmr.checkpoint.CheckpointException;
import xlmr.nn.LayerNorm;
import xlmr.nn.Linear;

/// Builds the head that a configuration asks for from a checkpoint's weights: the default of its
/// task under the reference's names, others under names that begin with `head.`.
final class Heads {
    private static final String DECODER = "lm_head.decoder";

    private Heads() {}

    /// @param words the encoder's word embedding, which a tied decoder is
    static Head of(Task task, XlmRobertaConfig config, Weights weights, Parameter words) {
        try {
            return of(HeadSpec.of(config), task, config, weights, words);
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(
                    "config.json", HeadSpec.FIELD + ": " + String.valueOf(e.getMessage()));
        }
    }

    private static Head of(
            HeadSpec spec, Task task, XlmRobertaConfig config, Weights weights, Parameter words) {
        if (spec instanceof HeadSpec.Reference || !task.hasLabels()) {
            return reference(task, config, weights, words);
        }
        HeadWeights own = weights.ofHead();
        if (spec instanceof HeadSpec.Mix mix) {
            return mixed(
                    of(mix.head(), task, config, weights, words), config.numHiddenLayers(), own);
        }
        return of(spec, HeadContext.of(task, config), config.numHiddenLayers(), own);
    }

    /// A head of its own weights alone.
    ///
    /// @param layers L
    static Head of(HeadSpec spec, HeadContext context, int layers, HeadWeights weights) {
        return switch (spec) {
            case HeadSpec.Reference reference ->
                    throw new IllegalArgumentException("head: roberta has the reference's names");
            case HeadSpec.Perceptron perceptron ->
                    BuiltInHeads.perceptron(perceptron, context, weights);
            case HeadSpec.RecurrentNetwork network ->
                    BuiltInHeads.recurrent(network, context, weights);
            case HeadSpec.Convolutions convolutions ->
                    BuiltInHeads.convolutions(convolutions, context, weights);
            case HeadSpec.Pooled pooled -> BuiltInHeads.pooled(pooled, context, weights);
            case HeadSpec.Own own ->
                    HeadFactories.named(own.name()).create(context, own.argument(), weights);
            case HeadSpec.Mix mix ->
                    mixed(of(mix.head(), context, layers, weights), layers, weights);
        };
    }

    private static Head mixed(Head head, int layers, HeadWeights weights) {
        return new MixedHead(
                head,
                weights.parameter("mix.weights", HeadWeights.Initial.constant(0), layers + 1),
                weights.parameter("mix.scale", HeadWeights.Initial.constant(1), 1));
    }

    private static Head reference(
            Task task, XlmRobertaConfig config, Weights weights, Parameter words) {
        int hidden = config.hiddenSize();
        int labels = config.numLabels();
        float dropout = (float) config.headDropout();
        return switch (task) {
            case SEQUENCE_CLASSIFICATION ->
                    new SequenceClassificationHead(
                            weights.headLinear("classifier.dense", hidden, hidden),
                            weights.headLinear("classifier.out_proj", labels, hidden),
                            dropout);
            case TOKEN_CLASSIFICATION ->
                    new TokenClassificationHead(
                            weights.headLinear("classifier", labels, hidden), dropout);
            case QUESTION_ANSWERING ->
                    new QuestionAnsweringHead(weights.headLinear("qa_outputs", 2, hidden));
            case MULTIPLE_CHOICE ->
                    new MultipleChoiceHead(
                            weights.headLinear("roberta.pooler.dense", hidden, hidden),
                            weights.headLinear("classifier", 1, hidden),
                            dropout);
            case MASKED_LM, CAUSAL_LM -> languageModel(config, weights, words);
        };
    }

    private static Head languageModel(XlmRobertaConfig config, Weights weights, Parameter words) {
        int hidden = config.hiddenSize();
        Linear dense = weights.headLinear("lm_head.dense", hidden, hidden);
        LayerNorm norm =
                weights.headLayerNorm("lm_head.layer_norm", hidden, (float) config.layerNormEps());
        boolean tied = config.tieWordEmbeddings();
        Linear decoder =
                tied
                        ? new Linear(
                                words,
                                weights.headBias(
                                        "lm_head.bias", DECODER + ".bias", config.vocabSize()))
                        : new Linear(
                                weights.headMatrix(DECODER + ".weight", config.vocabSize(), hidden),
                                weights.headBias(
                                        DECODER + ".bias", "lm_head.bias", config.vocabSize()));
        return new LanguageModelHead(dense, norm, decoder, tied);
    }
}
