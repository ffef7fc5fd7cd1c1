package xlmr.train;

import java.util.Arrays;
import java.util.List;
import xlmr.autograd.Gradients;
import xlmr.autograd.Ops;
import xlmr.autograd.Parameter;
import xlmr.autograd.Tape;
import xlmr.autograd.Workspace;
import xlmr.backend.Backend;
import xlmr.backend.CrossEntropy;
import xlmr.data.BatchOrder;
import xlmr.nn.Linear;
import xlmr.optim.AdamW;
import xlmr.optim.AdamWSettings;
import xlmr.optim.LearningRateSchedule;
import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;

/// One linear layer with softmax on vectors that do not change: how much of the labels can be read
/// off them (Alain and Bengio 2016).
///
/// Each column is first shifted and scaled to mean 0 and variance 1 over the training vectors, so
/// that layers of different scale are compared fairly. The weights start at 0, so only the order of
/// the examples depends on the seed.
public final class LinearProbe {
    private static final int CHUNK = 4096;

    private final Backend backend;
    private final Workspace workspace;
    private final double[] mean;
    private final double[] scale;
    private final Linear linear;

    /// How a probe is trained.
    ///
    /// @param epochs passes over the examples
    /// @param batchSize examples of a batch
    /// @param learningRate AdamW's first, from where it falls to 0 in a straight line
    /// @param weightDecay AdamW's, of the weights but not of the bias
    /// @param seed of the order of the examples
    public record Settings(
            int epochs, int batchSize, double learningRate, double weightDecay, long seed) {
        /// Checks the numbers.
        public Settings {
            if (epochs < 1 || batchSize < 1 || !(learningRate > 0) || !(weightDecay >= 0)) {
                throw new IllegalArgumentException(
                        ("probe: expected epochs and batch size of at least 1, a rate above 0 and a"
                                        + " decay of at least 0, found %d, %d, %s, %s")
                                .formatted(epochs, batchSize, learningRate, weightDecay));
            }
        }

        /// 30 passes in batches of 32 at 0.003, with a decay of 0.1.
        public static Settings defaults() {
            return new Settings(30, 32, 3e-3, 0.1, 0);
        }

        /// The same with other epochs.
        public Settings withEpochs(int value) {
            return new Settings(value, batchSize, learningRate, weightDecay, seed);
        }

        /// The same with another seed.
        public Settings withSeed(long value) {
            return new Settings(epochs, batchSize, learningRate, weightDecay, value);
        }
    }

    private LinearProbe(Backend backend, double[] mean, double[] scale, Linear linear) {
        this.backend = backend;
        this.workspace = new Workspace(backend);
        this.mean = mean;
        this.scale = scale;
        this.linear = linear;
    }

    /// Trains a probe.
    ///
    /// @param vectors `[M][C]`, M at least 1
    /// @param labels `[M]` of 0 to K - 1
    /// @param classes K
    /// @throws TrainingException if a vector or the loss is not a number
    public static LinearProbe fit(
            Backend backend, float[][] vectors, int[] labels, int classes, Settings settings) {
        int columns = vectors[0].length;
        double[] mean = new double[columns];
        double[] scale = new double[columns];
        standardize(vectors, mean, scale);
        Linear linear =
                new Linear(
                        zeros(backend, "probe.weight", classes, columns),
                        zeros(backend, "probe.bias", classes));
        LinearProbe probe = new LinearProbe(backend, mean, scale, linear);
        probe.train(vectors, labels, settings);
        return probe;
    }

    private static void standardize(float[][] vectors, double[] mean, double[] scale) {
        for (int c = 0; c < mean.length; c++) {
            double sum = 0;
            for (float[] vector : vectors) {
                sum += vector[c];
            }
            mean[c] = sum / vectors.length;
            double squares = 0;
            for (float[] vector : vectors) {
                squares += (vector[c] - mean[c]) * (vector[c] - mean[c]);
            }
            double deviation = Math.sqrt(squares / vectors.length);
            if (!Double.isFinite(deviation)) {
                throw new TrainingException(
                        "probe: column %d of the vectors is not a number; check the checkpoint with `inspect`"
                                .formatted(c));
            }
            // A column that is the same for all says nothing; rounding must not be blown up to 1.
            scale[c] = deviation > 1e-6 * (1 + Math.abs(mean[c])) ? 1 / deviation : 0;
        }
    }

    private static Parameter zeros(Backend backend, String name, int... sizes) {
        Tensor zeros = backend.allocate(Shape.of(sizes)); // [as asked]
        backend.fill(zeros, 0);
        return new Parameter(name, zeros);
    }

    private void train(float[][] vectors, int[] labels, Settings settings) {
        Gradients gradients = new Gradients(backend, linear.parameters(), List.of());
        AdamW optimizer =
                new AdamW(
                        backend, AdamWSettings.withWeightDecay(settings.weightDecay()), gradients);
        int[] lengths = new int[labels.length];
        Arrays.fill(lengths, 1);
        BatchOrder order = BatchOrder.shuffled(settings.seed());
        long steps = (long) settings.epochs() * Math.ceilDiv(labels.length, settings.batchSize());
        LearningRateSchedule schedule =
                new LearningRateSchedule.Linear(settings.learningRate(), 0, steps);
        for (int epoch = 0; epoch < settings.epochs(); epoch++) {
            for (int[] rows : order.batches(lengths, settings.batchSize(), epoch)) {
                Tape tape = new Tape(backend, workspace, gradients);
                Ops ops = Ops.recording(backend, workspace, tape);
                int[] own = Arrays.stream(rows).map(row -> labels[row]).toArray();
                Tensor logits = linear.forward(ops, input(ops, vectors, rows)); // [B, K]
                Tensor loss = ops.crossEntropy(logits, CrossEntropy.of(own)); // []
                if (!Double.isFinite(loss.item())) {
                    throw new TrainingException(
                            "probe: the loss is %s; lower the learning rate (now %s)"
                                    .formatted(loss.item(), settings.learningRate()));
                }
                tape.backward(loss, 1);
                optimizer.step(gradients, schedule.at(optimizer.steps()), 1);
                gradients.clear();
                workspace.reset();
            }
        }
    }

    /// Logits of vectors. `[M][C] -> [M][K]`
    public float[][] logits(float[][] vectors) {
        float[][] logits = new float[vectors.length][];
        for (int from = 0; from < vectors.length; from += CHUNK) {
            int[] rows = new int[Math.min(CHUNK, vectors.length - from)];
            int first = from;
            Arrays.setAll(rows, i -> first + i);
            Ops ops = Ops.inference(backend, workspace);
            Tensor output = linear.forward(ops, input(ops, vectors, rows)); // [B, K]
            float[] values = output.toArray();
            int classes = output.size(1);
            for (int i = 0; i < rows.length; i++) {
                logits[from + i] = Arrays.copyOfRange(values, i * classes, (i + 1) * classes);
            }
            workspace.reset();
        }
        return logits;
    }

    private Tensor input(Ops ops, float[][] vectors, int[] rows) {
        float[] flat = new float[rows.length * mean.length];
        for (int i = 0; i < rows.length; i++) {
            float[] vector = vectors[rows[i]];
            for (int c = 0; c < mean.length; c++) {
                flat[i * mean.length + c] = (float) ((vector[c] - mean[c]) * scale[c]);
            }
        }
        return ops.constant(Shape.of(rows.length, mean.length), flat); // [B, C]
    }
}
