package xlmr.cli;

import picocli.CommandLine.Option;
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
                    "Rate after the warm-up, from where it falls to 0. Default: 5e-5 for full, 1e-3 for head.")
    private double learningRate;

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
            names = "--max-length",
            paramLabel = "N",
            description =
                    "Cut texts to N tokens, <s> and </s> included. Default: as many as the model has positions.")
    private int maxLength;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description =
                    "For the new head, the order of the texts, dropout. The same seed gives the same bits. Default: 0.")
    private long seed;

    @Option(
            names = "--patience",
            paramLabel = "N",
            description =
                    "Stop after N epochs that are no better on --validation. Default: 0, never.")
    private int patience;

    @Option(names = "--group-by-length", description = "Batches of texts of like length.")
    private boolean groupByLength;

    @Option(
            names = "--tune",
            paramLabel = "full|head",
            description =
                    "full: every weight is trained (global fine-tuning). head: the encoder stays as it is and only the"
                            + " new head is trained, many times faster. Default: full.")
    private Tune tune = Tune.FULL;

    /// Checked settings.
    TrainingOptions options() {
        double rate = learningRate != 0 ? learningRate : tune == Tune.HEAD ? 1e-3 : 5e-5;
        return new TrainingOptions(
                epochs,
                batchSize,
                accumulation,
                rate,
                warmupRatio,
                weightDecay,
                clip,
                seed,
                groupByLength,
                patience,
                tune);
    }

    /// Most tokens of a text; 0 for as many as the model has positions.
    int maxLength() {
        return maxLength;
    }
}
