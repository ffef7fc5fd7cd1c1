package xlmr.cli;

import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import xlmr.autograd.KeptActivations;
import xlmr.model.HeadSpec;
import xlmr.model.LoraSettings;
import xlmr.optim.ScheduleShape;
import xlmr.pipeline.SavedForm;
import xlmr.train.Batching;
import xlmr.train.ClassWeights;
import xlmr.train.LearningRates;
import xlmr.train.LossFunction;
import xlmr.train.LossOptions;
import xlmr.train.Sampling;
import xlmr.train.ScoreMetric;
import xlmr.train.TrainingOptions;
import xlmr.train.Tune;

/// The numbers of a training run.
final class TrainingSettings {
    @Option(
            names = "--epochs",
            paramLabel = "N",
            description = "Passes over the examples. Default: 3.")
    private int epochs = 3;

    @Option(
            names = "--batch-size",
            paramLabel = "N",
            description = "Texts of a batch. Default: 16.")
    private int batchSize = 16;

    @Option(
            names = "--accumulation",
            paramLabel = "N",
            description = "Batches whose gradients are averaged for one step. Default: 1.")
    private int accumulation = 1;

    @Option(
            names = "--learning-rate",
            paramLabel = "X",
            description =
                    "Rate after the warm-up, from where it falls. Default: 5e-5; for --tune head"
                            + " 1e-3, for bias and --lora 5e-4.")
    private @Nullable Double learningRate;

    @Option(
            names = "--head-learning-rate",
            paramLabel = "X",
            description =
                    "Rate of the head, which is new and may learn faster. Default: as"
                            + " --learning-rate.")
    private @Nullable Double headLearningRate;

    @Option(
            names = "--layer-decay",
            paramLabel = "X",
            description =
                    "Each encoder layer learns at X times the rate of the one above it, the"
                            + " embeddings at X times that of the lowest: 0.9, for example. Default:"
                            + " 1.")
    private double layerDecay = 1;

    @Option(
            names = "--schedule",
            converter = SpecConverters.OfSchedule.class,
            paramLabel = "linear|cosine|constant|polynomial[:POWER]|plateau[:FACTOR[:EPOCHS]]",
            description =
                    "How the rate falls after the warm-up. plateau:0.5:1 multiplies it by 0.5 after"
                            + " each epoch (or so many) that is no better on --validation. Default:"
                            + " linear.")
    private ScheduleShape schedule = ScheduleShape.LINEAR;

    @Option(
            names = "--warmup-ratio",
            paramLabel = "X",
            description = "Share of the steps in which the rate rises. Default: 0.1.")
    private double warmupRatio = 0.1;

    @Option(
            names = "--weight-decay",
            paramLabel = "X",
            description = "AdamW's, not for biases and LayerNorm. Default: 0.01.")
    private double weightDecay = 0.01;

    @Option(
            names = "--clip",
            paramLabel = "X",
            description = "Largest norm of the gradient; 0 for no limit. Default: 1.")
    private double clip = 1;

    @Option(
            names = "--gradient-checkpointing",
            description =
                    "Compute each encoder layer again in the backward pass and keep less: the same"
                            + " bits in less memory, a third slower.")
    private boolean recomputing;

    @Option(
            names = "--activations",
            paramLabel = "FORMAT",
            converter = SpecConverters.OfActivations.class,
            description =
                    "How the backward pass finds the activations of encoder layers: float32, or"
                            + " bf16, rounded to half the memory. Default: float32.")
    private KeptActivations activations = KeptActivations.FLOAT32;

