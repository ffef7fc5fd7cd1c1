package xlmr.onnx;

import xlmr.model.XlmRobertaConfig;
import xlmr.tensor.DType;

/// The encoder as nodes, layer by layer, as the reference computes it: token ids and mask in,
/// hidden states out. B texts, T tokens of each with padding, C hidden, H heads, D = C / H, F
/// feed-forward.
final class EncoderGraph {
    private static final String ENCODER = "roberta.encoder.layer.";
    private static final String EMBEDDINGS = "roberta.embeddings.";

    private final XlmRobertaConfig config;
    private final OnnxGraph graph;
    private final GraphLayers layers;
    private final GraphScope scope;

    EncoderGraph(XlmRobertaConfig config, OnnxGraph graph, GraphLayers layers) {
        this.config = config;
        this.graph = graph;
        this.layers = layers;
        this.scope = new GraphScope(graph, "/roberta");
    }

    /// Adds all layers.
    ///
    /// @param rows name of the size B
    /// @param ids token ids `[B, T]`, I64
    /// @param mask 1 for a token, 0 for padding `[B, T]`, I64
    /// @return hidden states `[B, T, C]`
    String write(Axis rows, String ids, String mask) {
        String hidden = embeddings(scope.in("embeddings"), ids); // [B, T, C]
        describe(rows, hidden);
        String bias = attentionBias(scope.in("attention_mask"), ids, mask); // [B, 1, 1 or T, T]
        for (int layer = 0; layer < config.numHiddenLayers(); layer++) {
            GraphScope place = scope.in("encoder").in("layer." + layer);
            hidden = layer(place, ENCODER + layer + ".", hidden, bias); // [B, T, C]
            describe(rows, hidden);
        }
        return hidden;
    }

    /// The pooler: first token, dense, tanh.
    ///
    /// @return `[B, C]`
    String pooler(String hidden) {
        GraphScope place = scope.in("pooler");
        int width = config.hiddenSize();
        String first = firstToken(place, hidden); // [B, C]
        return place.add(
                "Tanh",
                layers.linear(place, "roberta.pooler.dense", width, width, first)); // [B, C]
    }

    /// The hidden state of `<s>`, `[B, C]`.
    String firstToken(GraphScope place, String hidden) {
        return place.add("Gather", OnnxAttribute.axis(1), hidden, graph.integer(0)); // [B, C]
    }

    private String embeddings(GraphScope place, String ids) {
        int width = config.hiddenSize();
        String words =
                layers.lookup(
                        place.in("word_embeddings"),
                        EMBEDDINGS + "word_embeddings.weight",
                        config.vocabSize(),
                        width,
                        ids); // [B, T, C]
        String segment =
                layers.lookup(
                        place.in("token_type_embeddings"),
                        EMBEDDINGS + "token_type_embeddings.weight",
                        config.typeVocabSize(),
                        width,
                        graph.integer(0)); // [C]
        String positions =
                layers.lookup(
                        place.in("position_embeddings"),
                        EMBEDDINGS + "position_embeddings.weight",
                        config.maxPositionEmbeddings(),
                        width,
                        positionIds(place.in("position_ids"), ids)); // [B, T, C]
        String sum = place.add("Add", place.add("Add", words, segment), positions); // [B, T, C]
        return norm(place.in("LayerNorm"), EMBEDDINGS + "LayerNorm", sum); // [B, T, C]
    }

    /// The pad id, plus the running count of tokens that are not it where the token is not; from
    /// the ids alone, whatever the mask says.
    private String positionIds(GraphScope place, String ids) {
        String pad = graph.integer(config.padTokenId());
        String isToken = place.add("Not", place.add("Equal", ids, pad)); // [B, T]
        String ones = layers.cast(place, isToken, DType.I64); // [B, T]
        String count = place.add("CumSum", ones, graph.integer(1)); // [B, T]
        return place.add("Add", place.add("Mul", count, ones), pad); // [B, T]
    }

    /// What is added to the scores: 0 for a key that may be seen, else the smallest float32.
    ///
    /// @return `[B, 1, 1, T]`, or `[B, 1, T, T]` for a decoder
    private String attentionBias(GraphScope place, String ids, String mask) {
        String rows = place.add("Unsqueeze", mask, graph.integers(1, 2)); // [B, 1, 1, T]
        String seen = layers.cast(place, rows, DType.BOOL); // [B, 1, 1, T]
        if (config.isDecoder()) {
            seen = place.add("And", causal(place.in("causal"), ids), seen); // [B, 1, T, T]
        }
        return place.add("Where", seen, graph.number(0), graph.number(-Float.MAX_VALUE));
    }

