package xlmr.model;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import xlmr.backend.Activation;
import xlmr.checkpoint.Checkpoint;
import xlmr.checkpoint.CheckpointException;
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

    /// Only the head trains: feature extraction. The pooler, where a model has one, belongs to the
    /// head.
    public static final Predicate<String> HEAD =
            name -> !name.startsWith("roberta.") || name.startsWith("roberta.pooler.");

    private ModelLoader() {}

    /// The bare encoder, with its pooler if the checkpoint has one.
    public static LoadedModel<XlmRobertaModel> encoder(
            Path directory, Predicate<String> trainable) {
        return encoder(directory, trainable, true);
    }

    private static LoadedModel<XlmRobertaModel> encoder(
            Path directory, Predicate<String> trainable, boolean wantsPooler) {
        XlmRobertaConfig config = XlmRobertaConfig.read(directory.resolve("config.json"));
        Weights weights =
                new Weights(
                        directory,
                        Checkpoint.open(directory),
                        trainable,
                        0,
                        config.initializerRange());
        boolean pooled = wantsPooler && weights.has("roberta.pooler.dense.weight");
        XlmRobertaModel model = encoder(config, weights, pooled, false);
        return new LoadedModel<>(model, weights.report(ModelLoader::whyIgnored));
    }

    /// The model of the task that `architectures` names, with the default head of that task.
    ///
    /// @throws CheckpointException if the directory is that of a bare encoder, or a weight is
    ///   missing or misshapen
    public static LoadedModel<TaskModel> task(Path directory, Predicate<String> trainable) {
        XlmRobertaConfig config = XlmRobertaConfig.read(directory.resolve("config.json"));
        Task task =
                Task.of(config)
                        .orElseThrow(
                                () ->
                                        new CheckpointException(
                                                directory.toString(),
                                                "is an encoder without the head of a task (architectures %s)"
                                                        .formatted(config.architectures()),
                                                "fine-tune it with `train`"));
        return task(task, directory, config, trainable, 0);
    }

    /// An encoder with the default head of a task; a head that the checkpoint lacks is drawn at
    /// random.
    ///
    /// @param config null for the checkpoint's own; else with other labels
    /// @param seed of a head that is drawn
    public static LoadedModel<TaskModel> task(
            Task task,
            Path directory,
            @Nullable XlmRobertaConfig config,
            Predicate<String> trainable,
            long seed) {
        boolean otherHead = config != null && !HeadSpec.of(config).equals(ownHead(directory));
        return task(task, directory, config, trainable, seed, otherHead);
    }

    /// An encoder with a new head of a task, drawn at random whatever head the checkpoint has.
    ///
    /// @param config with the labels of the head
    /// @param seed of the head
    public static LoadedModel<TaskModel> withNewHead(
            Task task,
            Path directory,
            XlmRobertaConfig config,
            Predicate<String> trainable,
            long seed) {
        return task(task, directory, config, trainable, seed, true);
    }

    private static LoadedModel<TaskModel> task(
            Task task,
            Path directory,
            @Nullable XlmRobertaConfig config,
            Predicate<String> trainable,
            long seed,
            boolean newHead) {
        XlmRobertaConfig settings =
                config == null ? XlmRobertaConfig.read(directory.resolve("config.json")) : config;
        Weights weights =
                new Weights(
                        directory,
                        Checkpoint.open(directory),
                        trainable,
                        seed,
                        settings.initializerRange());
        if (newHead) {
            weights.withoutHead();
        }
        boolean decodes = task == Task.MASKED_LM || task == Task.CAUSAL_LM;
        boolean asMatrix = decodes && settings.tieWordEmbeddings();
        XlmRobertaModel encoder = encoder(settings, weights, false, asMatrix);
        Head head = Heads.of(task, settings, weights, encoder.embeddings().word());
        LoadReport report = weights.report(ModelLoader::whyIgnored);
        return new LoadedModel<>(new TaskModel(task, encoder, head), report);
    }

    /// An encoder with the default head of sequence classification.
    ///
    /// @param config null for the checkpoint's own; else with other labels
    /// @param seed of a head that is drawn
    public static LoadedModel<TaskModel> sequenceClassifier(
            Path directory,
            @Nullable XlmRobertaConfig config,
            Predicate<String> trainable,
            long seed) {
        return task(Task.SEQUENCE_CLASSIFICATION, directory, config, trainable, seed);
    }

    /// The bare encoder without a pooler, for heads of [#newHead].
    public static LoadedModel<XlmRobertaModel> sharedEncoder(
            Path directory, Predicate<String> trainable) {
        return encoder(directory, trainable, false);
    }

    /// An encoder that is in memory already with a new head, drawn at random: the same numbers as
    /// [#withNewHead] draws.
    ///
    /// @param encoder which may have adapters
    /// @param config the encoder's, with the labels of the head
    /// @param directory of the encoder
    /// @param seed of the head
    public static LoadedModel<TaskModel> newHead(
            XlmRobertaModel encoder,
            Task task,
            XlmRobertaConfig config,
            Path directory,
            long seed) {
        Weights weights =
                new Weights(
                        directory,
                        Checkpoint.open(directory),
                        HEAD,
                        seed,
                        config.initializerRange());
        weights.withoutHead();
        Head head = Heads.of(task, config, weights, encoder.embeddings().word());
        LoadReport report = weights.report(ModelLoader::whyIgnored);
        return new LoadedModel<>(new TaskModel(task, encoder.withConfig(config), head), report);
    }

    /// An encoder that is in memory already with a head from a checkpoint of its own, which is
    /// copied into memory.
    ///
    /// @param config the encoder's, with the labels of the head
    /// @param directory of the head, named in messages
    static LoadedModel<TaskModel> onto(
            XlmRobertaModel encoder,
            XlmRobertaConfig config,
            Task task,
            Path directory,
            Checkpoint checkpoint) {
        Weights weights = new Weights(directory, checkpoint, HEAD, 0, config.initializerRange());
        Head head = Heads.of(task, config, weights, encoder.embeddings().word());
        LoadReport report = weights.report(ModelLoader::whyIgnored);
        return new LoadedModel<>(new TaskModel(task, encoder.withConfig(config), head), report);
    }

    private static HeadSpec ownHead(Path directory) {
        return HeadSpec.of(XlmRobertaConfig.read(directory.resolve("config.json")));
    }

    /// @param asMatrix whether the word embedding is multiplied with, too, so that all of it trains
    private static XlmRobertaModel encoder(
            XlmRobertaConfig config, Weights weights, boolean pooled, boolean asMatrix) {
        int hidden = config.hiddenSize();
        String prefix = "roberta.embeddings.";
        String words = prefix + "word_embeddings.weight";
        boolean before = config.layerNormOrder() == LayerNormOrder.BEFORE;
        Embeddings embeddings =
                new Embeddings(
                        asMatrix
                                ? weights.embedding(words, config.vocabSize(), hidden)
                                : weights.wordEmbedding(words, config.vocabSize(), hidden),
                        weights.positionEmbedding(
                                prefix + "position_embeddings.weight",
                                config.maxPositionEmbeddings(),
                                hidden,
                                config.padTokenId()),
                        weights.embedding(
                                prefix + "token_type_embeddings.weight",
                                config.typeVocabSize(),
                                hidden),
                        before ? null : layerNorm(weights, prefix + "LayerNorm", config),
                        config.padTokenId(),
                        (float) config.hiddenDropoutProb());
        List<EncoderLayer> layers = new ArrayList<>();
        for (int layer = 0; layer < config.numHiddenLayers(); layer++) {
            layers.add(layer(layer, config, weights));
        }
        LayerNorm finalNorm =
                before ? layerNorm(weights, "roberta.encoder.LayerNorm", config) : null;
        Pooler pooler =
                pooled ? new Pooler(weights.linear("roberta.pooler.dense", hidden, hidden)) : null;
        return new XlmRobertaModel(config, embeddings, List.copyOf(layers), finalNorm, pooler);
    }

    private static EncoderLayer layer(int index, XlmRobertaConfig config, Weights weights) {
        String prefix = "roberta.encoder.layer." + index + ".";
        int width = config.attentionSize(index);
        int hidden = config.hiddenSize();
        int inner = config.intermediateSize();
        Activation activation = config.activation();
        LayerNormOrder order = config.layerNormOrder();
        String attentionNorm =
                switch (order) {
                    case AFTER -> "attention.output.LayerNorm";
                    case BEFORE -> "attention.self_attn_layer_norm";
                };
        String outputNorm =
                switch (order) {
                    case AFTER -> "output.LayerNorm";
                    case BEFORE -> "LayerNorm";
                };
        SelfAttention attention =
                new SelfAttention(
                        weights.linear(prefix + "attention.self.query", width, hidden),
                        weights.linear(prefix + "attention.self.key", width, hidden),
                        weights.linear(prefix + "attention.self.value", width, hidden),
                        config.heads(index),
                        (float) config.attentionProbsDropoutProb());
        return new EncoderLayer(
                order,
                attention,
                weights.linear(prefix + "attention.output.dense", hidden, width),
                layerNorm(weights, prefix + attentionNorm, config),
                weights.linear(prefix + "intermediate.dense", inner, hidden),
                activation,
                weights.linear(prefix + "output.dense", hidden, inner),
                layerNorm(weights, prefix + outputNorm, config),
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
            return "the head of a language model";
        }
        if (name.startsWith("head.")) {
            return "a head that this model does not have";
        }
        if (name.startsWith("classifier.") || name.startsWith("qa_outputs.")) {
            return "the head of another task";
        }
        return "not a weight of this model";
    }
}
