package xlmr.onnx;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import xlmr.checkpoint.CheckpointException;
import xlmr.checkpoint.LoadReport;
import xlmr.model.LoadedModel;
import xlmr.model.ModelLoader;
import xlmr.model.Task;
import xlmr.model.TaskModel;
import xlmr.model.XlmRobertaConfig;
import xlmr.model.XlmRobertaModel;
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
        Optional<Task> task = options.encoderAlone() ? Optional.empty() : Task.of(config);
        OnnxGraph graph;
        LoadReport report;
        if (task.isPresent()) {
            LoadedModel<TaskModel> loaded =
                    ModelLoader.task(task.get(), modelDirectory, null, ModelLoader.FROZEN, 0);
            report = loaded.report();
            requireHead(modelDirectory, task.get(), report);
            TaskModel model = loaded.model();
            config = model.config();
            graph = ModelGraph.of(model.encoder(), model.head(), options.weightType());
        } else {
            requireEncoder(modelDirectory, config, options.encoderAlone());
            LoadedModel<XlmRobertaModel> loaded =
                    ModelLoader.encoder(modelDirectory, ModelLoader.FROZEN);
            report = loaded.report();
            config = asEncoder(loaded.model().config());
            graph = ModelGraph.of(loaded.model(), options.weightType());
        }
        List<Path> files = write(graph, config, modelDirectory, output, options.place());
        return new OnnxResult(
                task,
                config,
                graph.inputs().stream().map(OnnxGraph.Value::name).toList(),
                graph.outputs().stream().map(OnnxGraph.Value::name).toList(),
                report,
                files);
    }

    private static List<Path> write(
            OnnxGraph graph,
            XlmRobertaConfig config,
            Path modelDirectory,
            Path output,
            WeightPlace place) {
        try {
            Files.createDirectories(output);
            OnnxFile file = new OnnxFile(graph, output.resolve(MODEL), OnnxFile.LARGEST);
            List<Path> files = file.write(place);
            for (Path tokenizer : XlmRobertaTokenizer.tokenizerFiles(modelDirectory)) {
                Path target = output.resolve(tokenizer.getFileName());
                if (!Files.exists(target) || !Files.isSameFile(tokenizer, target)) {
                    Files.copy(tokenizer, target, StandardCopyOption.REPLACE_EXISTING);
                }
            }
            config.write(output.resolve("config.json"));
            return files;
        } catch (IOException e) {
            throw CheckpointException.of(output, e);
        }
    }

    /// A head that was drawn at random is nothing to give away.
    private static void requireHead(Path directory, Task task, LoadReport report) {
        if (!report.isComplete()) {
            throw new CheckpointException(
                    directory.toString(),
                    "config.json promises %s, but the checkpoint has no %s"
                            .formatted(
                                    task.architecture(),
                                    report.initialized().stream()
                                            .map(LoadReport.Initialized::name)
                                            .limit(4)
                                            .collect(Collectors.joining(", "))),
                    "fine-tune it first, or export the encoder alone");
        }
    }

    /// A class that is not known has a head that would be lost without a word.
    private static void requireEncoder(
            Path directory, XlmRobertaConfig config, boolean encoderAlone) {
        for (String architecture : config.architectures()) {
            if (!encoderAlone && !architecture.endsWith("Model")) {
                throw new CheckpointException(
                        directory.toString(),
                        "architectures of config.json is %s, whose head has no ONNX form here"
                                .formatted(architecture),
                        "export the encoder alone");
            }
        }
    }

    private static XlmRobertaConfig asEncoder(XlmRobertaConfig config) {
        return config.withArchitecture(
                switch (config.modelType()) {
                    case "roberta" -> "RobertaModel";
                    case "camembert" -> "CamembertModel";
                    default -> "XLMRobertaModel";
                });
    }
}
