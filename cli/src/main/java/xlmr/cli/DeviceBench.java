package xlmr.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import xlmr.backend.Backend;
import xlmr.data.EncodedExamples;
import xlmr.train.EpochResult;
import xlmr.train.Inference;
import xlmr.train.TrainingListener;
import xlmr.train.Tune;

/// The workloads on which `cuda bench` measures a GPU and the processor.
///
/// @param models what is computed
record DeviceBench(DeviceModelChecks models) {
    /// Passes that do not count: memory is taken, kernels are loaded, and what a backend can do
    /// again with one call it has done before.
    private static final int AHEAD = 3;

    /// Something that is done some times.
    @FunctionalInterface
    interface Rounds {
        /// Seconds that each time took.
        double[] seconds(Backend backend);
    }

    /// @param name with the unit of what is done in a second
    /// @param amount of it in a round
    record Workload(String name, double amount, Rounds rounds) {
        Speed speed(Backend backend) {
            return Speed.of(amount, rounds.seconds(backend));
        }
    }

    /// Those of inference, the larger batch first, and then fine-tuning.
    List<Workload> workloads() {
        WorkSize size = models.size();
        return List.of(
                inference(size.rows(), size.length()),
                inference(1, size.length()),
                new Workload(
                        "full fine-tuning, samples/s", models.examples().size(), this::training));
    }

    private Workload inference(int rows, int length) {
        return new Workload(
                "%d x %d tokens, tokens/s".formatted(rows, length),
                (double) rows * length,
                backend -> inference(backend, rows, length));
    }

    private double[] inference(Backend backend, int rows, int length) {
        SplittableRandom random = new SplittableRandom(0);
        List<int[]> sequences = new ArrayList<>();
        for (int b = 0; b < rows; b++) {
            sequences.add(random.ints(length, 5, 200).toArray());
        }
        EncodedExamples examples = new EncodedExamples(sequences, null);
        Inference inference = new Inference(backend, models.classifier(Tune.HEAD));
        for (int i = 0; i < AHEAD; i++) {
            inference.logits(examples, done -> {});
        }
        double[] seconds = new double[models.size().rounds()];
        for (int i = 0; i < seconds.length; i++) {
            long begin = System.nanoTime();
            inference.logits(examples, done -> {});
            seconds[i] = (System.nanoTime() - begin) / 1e9;
        }
        return seconds;
    }

    private double[] training(Backend backend) {
        List<Double> seconds = new ArrayList<>();
        models.train(
                backend,
                models.size().rounds() + 1,
                new TrainingListener() {
                    @Override
                    public void epochDone(EpochResult result) {
                        seconds.add(result.seconds());
                    }
                });
        return seconds.stream().skip(1).mapToDouble(Double::doubleValue).toArray();
    }
}