    /// Whether a key (second axis) is not after the query (first axis): `[T, T]`.
    private String causal(GraphScope place, String ids) {
        String shape = place.add("Shape", ids); // [2]
        String length =
                place.add("Gather", OnnxAttribute.axis(0), shape, graph.integer(1)); // scalar
        String places = place.add("Range", graph.integer(0), length, graph.integer(1)); // [T]
        String keys = place.add("Unsqueeze", places, graph.integers(0)); // [1, T]
        String queries = place.add("Unsqueeze", places, graph.integers(1)); // [T, 1]
        return place.add("LessOrEqual", keys, queries); // [T, T]
    }

    private String layer(GraphScope place, String prefix, String hidden, String bias) {
        int width = config.hiddenSize();
        int inner = config.intermediateSize();
        GraphScope attention = place.in("attention");
        GraphScope projection = attention.in("output");
        String context =
                selfAttention(attention.in("self"), prefix + "attention.self.", hidden, bias);
        String attended =
                layers.linear(
                        projection.in("dense"),
                        prefix + "attention.output.dense",
                        width,
                        width,
                        context); // [B, T, C]
        String middle =
                norm(
                        projection.in("LayerNorm"),
                        prefix + "attention.output.LayerNorm",
                        projection.add("Add", attended, hidden)); // [B, T, C]

        GraphScope intermediate = place.in("intermediate");
        String grown =
                layers.linear(
                        intermediate.in("dense"),
                        prefix + "intermediate.dense",
                        inner,
                        width,
                        middle); // [B, T, F]
        String active =
                layers.activation(
                        intermediate.in("activation"), config.activation(), grown); // [B, T, F]
        GraphScope output = place.in("output");
        String shrunk =
                layers.linear(
                        output.in("dense"),
                        prefix + "output.dense",
                        width,
                        inner,
                        active); // [B, T, C]
        return norm(
                output.in("LayerNorm"),
                prefix + "output.LayerNorm",
                output.add("Add", shrunk, middle)); // [B, T, C]
    }

    /// softmax(Q Kᵀ / √D + bias) V, head by head.
    private String selfAttention(GraphScope place, String prefix, String hidden, String bias) {
        OnnxAttribute headsFirst = OnnxAttribute.permutation(0, 2, 1, 3);
        String query =
                heads(place.in("query"), prefix + "query", hidden, headsFirst); // [B, H, T, D]
        String keys =
                heads(
                        place.in("key"),
                        prefix + "key",
                        hidden,
                        OnnxAttribute.permutation(0, 2, 3, 1)); // [B, H, D, T]
        String values =
                heads(place.in("value"), prefix + "value", hidden, headsFirst); // [B, H, T, D]
        String root = graph.number((float) Math.sqrt(config.headSize()));
        String scores = place.add("Div", place.add("MatMul", query, keys), root); // [B, H, T, T]
        String masked = place.add("Add", scores, bias); // [B, H, T, T]
        String probabilities = place.add("Softmax", OnnxAttribute.axis(-1), masked); // [B, H, T, T]
        String context = place.add("MatMul", probabilities, values); // [B, H, T, D]
        String joined = place.add("Transpose", headsFirst, context); // [B, T, H, D]
        return place.add("Reshape", joined, graph.integers(0, 0, config.hiddenSize())); // [B, T, C]
    }

    private String heads(GraphScope place, String name, String hidden, OnnxAttribute order) {
        int width = config.hiddenSize();
        String rows = layers.linear(place, name, width, width, hidden); // [B, T, C]
        String shape = graph.integers(0, 0, config.numAttentionHeads(), config.headSize());
        return place.add("Transpose", order, place.add("Reshape", rows, shape));
    }

    private String norm(GraphScope place, String name, String rows) {
        return layers.layerNorm(place, name, config.hiddenSize(), config.layerNormEps(), rows);
    }

    private void describe(Axis rows, String hidden) {
        graph.describe(hidden, DType.F32, rows, Axis.SEQUENCE, Axis.of(config.hiddenSize()));
    }
}
