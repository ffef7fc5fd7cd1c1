package xlmr.golden;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import xlmr.backend.Backend;
import xlmr.backend.cpu.CpuBackends;
import xlmr.data.Example;
import xlmr.data.ExampleOptions;
import xlmr.data.ExampleReader;
import xlmr.pipeline.FineTuning;
import xlmr.train.TrainingListener;
import xlmr.train.TrainingOptions;
import xlmr.train.Tune;

/// A run is a function of its inputs and seed: the same bits for any number of threads, and the
/// second time as the first, although by then other machine code does the work.
class SameBitsTest {
    private static final Path EMBEDDED =
            Path.of(System.getProperty("xlmr.repository", ".."))
                    .resolve("cli/src/main/resources/xlmr/embedded");

    @TempDir private Path folder;

    @Test
    void fineTuningGivesTheSameBitsForAnyNumberOfThreads() throws IOException {
        Assumptions.assumeTrue(
                CpuBackends.vectorObstacle().isEmpty(), "no Vector API on this machine");
        byte[] once = weights(train("one", 1, 0));
        assertThat(weights(train("two", 2, 0))).isEqualTo(once);
        assertThat(weights(train("three", 3, 0))).isEqualTo(once);
        assertThat(weights(train("again", 1, 0))).isEqualTo(once);
        assertThat(weights(train("other-seed", 1, 1))).isNotEqualTo(once);
    }

    private Path train(String name, int threads, long seed) {
        List<Example> examples =
                new ExampleReader(ExampleOptions.labelled("text", "category"))
                        .readAll(EMBEDDED.resolve("data/train.tsv"));
        TrainingOptions options =
                TrainingOptions.defaults()
                        .withEpochs(1)
                        .withBatchSize(8)
                        .withLearningRate(5e-4)
                        .withSeed(seed)
                        .withTune(Tune.FULL);
        Path output = folder.resolve(name);
        try (Backend backend = CpuBackends.vector(threads)) {
            FineTuning.of(EMBEDDED.resolve("model"), output)
                    .withOptions(options)
                    .run(examples, List.of(), backend, TrainingListener.SILENT);
        }
        return output;
    }

    private static byte[] weights(Path model) throws IOException {
        return Files.readAllBytes(model.resolve("model.safetensors"));
    }
}
