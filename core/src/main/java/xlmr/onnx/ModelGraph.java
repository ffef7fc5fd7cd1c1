package xlmr.onnx;

import xlmr.backend.Activation;
import xlmr.model.Head;
import xlmr.model.LanguageModelHead;
import xlmr.model.MultipleChoiceHead;
import xlmr.model.Pooler;
import xlmr.model.QuestionAnsweringHead;
import xlmr.model.SequenceClassificationHead;
import xlmr.model.TokenClassificationHead;
import xlmr.model.XlmRobertaModel;
import xlmr.nn.Linear;
import xlmr.tensor.DType;

/// A whole model as a graph: inputs, encoder, the head of a task, and outputs under the names that
/// the reference's exporter gives them. B texts, T tokens of each, C hidden, V vocabulary, K
/// labels.
final class ModelGraph {
    private final XlmRobertaModel model;
    private final OnnxGraph graph = new OnnxGraph();
    private final GraphLayers layers;
    private final EncoderGraph encoder;

    private ModelGraph(XlmRobertaModel model, DType matrixType) {
        this.model = model;
        this.layers = new GraphLayers(new OnnxWeights(graph, matrixType));
        this.encoder = new EncoderGraph(model, graph, layers);
    }

    /// The graph of an encoder: hidden states, and what its pooler gives if it has one.
    static OnnxGraph of(XlmRobertaModel model, DType matrixType) {
        ModelGraph parts = new ModelGraph(model, matrixType);
        parts.features();
        return parts.graph;
    }

    /// The graph of an encoder with a head.
    ///
    /// @throws IllegalArgumentException if the head is none of the defaults
    static OnnxGraph of(XlmRobertaModel model, Head head, DType matrixType) {
        ModelGraph parts = new ModelGraph(model, matrixType);
        switch (head) {
            case SequenceClassificationHead sequence -> parts.sequenceClassification(sequence);
            case TokenClassificationHead token -> parts.tokenClassification(token);
            case QuestionAnsweringHead question -> parts.questionAnswering(question);
            case MultipleChoiceHead choice -> parts.multipleChoice(choice);
            case LanguageModelHead language -> parts.languageModel(language);
            default ->
                    throw new IllegalArgumentException(
                            "ONNX: a head of class %s has no form; export the encoder alone"
                                    .formatted(head.getClass().getSimpleName()));
        }
        return parts.graph;
    }

    /// Hidden states of texts `[B, T]`.
    private String hidden() {
        String ids = graph.input("input_ids", DType.I64, Axis.BATCH, Axis.SEQUENCE);
        String mask = graph.input("attention_mask", DType.I64, Axis.BATCH, Axis.SEQUENCE);
        return encoder.write(Axis.BATCH, ids, mask); // [B, T, C]
    }

    private void features() {
        Axis width = Axis.of(model.config().hiddenSize());
        Pooler pooler = model.pooler();
        String hidden = hidden(); // [B, T, C]
        String pooled = pooler == null ? "" : encoder.pooler(pooler.dense(), hidden); // [B, C]
        graph.output("last_hidden_state", hidden, DType.F32, Axis.BATCH, Axis.SEQUENCE, width);
        if (pooler != null) {
            graph.output("pooler_output", pooled, DType.F32, Axis.BATCH, width);
        }
    }

    private void sequenceClassification(SequenceClassificationHead head) {
        String hidden = hidden(); // [B, T, C]
        GraphScope place = new GraphScope(graph, "/classifier");
        String first = encoder.firstToken(place, hidden); // [B, C]
        String dense = layers.linear(place.in("dense"), head.dense(), first); // [B, C]
        String inner = place.add("Tanh", dense); // [B, C]
        String logits = layers.linear(place.in("out_proj"), head.projection(), inner); // [B, K]
        graph.output("logits", logits, DType.F32, Axis.BATCH, width(head.projection()));
    }

    private void tokenClassification(TokenClassificationHead head) {
        String hidden = hidden(); // [B, T, C]
        GraphScope place = new GraphScope(graph, "/classifier");
        String logits = layers.linear(place, head.classifier(), hidden); // [B, T, K]
        Axis labels = width(head.classifier());
        graph.output("logits", logits, DType.F32, Axis.BATCH, Axis.SEQUENCE, labels);
    }

    private void questionAnswering(QuestionAnsweringHead head) {
        String hidden = hidden(); // [B, T, C]
        GraphScope place = new GraphScope(graph, "/qa_outputs");
        String both = layers.linear(place, head.outputs(), hidden); // [B, T, 2]
        OnnxAttribute last = OnnxAttribute.axis(-1);
        String start = place.in("start").add("Gather", last, both, graph.integer(0)); // [B, T]
        String end = place.in("end").add("Gather", last, both, graph.integer(1)); // [B, T]
        graph.output("start_logits", start, DType.F32, Axis.BATCH, Axis.SEQUENCE);
        graph.output("end_logits", end, DType.F32, Axis.BATCH, Axis.SEQUENCE);
    }

    /// The choices of all texts go through the encoder as one batch.
    private void multipleChoice(MultipleChoiceHead head) {
        Axis[] axes = {Axis.BATCH, Axis.CHOICES, Axis.SEQUENCE};
        String ids = graph.input("input_ids", DType.I64, axes);
        String mask = graph.input("attention_mask", DType.I64, axes);
        GraphScope place = new GraphScope(graph, "/choices");
        OnnxAttribute first = OnnxAttribute.axis(0);
        String sizes = place.add("Shape", ids); // [3]
        String length = place.add("Gather", first, sizes, graph.integers(2)); // [1]
        String flat = place.add("Concat", first, graph.integers(-1), length); // [2]
        String flatIds = place.in("input_ids").add("Reshape", ids, flat); // [B choices, T]
        String flatMask = place.in("attention_mask").add("Reshape", mask, flat); // [B choices, T]
        String hidden = encoder.write(Axis.FLAT_CHOICES, flatIds, flatMask); // [B choices, T, C]
        String pooled = encoder.pooler(head.pooler(), hidden); // [B choices, C]
        GraphScope classifier = new GraphScope(graph, "/classifier");
        String logits = layers.linear(classifier, head.classifier(), pooled); // [B choices, 1]
        String rows = classifier.add("Gather", first, sizes, graph.integers(0, 1)); // [2]
        String scores = classifier.add("Reshape", logits, rows); // [B, choices]
        graph.output("logits", scores, DType.F32, Axis.BATCH, Axis.CHOICES);
    }

    /// A tied decoder is the table of the word embeddings, which is in the file once.
    private void languageModel(LanguageModelHead head) {
        String hidden = hidden(); // [B, T, C]
        GraphScope place = new GraphScope(graph, "/lm_head");
        String dense = layers.linear(place.in("dense"), head.dense(), hidden); // [B, T, C]
        String inner = layers.activation(place.in("gelu"), Activation.GELU, dense); // [B, T, C]
        String normed = layers.layerNorm(place.in("layer_norm"), head.norm(), inner); // [B, T, C]
        GraphScope decoder = place.in("decoder");
        String logits =
                head.tied()
                        ? layers.sharing(decoder, head.decoder(), normed) // [B, T, V]
                        : layers.linear(decoder, head.decoder(), normed); // [B, T, V]
        Axis vocabulary = width(head.decoder());
        graph.output("logits", logits, DType.F32, Axis.BATCH, Axis.SEQUENCE, vocabulary);
    }

    private static Axis width(Linear layer) {
        return Axis.of(layer.weight().shape().size(0));
    }
}
