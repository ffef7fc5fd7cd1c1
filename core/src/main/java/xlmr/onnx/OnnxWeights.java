package xlmr.onnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import xlmr.checkpoint.Checkpoint;
import xlmr.checkpoint.CheckpointException;
import xlmr.tensor.DType;

/// The weights of a checkpoint as constants of a graph, under the names that the reference gives
/// them. What is missing or has another shape is gathered and reported together; nothing is drawn
/// at random.
final class OnnxWeights {
    private static final int SHOWN = 3;

    private final String source;
    private final Checkpoint checkpoint;
    private final OnnxGraph graph;
    private final DType matrixType;
    private final SequencedSet<String> used = new LinkedHashSet<>();
    private final List<String> problems = new ArrayList<>();

    /// @param source names the checkpoint in messages
    /// @param matrixType F32 or F16, for everything of two axes; biases and LayerNorm stay F32
    OnnxWeights(String source, Checkpoint checkpoint, OnnxGraph graph, DType matrixType) {
        this.source = source;
        this.checkpoint = checkpoint;
        this.graph = graph;
        this.matrixType = matrixType;
    }

    /// Whether the checkpoint has a weight.
    boolean has(String name) {
        return find(name) != null;
    }

    /// A bias, or the scale of a LayerNorm: `[size]`, F32.
    String vector(String name, int size) {
        String stored = checked(name, size);
        return stored == null
                ? absent(name)
                : graph.constant(
                        new OnnxInitializer(
                                name,
                                DType.F32,
                                new long[] {size},
                                new OnnxElements.Stored(checkpoint, stored)));
    }

    /// A matrix as it lies in the checkpoint, `[rows, columns]`.
    String matrix(String name, int rows, int columns) {
        String stored = checked(name, rows, columns);
        return stored == null
                ? absent(name)
                : graph.constant(
                        new OnnxInitializer(
                                name,
                                matrixType,
                                new long[] {rows, columns},
                                new OnnxElements.Stored(checkpoint, stored)));
    }

    /// The matrix `[out, in]` of a linear layer as `[in, out]`.
    String transposed(String name, int out, int in) {
        String stored = checked(name, out, in);
        return stored == null
                ? absent(name)
                : graph.constant(
                        new OnnxInitializer(
                                name + ".transposed",
                                matrixType,
                                new long[] {in, out},
                                new OnnxElements.Transposed(checkpoint, stored)));
    }

    /// Whether matrices are F16, so that they have to be made F32 before they compute.
    boolean matricesAreHalves() {
        return matrixType == DType.F16;
    }

    /// Names of the checkpoint that no node reads.
    List<String> unused() {
        return checkpoint.names().stream().filter(name -> !used.contains(name)).toList();
    }

    /// Refuses a checkpoint that does not fit.
    ///
    /// @throws CheckpointException naming what is missing and what is misshapen
    void check() {
        if (problems.isEmpty()) {
            return;
        }
        Set<String> distinct = new LinkedHashSet<>(problems);
        String more =
                distinct.size() > SHOWN ? "; and %d more".formatted(distinct.size() - SHOWN) : "";
        throw new CheckpointException(
                source,
                "does not fit its config.json: "
                        + String.join("; ", distinct.stream().limit(SHOWN).toList())
                        + more);
    }

    /// A name to go on with, so that all problems are reported together.
    private String absent(String name) {
        return graph.constant(
                new OnnxInitializer(name, DType.F32, new long[] {0}, OnnxElements.integers()));
    }

    private @Nullable String checked(String name, int... sizes) {
        String stored = find(name);
        if (stored == null) {
            problems.add("%s %s is missing".formatted(name, Arrays.toString(sizes)));
            return null;
        }
        long[] found = checkpoint.info(stored).shape();
        if (!Arrays.equals(found, Arrays.stream(sizes).asLongStream().toArray())) {
            problems.add(
                    "%s is %s, the configuration asks for %s"
                            .formatted(name, Arrays.toString(found), Arrays.toString(sizes)));
            return null;
        }
        used.add(stored);
        return stored;
    }

    /// The name under which the checkpoint has a weight: a bare encoder's lacks `roberta.`, very
    /// old ones call LayerNorm's weights gamma and beta.
    private @Nullable String find(String name) {
        List<String> candidates = new ArrayList<>(List.of(name));
        if (name.startsWith("roberta.")) {
            candidates.add(name.substring("roberta.".length()));
        }
        for (String candidate : List.copyOf(candidates)) {
            candidates.add(
                    candidate
                            .replace("LayerNorm.weight", "LayerNorm.gamma")
                            .replace("LayerNorm.bias", "LayerNorm.beta"));
        }
        return candidates.stream().filter(checkpoint::contains).findFirst().orElse(null);
    }
}
