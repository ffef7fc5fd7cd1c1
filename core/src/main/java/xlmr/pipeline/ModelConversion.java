package xlmr.pipeline;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import xlmr.autograd.Parameter;
import xlmr.checkpoint.CheckpointException;
import xlmr.checkpoint.LoadReport;
import xlmr.checkpoint.ShardedWriter;
import xlmr.model.LoadedModel;
import xlmr.model.ModelLoader;
import xlmr.model.Pooling;
import xlmr.model.PoolingSettings;
import xlmr.model.Task;
import xlmr.model.TaskModel;
import xlmr.model.XlmRobertaConfig;
import xlmr.model.XlmRobertaModel;
import xlmr.tensor.DType;
import xlmr.tensor.MappedStorage;
import xlmr.tensor.Storage;
import xlmr.tensor.TransposedStorage;
import xlmr.tokenizer.XlmRobertaTokenizer;

/// Writes the model of a directory again, in another container, type or number of files. The model
/// is loaded as for use, so that all of it is there and fits its configuration, and is written
/// under the names of the reference: whatever dialect it came in, `transformers` loads what comes
/// out.
///
/// One array after the other goes from file to file; none is in memory as a whole.
///
/// @param format what to write
/// @param dtype type of all weights, or null for that which most of them have, as float32 if that
///   is float64
/// @param largestShard bytes above which weights are split over several files
public record ModelConversion(ModelFormat format, @Nullable DType dtype, long largestShard) {
    private static final String ENCODER = "roberta.";

    /// The reference's limit (transformers, save_pretrained).
    public static final long LARGEST_SHARD = 50_000_000_000L;

    /// Checks the values.
    ///
    /// @throws IllegalArgumentException if the type is not F32, F16 or BF16, or the limit is below
    ///   1
    public ModelConversion {
        if (dtype != null && dtype != DType.F32 && dtype != DType.F16 && dtype != DType.BF16) {
            throw new IllegalArgumentException(
                    "weights of type %s; expected F32, F16 or BF16".formatted(dtype));
        }
        if (largestShard < 1) {
            throw new IllegalArgumentException(
                    "shards of %d bytes; expected at least 1".formatted(largestShard));
        }
    }

    /// Plain safetensors in the type that the weights have.
    public static ModelConversion defaults() {
        return new ModelConversion(ModelFormat.SAFETENSORS, null, LARGEST_SHARD);
    }

    /// The same with weights of this type.
    public ModelConversion withType(DType value) {
        return new ModelConversion(format, value, largestShard);
    }

    /// The same with files of at most so many bytes.
    public ModelConversion withLargestShard(long value) {
        return new ModelConversion(format, dtype, value);
    }

    /// The same in another format.
    public ModelConversion withFormat(ModelFormat value) {
        return new ModelConversion(value, dtype, largestShard);
    }

    /// What was written.
    ///
    /// @param config of the model that was written
    /// @param dtype type of its weights
    /// @param parameters numbers in it
    /// @param weights files that hold them
    /// @param pooling for sentence-transformers, else null
    /// @param report what was read, and what the model has no place for and was left out
    /// @param warnings what was odd about the model that was read, one line each
    public record Result(
            XlmRobertaConfig config,
            DType dtype,
            long parameters,
            List<Path> weights,
            @Nullable PoolingSettings pooling,
            LoadReport report,
            List<String> warnings) {}

    /// Reads a model and writes it to an existing directory.
    ///
    /// @param pooling for sentence-transformers, or null for that of the model's own directory,
    ///   else the mean
    /// @throws CheckpointException if the model cannot be read, lacks a weight, or the files cannot
    ///   be written
    public Result run(Path model, Path output, @Nullable PoolingSettings pooling) {
        Source source = source(model);
        DType type = dtype == null ? ownType(source.parameters()) : dtype;
        XlmRobertaConfig written =
                source.config().withArchitecture(source.architecture()).withWeightType(type);
        written.write(output.resolve("config.json"));
        copyTokenizer(model, output);
        PoolingSettings settings = null;
        if (format == ModelFormat.SENTENCE_TRANSFORMERS) {
            settings =
                    pooling == null
                            ? PoolingSettings.read(model)
                                    .orElse(PoolingSettings.of(Pooling.MEAN, false))
                            : pooling;
            settings.write(output);
        }
        ShardedWriter writer = new ShardedWriter(largestShard);
        long numbers = 0;
        for (Parameter parameter : inOrder(source.parameters())) {
            String name = parameter.name();
            boolean bare = source.bare() && name.startsWith(ENCODER);
            writer.add(bare ? name.substring(ENCODER.length()) : name, type, parameter.value());
            numbers += parameter.shape().elements();
        }
        List<Path> weights = writer.write(output);
        List<String> warnings = new ArrayList<>(source.config().warnings());
        warnings.addAll(source.report().warnings());
        return new Result(written, type, numbers, weights, settings, source.report(), warnings);
    }

