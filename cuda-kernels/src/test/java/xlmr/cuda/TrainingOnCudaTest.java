package xlmr.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import xlmr.autograd.Parameter;
import xlmr.backend.Backend;
import xlmr.backend.Precision;
import xlmr.backend.cpu.ScalarBackend;
import xlmr.checkpoint.Checkpoint;
import xlmr.data.BatchOrder;
import xlmr.data.EncodedExamples;
import xlmr.model.ModelLoader;
import xlmr.model.Targets;
import xlmr.model.TaskModel;
import xlmr.model.WeightSource;
import xlmr.train.Batching;
import xlmr.train.LearningRates;
import xlmr.train.RunCheckpoints;
import xlmr.train.RunFingerprint;
import xlmr.train.RunSaving;
import xlmr.train.Trainer;
import xlmr.train.TrainingListener;
import xlmr.train.TrainingOptions;

/// A run of the trainer on the GPU backend, step by step: losses and gradient norms as PyTorch's
/// and the processor's, and a driver that is asked for no memory once the first steps are done.
class TrainingOnCudaTest {
    private static final FakeCuda CUDA = FakeCuda.install();
    static final Path GOLDEN =
            Path.of(System.getProperty("xlmr.repository", ".."))
                    .toAbsolutePath()
                    .resolve("tests/golden/training");

    /// Micro-batches of 4 in steps of 2, as the fixture.
    private static final TrainingOptions OPTIONS =
            TrainingOptions.defaults()
                    .withEpochs(5)
                    .withBatching(new Batching(4, 2, false))
                    .withRates(LearningRates.defaults().withBase(0.002).withWarmupRatio(0.2));

    @Test
    void everyStepIsThatOfTheReferenceAndNoneAsksForMemory() {
        Checkpoint expected = Checkpoint.open(GOLDEN.resolve("global.safetensors"));
        Recorder recorder = new Recorder();
        try (Backend cuda = CUDA.open()) {
            train(cuda, recorder);
        }
        assertThat(CUDA.takeFault()).isNull();
        assertThat(CUDA.leaks()).isEmpty();
        assertSeries("micro_losses", recorder.microLosses, expected, 1e-5);
        assertSeries("grad_norms", recorder.norms, expected, 3e-5);
        Map<String, float[]> processor = onProcessor();
        assertThat(recorder.last.keySet()).isEqualTo(processor.keySet());
        recorder.last.forEach(
                (name, values) -> {
                    // The true gradient of key biases is 0; Adam makes steps of its rounding.
                    float limit = name.endsWith("attention.self.key.bias") ? 2e-3f : 2e-5f;
                    assertThat(values)
                            .as(name)
                            .usingComparatorWithPrecision(limit)
                            .containsExactly(Objects.requireNonNull(processor.get(name)));
                });
        int steps = recorder.allocations.size();
        for (int step = 1; step < steps; step++) {
            boolean isBetweenEpochs =
                    !recorder.epochs.get(step).equals(recorder.epochs.get(step - 1));
            assertThat(recorder.waits.get(step) - recorder.waits.get(step - 1))
                    .as("waits until step %d, for its losses and norm", step + 1)
                    // Weights are looked at before they are kept.
                    .isEqualTo(isBetweenEpochs ? 2 : 1);
        }
        assertThat(recorder.allocations.get(steps - 1))
                .as("allocations after the first passes over the data")
                .isEqualTo(recorder.allocations.get(steps / 2));
    }

    @Test
    void aRunThatWasStoppedOnTheProcessorGoesOnOnTheGpu(@TempDir Path folder) {
        Checkpoint expected = Checkpoint.open(GOLDEN.resolve("global.safetensors"));
        Recorder begun = new Recorder();
        begun.lastStep = 10;
        RunSaving saving = RunSaving.everyEpoch(folder).withEverySteps(5);
        RunFingerprint fingerprint = RunFingerprint.of(OPTIONS);
        try (Backend processor = new ScalarBackend()) {
            assertThatThrownBy(
                            () -> train(processor, begun, new RunCheckpoints(saving, fingerprint)))
                    .hasMessage("stopped");
        }
        Recorder continued = new Recorder();
        try (Backend cuda = CUDA.open()) {
            train(cuda, continued, new RunCheckpoints(saving.resuming(), fingerprint));
        }
        double[] losses = expected.doubles("micro_losses");
        int rest = continued.microLosses.size();
        assertThat(rest).isBetween(losses.length / 4, losses.length * 3 / 4);
        for (int i = 0; i < rest; i++) {
            int at = losses.length - rest + i;
            assertThat(continued.microLosses.get(i))
                    .as("micro_losses[%d]", at)
                    .isCloseTo(losses[at], within(1e-5));
        }
        assertThat(CUDA.takeFault()).isNull();
        assertThat(CUDA.leaks()).isEmpty();
    }

