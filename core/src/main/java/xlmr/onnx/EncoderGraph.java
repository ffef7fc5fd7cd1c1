package xlmr.onnx;

import xlmr.model.EncoderLayer;
import xlmr.model.LayerNormOrder;
import xlmr.model.SelfAttention;
import xlmr.model.XlmRobertaConfig;
import xlmr.model.XlmRobertaModel;
import xlmr.nn.LayerNorm;
import xlmr.nn.Linear;
import xlmr.tensor.DType;

/// An encoder as nodes, layer by layer, as the reference computes it: token ids and mask in, hidden
/// states out. B texts, T tokens of each with padding, C hidden, H heads, D = C / H, F
/// feed-forward.
final class EncoderGraph {
    private final XlmRobertaModel model;
    private final XlmRobertaConfig config;
    private final OnnxGraph graph;
    private final GraphLayers layers;
    private final GraphScope scope;

    EncoderGraph(XlmRobertaModel model, OnnxGraph graph, GraphLayers layers) {
        this.model = model;
        this.config = model.config();
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
        int index = 0;
        for (EncoderLayer layer : model.layers()) {
            GraphScope place = scope.in("encoder").in("layer." + index++);
            String attended = attend(place.in("attention"), layer, hidden, bias); // [B, T, C]
            hidden = feedForward(place, layer, attended); // [B, T, C]
            LayerNorm last = index == model.layers().size() ? model.finalNorm() : null;
            if (last != null) {
                hidden = layers.layerNorm(scope.in("encoder").in("LayerNorm"), last, hidden);
            }
            describe(rows, hidden);
        }
        return hidden;
    }

    /// The pooler with this dense layer: first token, dense, tanh.
    ///
    /// @return `[B, C]`
    String pooler(Linear dense, String hidden) {
        GraphScope place = scope.in("pooler");
        String first = firstToken(place, hidden); // [B, C]
        return place.add("Tanh", layers.linear(place, dense, first)); // [B, C]
    }

    /// The hidden state of `<s>`, `[B, C]`.
    String firstToken(GraphScope place, String hidden) {
        return place.add("Gather", OnnxAttribute.axis(1), hidden, graph.integer(0)); // [B, C]
    }

    private String embeddings(GraphScope place, String ids) {
        String words =
                layers.lookup(
                        place.in("word_embeddings"), model.embeddings().word(), ids); // [B, T, C]
        String type =
                layers.lookup(
                        place.in("token_type_embeddings"),
                        model.embeddings().tokenType(),
                        graph.integer(0)); // [C]
        String positions =
                layers.lookup(
                        place.in("position_embeddings"),
                        model.embeddings().position(),
                        positionIds(place.in("position_ids"), ids)); // [B, T, C]
        String sum = place.add("Add", place.add("Add", words, type), positions); // [B, T, C]
        LayerNorm norm = model.embeddings().norm();
        return norm == null ? sum : layers.layerNorm(place.in("LayerNorm"), norm, sum); // [B, T, C]
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

    private String attend(GraphScope place, EncoderLayer layer, String hidden, String bias) {
        GraphScope output = place.in("output");
        LayerNorm norm = layer.attentionNorm();
        boolean after = layer.order() == LayerNormOrder.AFTER;
        String input =
                after ? hidden : layers.layerNorm(place.in("self_attn_layer_norm"), norm, hidden);
        String context = selfAttention(place.in("self"), layer.attention(), input, bias);
        String projected =
                layers.linear(output.in("dense"), layer.attentionOutput(), context); // [B, T, C]
        String sum = output.add("Add", projected, hidden); // [B, T, C]
        return after ? layers.layerNorm(output.in("LayerNorm"), norm, sum) : sum; // [B, T, C]
    }

    private String feedForward(GraphScope place, EncoderLayer layer, String attended) {
        GraphScope intermediate = place.in("intermediate");
        GraphScope output = place.in("output");
        LayerNorm norm = layer.outputNorm();
        boolean after = layer.order() == LayerNormOrder.AFTER;
        String input = after ? attended : layers.layerNorm(place.in("LayerNorm"), norm, attended);
        String inner =
                layers.linear(intermediate.in("dense"), layer.intermediate(), input); // [B, T, F]
        String activated =
                layers.activation(
                        intermediate.in("activation"), layer.activation(), inner); // [B, T, F]
        String projected =
                layers.linear(output.in("dense"), layer.output(), activated); // [B, T, C]
        String sum = output.add("Add", projected, attended); // [B, T, C]
        return after ? layers.layerNorm(output.in("LayerNorm"), norm, sum) : sum; // [B, T, C]
    }

    /// softmax(Q Kᵀ / √D + bias) V, head by head.
    private String selfAttention(
            GraphScope place, SelfAttention attention, String hidden, String bias) {
        OnnxAttribute headsFirst = OnnxAttribute.permutation(0, 2, 1, 3);
        OnnxAttribute keysLast = OnnxAttribute.permutation(0, 2, 3, 1);
        String query =
                heads(
                        place.in("query"),
                        attention.query(),
                        attention.heads(),
                        hidden,
                        headsFirst); // [B, H, T, D]
        String keys =
                heads(
                        place.in("key"),
                        attention.key(),
                        attention.heads(),
                        hidden,
                        keysLast); // [B, H, D, T]
        String values =
                heads(
                        place.in("value"),
                        attention.value(),
                        attention.heads(),
                        hidden,
                        headsFirst); // [B, H, T, D]
        String root = graph.number((float) Math.sqrt(config.headSize()));
        String scores = place.add("Div", place.add("MatMul", query, keys), root); // [B, H, T, T]
        String masked = place.add("Add", scores, bias); // [B, H, T, T]
        String probabilities = place.add("Softmax", OnnxAttribute.axis(-1), masked); // [B, H, T, T]
        String context = place.add("MatMul", probabilities, values); // [B, H, T, D]
        String joined = place.add("Transpose", headsFirst, context); // [B, T, H, D]
        return place.add(
                "Reshape",
                joined,
                graph.integers(0, 0, attention.heads() * config.headSize())); // [B, T, A]
    }

    private String heads(
            GraphScope place, Linear layer, int heads, String hidden, OnnxAttribute order) {
        String rows = layers.linear(place, layer, hidden); // [B, T, C]
        String shape = graph.integers(0, 0, heads, config.headSize());
        return place.add("Transpose", order, place.add("Reshape", rows, shape));
    }

    private void describe(Axis rows, String hidden) {
        graph.describe(hidden, DType.F32, rows, Axis.SEQUENCE, Axis.of(config.hiddenSize()));
    }
}
