package xlmr.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import xlmr.autograd.Parameter;
import xlmr.checkpoint.SafetensorsWriter;
import xlmr.model.TaskModel;
import xlmr.model.WeightSource;
import xlmr.model.XlmRobertaConfig;
import xlmr.model.XlmRobertaModel;
import xlmr.tensor.DType;
import xlmr.tensor.Tensor;

/// Writes a model as a Hugging Face directory, which `transformers` loads: `config.json`,
/// `model.safetensors` and the tokenizer's files. Each file is written beside its place and
/// renamed, so a reader never sees half of one.
public final class ModelWriter {
    private final Path directory;
    private final List<Path> tokenizerFiles;

    /// @param directory is made if it is missing
    /// @param tokenizerFiles copied as they are
    public ModelWriter(Path directory, List<Path> tokenizerFiles) {
        this.directory = directory;
        this.tokenizerFiles = List.copyOf(tokenizerFiles);
    }

    /// Writes everything; what is there of the same names is replaced.
    public void write(TaskModel model, WeightSource source) {
        SafetensorsWriter writer = new SafetensorsWriter().metadata("format", "pt");
        for (Parameter parameter : model.parameters()) {
            add(writer, parameter.name(), parameter, source);
        }
        model.head().aliases().forEach((name, parameter) -> add(writer, name, parameter, source));
        write(writer, model.config());
    }

    /// Writes an encoder without a head, as XLMRobertaModel has it: without `roberta.` before its
    /// names.
    ///
    /// @param config of the bare encoder
    public void write(XlmRobertaModel encoder, XlmRobertaConfig config, WeightSource source) {
        SafetensorsWriter writer = new SafetensorsWriter().metadata("format", "pt");
        for (Parameter parameter : encoder.parameters()) {
            add(writer, parameter.name().replaceFirst("^roberta\\.", ""), parameter, source);
        }
        write(writer, config);
    }

    private void write(SafetensorsWriter writer, XlmRobertaConfig config) {
        try {
            Files.createDirectories(directory);
            for (Path file : tokenizerFiles) {
                Path target = directory.resolve(file.getFileName());
                if (!Files.exists(target) || !Files.isSameFile(file, target)) {
                    Files.copy(
                            file,
                            target,
                            StandardCopyOption.COPY_ATTRIBUTES,
                            StandardCopyOption.REPLACE_EXISTING);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "%s: cannot write the model: %s".formatted(directory, e.getMessage()), e);
        }
        writer.write(directory.resolve("model.safetensors"));
        config.write(directory.resolve("config.json"));
    }

    private static void add(
            SafetensorsWriter writer, String name, Parameter parameter, WeightSource source) {
        if (parameter.shape().rank() == 2) {
            writer.addRows(
                    name,
                    DType.F32,
                    parameter.shape(),
                    (first, rows, target) -> source.read(parameter, first, rows, target));
        } else {
            float[] values = new float[parameter.shape().elements()];
            source.read(parameter, 0, values.length, values);
            writer.add(name, Tensor.of(parameter.shape(), values));
        }
    }
}