    @Option(
            names = "--max-length",
            paramLabel = "N",
            description =
                    "Cut texts to N tokens, <s> and </s> included. Default: as many as the model"
                            + " has positions.")
    private int maxLength;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description =
                    "For the new head, the order of the texts, dropout. The same seed gives the"
                            + " same bits. Default: 0.")
    private long seed;

    @Option(
            names = "--patience",
            paramLabel = "N",
            description =
                    "Stop after N epochs that are no better on --validation, by --metric. Default:"
                            + " 0, never.")
    private int patience;

    @Option(
            names = "--metric",
            converter = SpecConverters.OfMetric.class,
            paramLabel = "NAME",
            description =
                    "What makes an epoch the best on --validation: loss, accuracy, macro-f1,"
                            + " micro-f1, weighted-f1, balanced-accuracy, matthews; f1 and exact-match"
                            + " of entities and answers; mean-absolute-error, r2, pearson, spearman of"
                            + " numbers; perplexity of language models. Default: macro-f1 for texts, f1"
                            + " for entities and answers, accuracy for other tags and for choices, loss"
                            + " for numbers and language models.")
    private ScoreMetric metric = ScoreMetric.USUAL;

    @Option(names = "--group-by-length", description = "Batches of texts of like length.")
    private boolean groupByLength;

    @Option(
            names = "--head",
            converter = SpecConverters.OfHead.class,
            paramLabel = "SPEC",
            description =
                    "What is put on top of the encoder: roberta (dense, tanh, projection), linear,"
                            + " mlp:512,256:gelu, lstm:256, bilstm:256, gru:256, bigru:256, cnn:128x3"
                            + " (channels x width), attention, mean, max, mix:SPEC (a trained mean of"
                            + " all layers before another head), or the name of your own. Default: the"
                            + " model's own, which is roberta where it has none. See docs/heads.md.")
    private @Nullable HeadSpec head;

    @Option(
            names = "--tune",
            converter = SpecConverters.OfTune.class,
            paramLabel = "full|head|top:K|layers:A-B|bias|gradual[:N]",
            description =
                    "full: every weight is trained (global fine-tuning). head: the encoder stays as"
                            + " it is and only the new head is trained, many times faster. top:4: the 4"
                            + " highest encoder layers and the head. layers:8-11: these encoder layers,"
                            + " counted from 0, and the head. bias: the biases and the head. gradual:2:"
                            + " the head first, then a layer more from the top down every 2 epochs."
                            + " Default: full.")
    private @Nullable Tune tune;

    @Option(
            names = "--lora",
            converter = SpecConverters.OfLora.class,
            paramLabel = "r=8,alpha=16,targets=query+value[,dropout=0.05]",
            description =
                    "Train small adapters of rank r beside these linear layers of the encoder, and"
                            + " the head, in place of --tune. Targets: query, key, value,"
                            + " attention.output.dense, intermediate.dense, output.dense.")
    private @Nullable LoraSettings lora;

    @Option(
            names = "--save",
            paramLabel = "both|adapter|merged",
            description =
                    "With --lora. merged: an ordinary model, base and adapter in one. adapter: the"
                            + " adapter alone, in PEFT's files. both: the merged model, and the adapter"
                            + " in its folder adapter. Default: both.")
    private @Nullable SavedForm saved;

    @Option(
            names = "--freeze-embeddings",
            description =
                    "Leave the word, position and type vectors as they are: less memory, and words"
                            + " that the training texts lack keep their meaning.")
    private boolean freezeEmbeddings;

    @Option(
            names = "--class-weights",
            converter = SpecConverters.OfClassWeights.class,
            paramLabel = "balanced|LABEL=X,...",
            description =
                    "How much the texts of each label count in the loss. balanced: all labels the"
                            + " same in sum, so that rare ones are not overlooked.")
    private ClassWeights classWeights = ClassWeights.EQUAL;

    @Option(
            names = "--label-smoothing",
            paramLabel = "X",
            description =
                    "Ask for 1 - X on the right label and spread X over all: 0.1, for example."
                            + " Default: 0.")
    private double labelSmoothing;

    @Option(
            names = "--loss",
            converter = SpecConverters.OfLoss.class,
            paramLabel = "cross-entropy|focal[:GAMMA]",
            description =
                    "focal: a text that is right already counts less, by (1 - its"
                            + " probability)^GAMMA (default 2), so that hard ones are learned. Default:"
                            + " cross-entropy.")
    private LossFunction loss = LossFunction.CROSS_ENTROPY;

    @Option(
            names = "--sampling",
            converter = SpecConverters.OfSampling.class,
            paramLabel = "natural|sqrt|balanced|temperature:T",
            description =
                    "How often texts of each label are shown. balanced: all labels as often as each"
                            + " other; sqrt: by the root of their number; temperature:3: by its 3rd"
                            + " root. An epoch has as many texts as before. Default: natural, each"
                            + " text once.")
    private Sampling sampling = Sampling.NATURAL;

    /// Checked settings.
    ///
    /// @param usual what trains if nothing is said
    TrainingOptions options(Tune usual) {
        return TrainingOptions.defaults()
                .withTune(freezeEmbeddings ? tune(usual).withoutEmbeddings() : tune(usual))
                .withEpochs(epochs)
                .withPatience(patience)
                .withMetric(metric)
                .withSeed(seed)
                .withBatching(new Batching(batchSize, accumulation, groupByLength, sampling))
                .withRates(
                        new LearningRates(
                                optional(learningRate),
                                optional(headLearningRate),
                                layerDecay,
                                schedule,
                                warmupRatio))
                .withLoss(new LossOptions(classWeights, labelSmoothing, loss))
                .withWeightDecay(weightDecay)
                .withClipNorm(clip)
                .withKept(kept());
    }

    private KeptActivations kept() {
        if (!recomputing) {
            return activations;
        }
        if (activations != KeptActivations.FLOAT32) {
            throw new CommandException(
                    "--gradient-checkpointing and --activations: activations are either computed"
                            + " again or kept rounded; choose one");
        }
        return KeptActivations.RECOMPUTED;
    }

    /// The head to put on top; null for the one that the model has.
    @Nullable HeadSpec head() {
        return head;
    }

    /// What is written of a head that stays apart from its encoder.
    SavedForm savedApart() {
        refuseSave("--head-name, which saves the head and its adapter");
        return SavedForm.HEAD;
    }

    /// Refuses a choice of files where there is none.
    ///
    /// @param where and why
    void refuseSave(String where) {
        if (saved != null) {
            throw new CommandException("--save: not with " + where);
        }
    }

    /// What is written of a model that was trained with adapters.
    SavedForm saved() {
        if (saved == SavedForm.HEAD) {
            throw new CommandException(
                    "--save head: expected both, adapter or merged; a head alone is saved by"
                            + " --head-name NAME");
        }
        if (saved != null && lora == null) {
            throw new CommandException("--save: only with --lora, which trains adapters");
        }
        return saved == null ? SavedForm.BOTH : saved;
    }

    private Tune tune(Tune usual) {
        if (lora == null) {
            return tune == null ? usual : tune;
        }
        if (tune != null) {
            throw new CommandException(
                    "--lora and --tune %s: expected one of them; --lora trains adapters and the head"
                            .formatted(tune.spec()));
        }
        return new Tune.Lora(lora);
    }

    private static OptionalDouble optional(@Nullable Double value) {
        return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
    }

    /// Most tokens of a text; 0 for as many as the model has positions.
    int maxLength() {
        return maxLength;
    }
}
