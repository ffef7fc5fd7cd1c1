package xlmr.onnx;

import java.nio.file.Path;
import java.util.List;

/// What an export wrote.
///
/// @param task what the model computes
/// @param inputs names of the arrays that it takes
/// @param outputs names of the arrays that it gives
/// @param unused names of the checkpoint that the task has no use for
/// @param files that hold the graph and its weights
public record OnnxResult(
        OnnxTask task,
        List<String> inputs,
        List<String> outputs,
        List<String> unused,
        List<Path> files) {
    /// Copies the lists.
    public OnnxResult {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        unused = List.copyOf(unused);
        files = List.copyOf(files);
    }
}
