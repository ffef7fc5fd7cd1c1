package xlmr.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import xlmr.autograd.Parameter;
import xlmr.checkpoint.CheckpointException;
import xlmr.tensor.DType;
import xlmr.tensor.Tensor;

class OnnxFileTest {
    private static final int BYTES_OF_WEIGHTS = 4 * 1000;

    @TempDir Path folder;

    @Test
    void aModelAboveTheLimitPutsItsWeightsBesideItself() throws IOException {
        Path path = folder.resolve("model.onnx");
        new OnnxFile(graph(), path, OnnxFile.LARGEST).write(WeightPlace.AUTOMATIC);
        long bytes = Files.size(path);

        assertThat(new OnnxFile(graph(), path, bytes).write(WeightPlace.AUTOMATIC))
                .containsExactly(path);
        assertThat(Files.size(path)).isEqualTo(bytes);

        Path data = folder.resolve("model.onnx.data");
        assertThat(new OnnxFile(graph(), path, bytes - 1).write(WeightPlace.AUTOMATIC))
                .containsExactly(path, data);
        assertThat(Files.size(path)).isLessThan(bytes - BYTES_OF_WEIGHTS + 200);
        assertThat(Files.size(data)).isEqualTo(BYTES_OF_WEIGHTS);
    }

    @Test
    void oneFileAboveTheLimitIsRefusedBeforeItIsWritten() throws IOException {
        Path path = folder.resolve("model.onnx");

        assertThatThrownBy(() -> new OnnxFile(graph(), path, 4000).write(WeightPlace.INSIDE))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("and a file of this format has at most 4000")
                .hasMessageContaining("put the weights beside it");
        assertThat(path).doesNotExist();
    }

    @Test
    void aNameThatIsTakenGetsANumber() {
        OnnxGraph graph = new OnnxGraph();
        GraphScope place = new GraphScope(graph, "/place");
        String one = graph.number(1);

        assertThat(place.add("Add", one, one)).isEqualTo("/place/Add");
        assertThat(place.in("inner").add("Add", one, one)).isEqualTo("/place/inner/Add");
        assertThat(place.add("Add", one, one)).isEqualTo("/place/Add_1");
        assertThat(place.add("Add", one, one)).isEqualTo("/place/Add_2");
    }

    @Test
    void aResultIsReadUnderItsNewNameByOthers() {
        OnnxGraph graph = new OnnxGraph();
        GraphScope place = new GraphScope(graph, "/place");
        String sum = place.add("Add", graph.number(1), graph.number(2));
        place.add("Tanh", sum);

        graph.output("result", sum, DType.F32);

        assertThat(graph.nodes().getFirst().output()).isEqualTo("result");
        assertThat(graph.nodes().getLast().inputs()).containsExactly("result");
    }

    private static OnnxGraph graph() {
        OnnxGraph graph = new OnnxGraph();
        Parameter table = new Parameter("table", Tensor.zeros(10, 100));
        String rows = new OnnxWeights(graph, DType.F32).matrix(table);
        GraphScope place = new GraphScope(graph, "");
        String sum = place.add("Add", rows, graph.number(1));
        graph.output("sum", sum, DType.F32, Axis.of(10), Axis.of(100));
        return graph;
    }
}
