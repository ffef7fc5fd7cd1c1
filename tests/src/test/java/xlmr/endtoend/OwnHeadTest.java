package xlmr.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import xlmr.autograd.GradientCheck;
import xlmr.backend.Backend;
import xlmr.backend.Backends;
import xlmr.model.Head;
import xlmr.model.HeadContext;
import xlmr.model.HeadWeights;
import xlmr.model.Task;
import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;

/// The head of one's own that docs/heads.md shows.
class OwnHeadTest {
    private static final Path REPOSITORY = Path.of(System.getProperty("xlmr.repository", ".."));

    @TempDir Path directory;

    @Test
    void gradientsAreRight() {
        HeadContext context = new HeadContext(Task.SEQUENCE_CLASSIFICATION, 6, 3, 0.1f);
        Head head = new LstmHead().create(context, "4", HeadWeights.drawn(1, 0.5));
        Tensor hiddenStates = random(8, 6); // [N, C]
        int[] starts = {0, 3, 4, 8};
        try (Backend backend = Backends.create(1).backend()) {
            GradientCheck.of(backend)
                    .check(
                            head.parameters(),
                            List.of(hiddenStates),
                            ops -> head.logits(ops, hiddenStates, starts));
        }
    }

    @Test
    void isFoundByNameTrainedSavedAndLoaded() throws IOException {
        Sentences.file(directory, "train.tsv");
        Path few = Sentences.first(directory, "train.tsv", 16);
        Path model = directory.resolve("model");
        CommandRun run =
                CommandRun.of(
                        "train",
                        "--train",
                        few,
                        "--label-column",
                        "category",
                        "--head",
                        "my-lstm:8",
                        "--epochs",
                        "1",
                        "--output",
                        model);
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).contains("head.recurrent.weight [32, 8]");
        run = CommandRun.of("predict", "--model", model, "Hello");
        assertThat(run.exitCode()).as(run.err()).isZero();
    }

    @Test
    void theDocumentShowsWhatIsTested() throws IOException {
        String source =
                Files.readString(
                        REPOSITORY.resolve("tests/src/test/java/xlmr/endtoend/LstmHead.java"));
        String document = Files.readString(REPOSITORY.resolve("docs/heads.md"));
        assertThat(document).contains(source.substring(source.indexOf("import ")).strip());
    }

    private static Tensor random(int rows, int columns) {
        Random random = new Random(3);
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Tensor.of(Shape.of(rows, columns), values); // [rows, columns]
    }
}