    @Test
    void aRunInFloat16ScalesItsLossAndStaysNearTheReference() {
        Checkpoint expected = Checkpoint.open(GOLDEN.resolve("global.safetensors"));
        Recorder recorder = new Recorder();
        recorder.lastStep = 6;
        System.setProperty(Precision.PROPERTY, "fp16");
        try (Backend cuda = CUDA.open()) {
            assertThat(cuda.needsLossScaling()).isTrue();
            assertThatThrownBy(() -> train(cuda, recorder)).hasMessage("stopped");
        } finally {
            System.clearProperty(Precision.PROPERTY);
        }
        assertThat(CUDA.takeFault()).isNull();
        assertThat(recorder.skipped).as("gradients that do not fit 65504").isEmpty();
        assertThat(recorder.norms).hasSize(6);
        assertBegins(recorder.microLosses, expected.doubles("micro_losses"), 5e-3);
        assertBegins(recorder.norms, expected.doubles("grad_norms"), 3e-2);
    }

    private static void assertBegins(List<Double> found, double[] expected, double limit) {
        for (int i = 0; i < found.size(); i++) {
            assertThat(found.get(i)).as("%d", i).isCloseTo(expected[i], within(limit));
        }
    }

    private static Map<String, float[]> onProcessor() {
        Recorder recorder = new Recorder();
        try (Backend scalar = new ScalarBackend()) {
            train(scalar, recorder);
        }
        return recorder.last;
    }

    private static void train(Backend backend, Recorder recorder) {
        train(backend, recorder, null);
    }

    private static void train(
            Backend backend, Recorder recorder, @Nullable RunCheckpoints checkpoints) {
        TaskModel model =
                ModelLoader.sequenceClassifier(GOLDEN.resolve("start"), null, ModelLoader.ALL, 0)
                        .model();
        Trainer trainer = new Trainer(backend, model, OPTIONS, recorder);
        (checkpoints == null ? trainer : trainer.withCheckpoints(checkpoints))
                .fit(examples(), BatchOrder.sequential(), null, recorder);
    }

    private static void assertSeries(
            String name, List<Double> found, Checkpoint expected, double limit) {
        double[] values = expected.doubles(name);
        assertThat(found).as(name).hasSize(values.length);
        for (int i = 0; i < values.length; i++) {
            assertThat(found.get(i)).as("%s[%d]", name, i).isCloseTo(values[i], within(limit));
        }
    }

    static EncodedExamples examples() {
        Checkpoint data = Checkpoint.open(GOLDEN.resolve("data.safetensors"));
        long[] ids = data.integers("inputs.input_ids");
        long[] mask = data.integers("inputs.attention_mask");
        long[] labels = data.integers("inputs.labels");
        int columns = ids.length / labels.length;
        List<int[]> sequences = new ArrayList<>();
        int[] classes = new int[labels.length];
        for (int b = 0; b < labels.length; b++) {
            int row = b * columns;
            sequences.add(
                    IntStream.range(row, row + columns)
                            .filter(i -> mask[i] != 0)
                            .map(i -> (int) ids[i])
                            .toArray());
            classes[b] = (int) labels[b];
        }
        return new EncodedExamples(sequences, new Targets.Classes(classes));
    }

    private static final class Recorder implements TrainingListener, Trainer.Keeper {
        private final List<Double> microLosses = new ArrayList<>();
        private final List<Double> norms = new ArrayList<>();
        private final List<Integer> allocations = new ArrayList<>();
        private final List<Integer> waits = new ArrayList<>();
        private final List<Integer> epochs = new ArrayList<>();
        private final List<SkippedStep> skipped = new ArrayList<>();
        private final Map<String, float[]> last = new HashMap<>();
        private long lastStep = Long.MAX_VALUE;

        @Override
        public void microBatchDone(double loss) {
            microLosses.add(loss);
        }

        @Override
        public void stepSkipped(SkippedStep step) {
            skipped.add(step);
        }

        @Override
        public void stepDone(Step step) {
            norms.add(step.gradientNorm());
            allocations.add(CUDA.gpu().allocations);
            waits.add(CUDA.gpu().waits);
            epochs.add(step.epoch());
            if (step.number() == lastStep) {
                throw new IllegalStateException("stopped");
            }
        }

        @Override
        public void keep(TaskModel kept, WeightSource source) {
            for (Parameter parameter : kept.parameters()) {
                float[] values = new float[parameter.shape().elements()];
                source.read(parameter, 0, parameter.shape().size(0), values);
                last.put(parameter.name(), values);
            }
        }
    }
}
