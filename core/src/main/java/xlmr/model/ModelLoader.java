package xlmr.model;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import xlmr.backend.Activation;
import xlmr.checkpoint.Checkpoint;
import xlmr.checkpoint.LoadReport;
import xlmr.nn.LayerNorm;

/// Builds models from a directory with `config.json` and a checkpoint.
///
/// Nothing large is copied for inference: weights stay in the mapped file. For training,
/// `trainable` says by name what will change.
public final class ModelLoader {
    /// Nothing trains.
    public static final Predicate<String> FROZEN = name -> false;

    /// Everything trains: global fine-tuning.
    public static final Predicate<String> ALL = name -> true;

    /// Only the head trains: feature extraction.
    public static final Predicate<String> HEAD = name -> !name.startsWith("roberta.");

    private ModelLoader() {}

    /// The bare encoder, with its pooler if the checkpoint has one.
    public static LoadedModel<XlmRobertaModel> encoder(
            Path directory, Predicate<String> trainable) {
        XlmRobertaConfig config = XlmRobertaConfig.read(directory.resolve("config.json"));
        Weights weights =
                new Weights(
                        directory,
                        Checkpoint.open(directory),
                        trainable,
                        0,
                        config.initializerRange());
        boolean pooled = weights.has("roberta.pooler.dense.weight");
        XlmRobertaModel model = encoder(config, weights, pooled);
        return new LoadedModel<>(model, weights.report(ModelLoader::whyIgnored));
    }

    /// An encoder with the default head of sequence classification; a head that the checkpoint
    /// lacks is drawn at random.
    ///
    /// @param config null for the checkpoint's own; else with other labels
    /// @param seed of a head that is drawn
    public static LoadedModel<SequenceClassifier> sequenceClassifier(
            Path directory,
            @Nullable XlmRobertaConfig config,
            Predicate<String> trainable,
            long seed) {
        XlmRobertaConfig settings =
                config == null ? XlmRobertaConfig.read(directory.resolve("config.json")) : config;
        Weights weights =
                new Weights(
                        directory,
                        Checkpoint.open(directory),
                        trainable,
                        seed,
                        settings.initializerRange());
        XlmRobertaModel encoder = encoder(settings, weights, false);
        int hidden = settings.hiddenSize();
        Head head =
                new SequenceClassificationHead(
                        weights.headLinear("classifier.dense", hidden, hidden),
                        weights.headLinear("classifier.out_proj", settings.numLabels(), hidden),
                        (float) settings.headDropout());
        LoadReport report = weights.report(ModelLoader::whyIgnored);
        return new LoadedModel<>(new SequenceClassifier(encoder, head), report);
    }

    private static XlmRobertaModel encoder(
            XlmRobertaConfig config, Weights weights, boolean pooled) {
        int hidden = config.hiddenSize();
        String prefix = "roberta.embeddings.";
        Embeddings embeddings =
                new Embeddings(
                        weights.wordEmbedding(
                                prefix + "word_embeddings.weight", config.vocabSize(), hidden),
                        weights.embedding(
                                prefix + "position_embeddings.weight",
                                config.maxPositionEmbeddings(),
                                hidden),
                        weights.embedding(
                                prefix + "token_type_embeddings.weight",
                                config.typeVocabSize(),
                                hidden),
                        layerNorm(weights, prefix + "LayerNorm", config),
                        config.padTokenId(),
                        (float) config.hiddenDropoutProb());
        List<EncoderLayer> layers = new ArrayList<>();
        for (int layer = 0; layer < config.numHiddenLayers(); layer++) {
            layers.add(layer("roberta.encoder.layer." + layer + ".", config, weights));
        }
        Pooler pooler =
                pooled ? new Pooler(weights.linear("roberta.pooler.dense", hidden, hidden)) : null;
        return new XlmRobertaModel(config, embeddings, List.copyOf(layers), pooler);
    }

    private static EncoderLayer layer(String prefix, XlmRobertaConfig config, Weights weights) {
        int hidden = config.hiddenSize();
        int inner = config.intermediateSize();
        Activation activation = config.activation();
        SelfAttention attention =
                new SelfAttention(
                        weights.linear(prefix + "attention.self.query", hidden, hidden),
                        weights.linear(prefix + "attention.self.key", hidden, hidden),
                        weights.linear(prefix + "attention.self.value", hidden, hidden),
                        (float) config.attentionProbsDropoutProb());
        return new EncoderLayer(
                attention,
                weights.linear(prefix + "attention.output.dense", hidden, hidden),
                layerNorm(weights, prefix + "attention.output.LayerNorm", config),
                weights.linear(prefix + "intermediate.dense", inner, hidden),
                activation,
                weights.linear(prefix + "output.dense", hidden, inner),
                layerNorm(weights, prefix + "output.LayerNorm", config),
                (float) config.hiddenDropoutProb());
    }

    private static LayerNorm layerNorm(Weights weights, String name, XlmRobertaConfig config) {
        return weights.layerNorm(name, config.hiddenSize(), (float) config.layerNormEps());
    }

    private static String whyIgnored(String name) {
        if (name.contains("position_ids")) {
            return "a buffer of old releases; positions are counted from the tokens";
        }
        if (name.contains("pooler.")) {
            return "the pooler, which this head does not read";
        }
        if (name.startsWith("lm_head.")) {
            return "the masked language model's head";
        }
        if (name.startsWith("classifier.") || name.startsWith("qa_outputs.")) {
            return "the head of another task";
        }
        return "not a weight of this model";
    }
}
