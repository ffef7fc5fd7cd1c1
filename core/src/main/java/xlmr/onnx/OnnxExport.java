package xlmr.onnx;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import xlmr.checkpoint.Checkpoint;
import xlmr.checkpoint.CheckpointException;
import xlmr.model.XlmRobertaConfig;
import xlmr.tokenizer.XlmRobertaTokenizer;

/// Writes a model as ONNX, with its head, for ONNX Runtime and others.
///
/// ```java
/// OnnxExport.write(Path.of("my-model"), Path.of("my-model-onnx"), OnnxOptions.defaults());
/// ```
public final class OnnxExport {
    private static final String MODEL = "model.onnx";

    private OnnxExport() {}

    /// Writes `model.onnx`, perhaps `model.onnx.data`, `config.json` and the tokenizer's files:
    /// what Hugging Face's optimum reads. Weights go from file to file, a piece at a time.
    ///
    /// @param modelDirectory with `config.json` and a checkpoint
    /// @param output directory, made if it is missing; files of the same names are replaced
    /// @throws CheckpointException if the model is damaged, incomplete or of an unknown class, or
    ///   the output cannot be written
    public static OnnxResult write(Path modelDirectory, Path output, OnnxOptions options) {
        XlmRobertaConfig config = XlmRobertaConfig.read(modelDirectory.resolve("config.json"));
        Checkpoint checkpoint = Checkpoint.open(modelDirectory);
        String source = modelDirectory.toString();
        OnnxTask named = options.task();
        OnnxTask task = named == null ? OnnxTask.of(source, config, checkpoint) : named;

        OnnxGraph graph = new OnnxGraph();
        OnnxWeights weights = new OnnxWeights(source, checkpoint, graph, options.weightType());
        new TaskGraph(config, graph, weights).write(task);
        weights.check();

        List<Path> files;
        try {
            Files.createDirectories(output);
            files =
                    new OnnxFile(graph, output.resolve(MODEL), OnnxFile.LARGEST)
                            .write(options.place());
            copyTokenizer(modelDirectory, output);
        } catch (IOException e) {
            throw CheckpointException.of(output, e);
        }
        (named == null ? config : config.withArchitecture(task.architecture(config)))
                .write(output.resolve("config.json"));
        return new OnnxResult(
                task,
                graph.inputs().stream().map(OnnxGraph.Value::name).toList(),
                graph.outputs().stream().map(OnnxGraph.Value::name).toList(),
                weights.unused(),
                files);
    }

    private static void copyTokenizer(Path from, Path to) throws IOException {
        for (Path file : XlmRobertaTokenizer.tokenizerFiles(from)) {
            Path target = to.resolve(file.getFileName());
            if (!Files.exists(target) || !Files.isSameFile(file, target)) {
                Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }
}
