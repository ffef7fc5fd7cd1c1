package xlmr.onnx;

import xlmr.backend.Activation;
import xlmr.model.XlmRobertaConfig;
import xlmr.tensor.DType;

/// A whole model as a graph: inputs, encoder, the head of a task, and outputs under the names that
/// the reference's exporter gives them. B texts, T tokens of each, C hidden, V vocabulary, K
/// labels.
final class TaskGraph {
    private final XlmRobertaConfig config;
    private final OnnxGraph graph;
    private final OnnxWeights weights;
    private final GraphLayers layers;
    private final EncoderGraph encoder;
    private final int width;

    TaskGraph(XlmRobertaConfig config, OnnxGraph graph, OnnxWeights weights) {
        this.config = config;
        this.graph = graph;
        this.weights = weights;
        this.layers = new GraphLayers(weights);
        this.encoder = new EncoderGraph(config, graph, layers);
        this.width = config.hiddenSize();
    }

    /// Adds everything.
    void write(OnnxTask task) {
        switch (task) {
            case FEATURE_EXTRACTION -> features();
            case TEXT_CLASSIFICATION -> textClassification();
            case TOKEN_CLASSIFICATION -> tokenClassification();
            case QUESTION_ANSWERING -> questionAnswering();
            case MULTIPLE_CHOICE -> multipleChoice();
            case FILL_MASK, TEXT_GENERATION -> languageModel();
        }
    }

    /// Hidden states of texts `[B, T]`.
    private String hidden() {
        String ids = graph.input("input_ids", DType.I64, Axis.BATCH, Axis.SEQUENCE);
        String mask = graph.input("attention_mask", DType.I64, Axis.BATCH, Axis.SEQUENCE);
        return encoder.write(Axis.BATCH, ids, mask); // [B, T, C]
    }

    private void features() {
        String hidden = hidden(); // [B, T, C]
        boolean pooled = weights.has("roberta.pooler.dense.weight");
        String pooler = pooled ? encoder.pooler(hidden) : ""; // [B, C]
        graph.output(
                "last_hidden_state", hidden, DType.F32, Axis.BATCH, Axis.SEQUENCE, Axis.of(width));
        if (pooled) {
            graph.output("pooler_output", pooler, DType.F32, Axis.BATCH, Axis.of(width));
        }
    }

    private void textClassification() {
        String hidden = hidden(); // [B, T, C]
        GraphScope place = new GraphScope(graph, "/classifier");
        String first = encoder.firstToken(place, hidden); // [B, C]
        String dense =
                layers.linear(place.in("dense"), "classifier.dense", width, width, first); // [B, C]
        String logits =
                layers.linear(
                        place.in("out_proj"),
                        "classifier.out_proj",
                        config.numLabels(),
                        width,
                        place.add("Tanh", dense)); // [B, K]
        graph.output("logits", logits, DType.F32, Axis.BATCH, Axis.of(config.numLabels()));
    }

    private void tokenClassification() {
        String hidden = hidden(); // [B, T, C]
        GraphScope place = new GraphScope(graph, "/classifier");
        int labels = config.numLabels();
        String logits = layers.linear(place, "classifier", labels, width, hidden); // [B, T, K]
        graph.output("logits", logits, DType.F32, Axis.BATCH, Axis.SEQUENCE, Axis.of(labels));
    }

    private void questionAnswering() {
        String hidden = hidden(); // [B, T, C]
        GraphScope place = new GraphScope(graph, "/qa_outputs");
        String both = layers.linear(place, "qa_outputs", 2, width, hidden); // [B, T, 2]
        OnnxAttribute last = OnnxAttribute.axis(-1);
        String start = place.in("start").add("Gather", last, both, graph.integer(0)); // [B, T]
        String end = place.in("end").add("Gather", last, both, graph.integer(1)); // [B, T]
        graph.output("start_logits", start, DType.F32, Axis.BATCH, Axis.SEQUENCE);
        graph.output("end_logits", end, DType.F32, Axis.BATCH, Axis.SEQUENCE);
    }

    /// The choices of all texts go through the encoder as one batch.
    private void multipleChoice() {
        Axis[] axes = {Axis.BATCH, Axis.CHOICES, Axis.SEQUENCE};
        String ids = graph.input("input_ids", DType.I64, axes);
        String mask = graph.input("attention_mask", DType.I64, axes);
        GraphScope place = new GraphScope(graph, "/choices");
        OnnxAttribute first = OnnxAttribute.axis(0);
        String sizes = place.add("Shape", ids); // [3]
        String length = place.add("Gather", first, sizes, graph.integers(2)); // [1]
        String flat = place.add("Concat", first, graph.integers(-1), length); // [2]
        String hidden =
                encoder.write(
                        Axis.FLAT_CHOICES,
                        place.in("input_ids").add("Reshape", ids, flat),
                        place.in("attention_mask").add("Reshape", mask, flat)); // [B choices, T, C]
        GraphScope classifier = new GraphScope(graph, "/classifier");
        String logits =
                layers.linear(
                        classifier,
                        "classifier",
                        1,
                        width,
                        encoder.pooler(hidden)); // [B choices, 1]
        String rows = classifier.add("Gather", first, sizes, graph.integers(0, 1)); // [2]
        graph.output(
                "logits",
                classifier.add("Reshape", logits, rows), // [B, choices]
                DType.F32,
                Axis.BATCH,
                Axis.CHOICES);
    }

    private void languageModel() {
        String hidden = hidden(); // [B, T, C]
        GraphScope place = new GraphScope(graph, "/lm_head");
        String dense =
                layers.linear(
                        place.in("dense"), "lm_head.dense", width, width, hidden); // [B, T, C]
        String active = layers.activation(place.in("gelu"), Activation.GELU, dense); // [B, T, C]
        String normed =
                layers.layerNorm(
                        place.in("layer_norm"),
                        "lm_head.layer_norm",
                        width,
                        config.layerNormEps(),
                        active); // [B, T, C]
        String logits = decoder(place.in("decoder"), normed); // [B, T, V]
        graph.output(
                "logits",
                logits,
                DType.F32,
                Axis.BATCH,
                Axis.SEQUENCE,
                Axis.of(config.vocabSize()));
    }

    /// A tied decoder is the table of the word embeddings, which is in the file once.
    private String decoder(GraphScope place, String rows) {
        int vocabulary = config.vocabSize();
        if (!config.tieWordEmbeddings()) {
            return layers.linear(place, "lm_head.decoder", vocabulary, width, rows); // [B, T, V]
        }
        String table =
                weights.matrix(
                        "roberta.embeddings.word_embeddings.weight", vocabulary, width); // [V, C]
        String turned = place.add("Transpose", OnnxAttribute.permutation(1, 0), table); // [C, V]
        String product = place.add("MatMul", rows, layers.floats(place, turned)); // [B, T, V]
        return place.add("Add", product, weights.vector("lm_head.bias", vocabulary)); // [B, T, V]
    }
}
