package xlmr.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import xlmr.backend.Backend;
import xlmr.data.EncodedExamples;
import xlmr.model.TaskModel;
import xlmr.train.EpochResult;
import xlmr.train.Inference;
import xlmr.train.TrainingListener;
import xlmr.train.Tune;

/// The workloads on which `cuda bench` measures a GPU and the processor.
///
/// @param models what is computed
record DeviceBench(DeviceModelChecks models) {
    private static final int ROWS = 32;
    private static final int LENGTH = 128;
    private static final int ROUNDS = 5;

    /// Something that can be done again and again.
    @FunctionalInterface
    interface Workload {
        /// Amount done in a second: the median of some rounds after one that does not count.
        double perSecond(Backend backend);
    }

    /// The workloads by name.
    Map<String, Workload> workloads() {
        Map<String, Workload> workloads = new LinkedHashMap<>();
        workloads.put("32 x 128 tokens, tokens/s", backend -> tokens(backend, ROWS));
        workloads.put("1 x 128 tokens, tokens/s", backend -> tokens(backend, 1));
        workloads.put("full fine-tuning, samples/s", this::training);
        return workloads;
    }

    private double tokens(Backend backend, int rows) {
        TaskModel model = models.classifier(Tune.HEAD);
        SplittableRandom random = new SplittableRandom(0);
        List<int[]> sequences = new ArrayList<>();
        for (int b = 0; b < rows; b++) {
            sequences.add(random.ints(LENGTH, 5, 200).toArray());
        }
        EncodedExamples examples = new EncodedExamples(sequences, null);
        Inference inference = new Inference(backend, model);
        inference.logits(examples, done -> {});
        double[] seconds = new double[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            long begin = System.nanoTime();
            inference.logits(examples, done -> {});
            seconds[i] = (System.nanoTime() - begin) / 1e9;
        }
        Arrays.sort(seconds);
        return rows * LENGTH / seconds[ROUNDS / 2];
    }

    private double training(Backend backend) {
        List<Double> seconds = new ArrayList<>();
        models.train(
                backend,
                ROUNDS + 1,
                new TrainingListener() {
                    @Override
                    public void epochDone(EpochResult result) {
                        seconds.add(result.seconds());
                    }
                });
        double[] counted =
                seconds.stream().skip(1).mapToDouble(Double::doubleValue).sorted().toArray();
        return models.examples().size() / counted[counted.length / 2];
    }
}