    /// What is written.
    ///
    /// @param bare whether it is the encoder alone, whose names the reference writes without prefix
    private record Source(
            XlmRobertaConfig config,
            String architecture,
            boolean bare,
            List<Parameter> parameters,
            LoadReport report) {}

    private Source source(Path model) {
        XlmRobertaConfig config = XlmRobertaConfig.read(model.resolve("config.json"));
        Task task =
                format == ModelFormat.SENTENCE_TRANSFORMERS ? null : Task.of(config).orElse(null);
        if (task == null) {
            LoadedModel<XlmRobertaModel> loaded = ModelLoader.encoder(model, ModelLoader.FROZEN);
            return new Source(
                    config,
                    family(config) + "Model",
                    true,
                    loaded.model().parameters(),
                    loaded.report());
        }
        LoadedModel<TaskModel> loaded = ModelLoader.task(model, ModelLoader.FROZEN);
        String architecture = task.architecture().replaceFirst("^XLMRoberta", family(config));
        if (!loaded.report().isComplete()) {
            throw new CheckpointException(
                    model.toString(),
                    "config.json promises %s, but the checkpoint has no %s"
                            .formatted(
                                    architecture,
                                    loaded.report().initialized().stream()
                                            .map(LoadReport.Initialized::name)
                                            .limit(4)
                                            .collect(Collectors.joining(", "))),
                    "set architectures to what it is, such as XLMRobertaModel");
        }
        return new Source(
                config, architecture, false, loaded.model().parameters(), loaded.report());
    }

    /// How the names of the reference's classes begin.
    private static String family(XlmRobertaConfig config) {
        return switch (config.modelType()) {
            case "camembert" -> "Camembert";
            case "roberta" -> "Roberta";
            case "xlm-roberta-xl" -> "XLMRobertaXL";
            default -> "XLMRoberta";
        };
    }

    /// All that the reference's class has, in the order in which it fills shards: by name, layers
    /// by number (transformers, core_model_loading.py, dot_natural_key).
    private static List<Parameter> inOrder(List<Parameter> parameters) {
        List<Parameter> ordered = new ArrayList<>(parameters);
        // An untied decoder has a bias of its own, and the class a second one that nothing reads.
        parameters.stream()
                .filter(parameter -> parameter.name().equals("lm_head.decoder.bias"))
                .forEach(bias -> ordered.add(new Parameter("lm_head.bias", bias.value())));
        ordered.sort((one, two) -> compareNames(one.name(), two.name()));
        return ordered;
    }

    private static int compareNames(String one, String two) {
        String[] left = one.split("\\.");
        String[] right = two.split("\\.");
        for (int i = 0; i < Math.min(left.length, right.length); i++) {
            boolean numbers = isNumber(left[i]) && isNumber(right[i]);
            int order =
                    numbers
                            ? Integer.compare(Integer.parseInt(left[i]), Integer.parseInt(right[i]))
                            : left[i].compareTo(right[i]);
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(left.length, right.length);
    }

    private static boolean isNumber(String part) {
        return part.chars().allMatch(Character::isDigit);
    }

    /// The type of the largest array, which the others follow.
    private static DType ownType(List<Parameter> parameters) {
        Storage words = parameters.getFirst().value().storage();
        DType stored =
                switch (words) {
                    case MappedStorage mapped -> mapped.dtype();
                    case TransposedStorage transposed -> transposed.source().dtype();
                    default -> DType.F32;
                };
        return stored == DType.F64 ? DType.F32 : stored;
    }

    private static void copyTokenizer(Path model, Path output) {
        List<Path> files = new ArrayList<>(XlmRobertaTokenizer.tokenizerFiles(model));
        for (Path file : files) {
            try {
                Files.copy(
                        file,
                        output.resolve(file.getFileName()),
                        StandardCopyOption.REPLACE_EXISTING);
            } catch (IOException e) {
                throw CheckpointException.of(file, e);
            }
        }
    }
}
