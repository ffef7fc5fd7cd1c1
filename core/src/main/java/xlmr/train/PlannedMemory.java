package xlmr.train;

import java.util.BitSet;
import java.util.List;
import java.util.function.Predicate;
import xlmr.autograd.KeptActivations;
import xlmr.autograd.Parameter;
import xlmr.data.EncodedExamples;
import xlmr.data.TrainingExamples;
import xlmr.model.EncoderLayers;
import xlmr.model.LoraModel;
import xlmr.model.TaskModel;
import xlmr.model.XlmRobertaConfig;

/// The memory of a run, in bytes, part by part: what this implementation holds, not what a text
/// book would.
///
/// @param weights of what trains, in memory; of the frozen rest the panels that products are made
///   of
/// @param mapped pages of the checkpoint: all are read when the result is written. The system
///   counts them, and takes those back that did not change where memory is short
/// @param gradients of what trains; of the word embedding the rows of a batch
/// @param optimizer two moments of what trains; of the word embedding those of the rows that occur
/// @param activations of the largest batch: what the backward pass needs of the forward pass
/// @param features of a frozen encoder, kept from epoch to epoch
/// @param program the virtual machine, its code, the tokenizer, buffers of products and files
public record PlannedMemory(
        long weights,
        long mapped,
        long gradients,
        long optimizer,
        long activations,
        long features,
        long program) {
    /// What a virtual machine takes that has compiled its loops, buffers included.
    private static final long PROGRAM = 170L << 20;

    /// What the tokenizer takes for each piece.
    private static final int PIECE = 400;

    /// Free space that recycled memory of unequal batches leaves between them.
    private static final double UNEVEN = 1.25;

    /// Tokens of a batch without gradients.
    private static final int INFERENCE_TOKENS = 2048;

    /// All parts together.
    public long total() {
        return weights + mapped + gradients + optimizer + activations + features + program;
    }

    /// What has to fit into the heap of the virtual machine.
    public long heap() {
        return weights + gradients + optimizer + activations + features;
    }

    /// The memory of a run.
    ///
    /// @param model whose shapes count, of several heads the first
    /// @param parameters of the encoder and all heads
    /// @param trainable which parameters train, by name
    /// @param kept of encoder layers for the backward pass
    static PlannedMemory of(
            TaskModel model,
            List<Parameter> parameters,
            Predicate<String> trainable,
            TrainingExamples training,
            PlannedData data,
            KeptActivations kept) {
        Parameter words = model.encoder().embeddings().word();
        boolean byRow = model.head().shared() != words;
        int lowest = lowestTrained(model, trainable);
        long dense = 0;
        long panels = 0;
        long read = 0;
        for (Parameter parameter : parameters) {
            long bytes = 4L * parameter.shape().elements();
            read += LoraModel.isAdapter(parameter.name()) || isHead(parameter, model) ? 0 : bytes;
            if (parameter == words && byRow) {
                continue;
            }
            if (trainable.test(parameter.name())) {
                dense += bytes;
            } else if (parameter.shape().rank() == 2 && !isTable(parameter)) {
                // Above the lowest trained layer the backward pass multiplies with it, too.
                panels += layer(parameter, model) >= lowest ? 2 * bytes : bytes;
            }
        }
        long row = 4L * words.shape().size(1);
        long rows = distinct(training, words.shape().size(0));
        boolean wordsTrain = trainable.test(words.name());
        boolean rowsTrain = byRow && wordsTrain;
        long slots = rowsTrain ? 12L * words.shape().size(0) : 0;
        return new PlannedMemory(
                dense + panels,
                read,
                dense + (rowsTrain ? Math.min(rows, data.batchTokens()) * 2 * row : 0),
                2 * dense + (rowsTrain ? 2 * rows * row + slots : 0),
                activations(model, lowest, data, kept),
                features(model, lowest, training),
                PROGRAM + (long) PIECE * words.shape().size(0));
    }

    /// The lowest encoder layer that trains: 0 with the embeddings, L for the head alone.
    static int lowestTrained(TaskModel model, Predicate<String> trainable) {
        int layers = model.config().numHiddenLayers();
        int lowest = layers;
        for (Parameter parameter : model.encoder().parameters()) {
            if (trainable.test(parameter.name())) {
                lowest = Math.min(lowest, Math.max(0, layer(parameter, model)));
            }
        }
        return lowest;
    }

    private static int layer(Parameter parameter, TaskModel model) {
        return EncoderLayers.of(parameter.name(), model.config().numHiddenLayers());
    }

    private static boolean isTable(Parameter parameter) {
        return EncoderLayers.isEmbedding(parameter.name());
    }

    private static boolean isHead(Parameter parameter, TaskModel model) {
        return layer(parameter, model) < 0 && !isTable(parameter);
    }

    /// Of a layer that the backward pass goes through, 8 C + 2 F + H numbers a token stay: query,
    /// key, value, context, two sums, two normalized states, the feed-forward network before and
    /// after its activation; and of an adapter its inner and outer product and their sum with the
    /// layer's. On the way back, 4 C + 2 F numbers of gradients are alive at a time.
    private static long activations(
            TaskModel model, int lowest, PlannedData data, KeptActivations kept) {
        XlmRobertaConfig config = model.config();
        long hidden = config.hiddenSize();
        long inner = config.intermediateSize();
        int layers = config.numHiddenLayers();
        long each = 8 * hidden + 2 * inner + config.heads(0);
        long alive = 4 * hidden + 2 * inner;
        long tokens = data.batchTokens();
        long adapters = 0;
        for (Parameter parameter : model.encoder().parameters()) {
            if (LoraModel.isAdapter(parameter.name()) && parameter.name().contains("_B.")) {
                adapters += 2L * parameter.shape().size(0) + parameter.shape().size(1);
            }
        }
        long back = layers - lowest;
        long held =
                back == 0
                        ? 0
                        : switch (kept) {
                            case FLOAT32 -> back * each + adapters;
                            case BFLOAT16 ->
                                    back * (hidden + (each + hidden) / 2)
                                            + adapters / 2
                                            + each
                                            + adapters / back;
                            case RECOMPUTED -> back * hidden + each + adapters / back;
                        };
        long training = tokens * (held + alive + 3 * hidden);
        long logits = model.head().shared() == null ? 0 : 3L * tokens / 4 * config.vocabSize();
        long inference = INFERENCE_TOKENS * (6 * hidden + 2 * inner);
        return (long) (4 * UNEVEN * (training + logits + inference));
    }

    /// What would take more than a third of the heap is not kept, see [HeadInputs#fits].
    private static long features(TaskModel model, int lowest, TrainingExamples training) {
        if (lowest < model.config().numHiddenLayers()
                || !(training instanceof EncodedExamples examples)) {
            return 0;
        }
        long bytes = KeptFeatures.bytes(model, examples);
        return bytes <= Runtime.getRuntime().maxMemory() / 3 ? bytes : 0;
    }

    /// How many different pieces occur.
    private static long distinct(TrainingExamples training, int vocabulary) {
        if (!(training instanceof EncodedExamples examples)) {
            return Math.min(vocabulary, 50_000);
        }
        BitSet seen = new BitSet(vocabulary);
        examples.sequences()
                .forEach(
                        ids -> {
                            for (int id : ids) {
                                seen.set(id);
                            }
                        });
        return seen.cardinality();
    }
}
