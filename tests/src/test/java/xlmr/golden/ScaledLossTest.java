package xlmr.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import xlmr.autograd.Parameter;
import xlmr.backend.Backend;
import xlmr.backend.cpu.CpuBackends;
import xlmr.checkpoint.Checkpoint;
import xlmr.data.BatchOrder;
import xlmr.data.EncodedExamples;
import xlmr.model.ModelLoader;
import xlmr.model.TaskModel;
import xlmr.model.WeightSource;
import xlmr.train.Batching;
import xlmr.train.LearningRates;
import xlmr.train.RunCheckpoints;
import xlmr.train.RunFingerprint;
import xlmr.train.RunSaving;
import xlmr.train.Trainer;
import xlmr.train.TrainingException;
import xlmr.train.TrainingListener;
import xlmr.train.TrainingOptions;

/// Training with a scaled loss: powers of two leave the bits of float32 as they are, gradients
/// beyond its range skip a step, and the scale goes on with the run.
class ScaledLossTest {
    private static final Path GOLDEN =
            Path.of(System.getProperty("xlmr.repository", "..")).resolve("tests/golden/training");

    private static final TrainingOptions OPTIONS =
            TrainingOptions.defaults()
                    .withEpochs(4)
                    .withBatching(new Batching(4, 2, false))
                    .withRates(LearningRates.defaults().withBase(0.002).withWarmupRatio(0.2));

    @Test
    void aScaledLossTrainsToTheSameBits() {
        Recorder plain = new Recorder();
        train(plain, null, false);
        Recorder scaled = new Recorder();
        train(scaled, null, true);
        assertThat(scaled.skipped).isEmpty();
        assertThat(scaled.norms).isEqualTo(plain.norms);
        assertSameBits(scaled, plain);
    }

    @Test
    void gradientsBeyondTheRangeSkipStepsUntilTheyFit(@TempDir Path folder) throws IOException {
        Recorder begun = new Recorder();
        begun.lastStep = 4;
        stopped(begun, folder);
        setScale(folder, "1.7014118346046923E38"); // 2^127
        Recorder continued = new Recorder();
        train(continued, checkpoints(folder).resuming(), true);

        assertThat(continued.skipped).isNotEmpty();
        TrainingListener.SkippedStep first = continued.skipped.getFirst();
        assertThat(first).isEqualTo(new TrainingListener.SkippedStep(5, 0x1p127f, 0x1p126f, 1));
        int count = continued.skipped.size();
        for (int i = 0; i < count; i++) {
            assertThat(continued.norms.get(i)).as("norm of a skipped step").isZero();
            assertThat(continued.rates.get(i)).as("rate of a skipped step").isZero();
        }
        assertThat(continued.norms.get(count)).as("the first that is not").isPositive();
        assertThat(continued.rates.get(count))
                .as("the schedule does not count what was skipped")
                .isEqualTo(rates().get(4));
    }

    @Test
    void aRunThatIsResumedGoesOnWithItsScaleBitForBit(@TempDir Path folder) throws IOException {
        Recorder whole = new Recorder();
        stopped(whole, folder);
        Recorder begun = new Recorder();
        begun.lastStep = 4;
        stopped(begun, folder);
        assertThat(state(folder)).contains("\"loss_scaling\"", "\"good_steps\": 4");
        Recorder continued = new Recorder();
        // Whoever resumes need not ask for it again.
        train(continued, checkpoints(folder).resuming(), false);
        assertSameBits(continued, whole);
    }

    @Test
    void aStateWithoutAScaleToDivideByIsRefused(@TempDir Path folder) throws IOException {
        Recorder begun = new Recorder();
        begun.lastStep = 4;
        stopped(begun, folder);
        setScale(folder, "0.0");
        assertThatThrownBy(() -> train(new Recorder(), checkpoints(folder).resuming(), true))
                .hasMessageContaining("trainer_state.json")
                .hasMessageContaining("loss_scaling: expected a scale above 0, found 0.0");
    }

    private static RunSaving checkpoints(Path folder) {
        return RunSaving.everyEpoch(folder).withEverySteps(4);
    }

    private static void stopped(Recorder recorder, Path folder) {
        if (recorder.lastStep == Long.MAX_VALUE) {
            train(recorder, checkpoints(folder), true);
            return;
        }
        assertThatThrownBy(() -> train(recorder, checkpoints(folder), true)).hasMessage("stopped");
    }

    private static List<Double> rates() {
        Recorder plain = new Recorder();
        train(plain, null, false);
        return plain.rates;
    }

    private static Path stateFile(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.endsWith("trainer_state.json"))
                    .max(Comparator.comparing(Path::toString))
                    .orElseThrow();
        }
    }

    private static String state(Path folder) throws IOException {
        return Files.readString(stateFile(folder));
    }

    private static void setScale(Path folder, String scale) throws IOException {
        Files.writeString(
                stateFile(folder),
                state(folder).replaceFirst("\"scale\": [0-9.E]+", "\"scale\": " + scale));
    }

    private static void assertSameBits(Recorder found, Recorder expected) {
        assertThat(found.last.keySet()).isEqualTo(expected.last.keySet()).isNotEmpty();
        found.last.forEach(
                (name, values) -> assertThat(values).as(name).isEqualTo(expected.last.get(name)));
    }

    private static void train(Recorder recorder, @Nullable RunSaving saving, boolean isScaled) {
        TaskModel model =
                ModelLoader.sequenceClassifier(GOLDEN.resolve("start"), null, ModelLoader.ALL, 0)
                        .model();
        try (Backend backend = CpuBackends.scalar()) {
            for (Parameter parameter : model.head().parameters()) {
                backend.scale(parameter.value(), 8); // gradients far above 1
            }
            Trainer trainer = new Trainer(backend, model, OPTIONS, recorder);
            if (saving != null) {
                trainer.withCheckpoints(new RunCheckpoints(saving, RunFingerprint.of(OPTIONS)));
            }
            if (isScaled) {
                trainer.withLossScaling();
            }
            trainer.fit(examples(), BatchOrder.sequential(), null, recorder);
        }
    }

    private static EncodedExamples examples() {
        return TrainingExamplesFixture.of(Checkpoint.open(GOLDEN.resolve("data.safetensors")));
    }

    private static final class Recorder implements TrainingListener, Trainer.Keeper {
        private final List<Double> norms = new ArrayList<>();
        private final List<Double> rates = new ArrayList<>();
        private final List<SkippedStep> skipped = new ArrayList<>();
        private final Map<String, float[]> last = new HashMap<>();
        private long lastStep = Long.MAX_VALUE;

        @Override
        public void stepSkipped(SkippedStep step) {
            skipped.add(step);
        }

        @Override
        public void stepDone(Step step) {
            norms.add(step.gradientNorm());
            rates.add(step.learningRate());
            if (step.number() > lastStep) {
                throw new TrainingException("stopped");
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
