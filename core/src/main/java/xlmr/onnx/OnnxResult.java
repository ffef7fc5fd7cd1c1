package xlmr.onnx;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import xlmr.checkpoint.LoadReport;
import xlmr.model.Task;
import xlmr.model.XlmRobertaConfig;

/// What an export wrote.
///
/// @param task of the model's head; empty for an encoder alone
/// @param config that lies beside the model
/// @param inputs names of the arrays that it takes
/// @param outputs names of the arrays that it gives
/// @param report what was read, and what was left out
/// @param files that hold the graph and its weights
public record OnnxResult(
        Optional<Task> task,
        XlmRobertaConfig config,
        List<String> inputs,
        List<String> outputs,
        LoadReport report,
        List<Path> files) {
    /// Copies the lists.
    public OnnxResult {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        files = List.copyOf(files);
    }
}
