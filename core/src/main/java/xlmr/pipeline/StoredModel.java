package xlmr.pipeline;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import xlmr.autograd.Parameter;
import xlmr.checkpoint.CheckpointException;
import xlmr.checkpoint.LoadReport;
import xlmr.checkpoint.ShardedWriter;
import xlmr.model.LoadedModel;
import xlmr.model.ModelLoader;
import xlmr.model.Task;
import xlmr.model.TaskModel;
import xlmr.model.XlmRobertaConfig;
import xlmr.model.XlmRobertaModel;
import xlmr.tensor.DType;
import xlmr.tensor.MappedStorage;
import xlmr.tensor.Storage;
import xlmr.tensor.TransposedStorage;

/// Configuration and weights of a model as a whole, between reading and writing: under the names of
/// the reference, whatever dialect they came in.
///
/// @param config names the reference's class that the weights are those of
/// @param bare whether it is the encoder alone, whose names the reference writes without prefix
/// @param parameters all that the reference's class has, in the order in which it fills shards
/// @param type of the largest array, which the others follow
/// @param report what was read, and what the model has no place for
record StoredModel(
        XlmRobertaConfig config,
        boolean bare,
        List<Parameter> parameters,
        DType type,
        LoadReport report) {
    private static final String ENCODER = "roberta.";

    /// Reads a model.
    ///
    /// @param encoderOnly without a head, if it has one
    /// @throws CheckpointException if it cannot be read, or lacks a weight
    static StoredModel read(Path model, boolean encoderOnly) {
        XlmRobertaConfig config = XlmRobertaConfig.read(model.resolve("config.json"));
        Task task = encoderOnly ? null : Task.of(config).orElse(null);
        if (task == null) {
            LoadedModel<XlmRobertaModel> loaded = ModelLoader.encoder(model, ModelLoader.FROZEN);
            return of(
                    config.withArchitecture(family(config) + "Model"),
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
        return of(
                config.withArchitecture(architecture),
                false,
                loaded.model().parameters(),
                loaded.report());
    }

    private static StoredModel of(
            XlmRobertaConfig config, boolean bare, List<Parameter> parameters, LoadReport report) {
        return new StoredModel(config, bare, inOrder(parameters), ownType(parameters), report);
    }

    /// The same with other weights.
    StoredModel with(XlmRobertaConfig newConfig, List<Parameter> newParameters) {
        return new StoredModel(newConfig, bare, inOrder(newParameters), type, report);
    }

    /// What was odd about the model that was read, one line each.
    List<String> warnings() {
        List<String> warnings = new ArrayList<>(config.warnings());
        warnings.addAll(report.warnings());
        return warnings;
    }

    /// Numbers in it.
    long elements() {
        return parameters.stream().mapToLong(parameter -> parameter.shape().elements()).sum();
    }

    /// Writes configuration and weights to an existing directory.
    ///
    /// @param largestShard bytes above which weights are split over several files
    /// @return the files that hold weights
    /// @throws CheckpointException if they cannot be written
    List<Path> write(Path output, DType dtype, long largestShard) {
        config.withWeightType(dtype).write(output.resolve("config.json"));
        ShardedWriter writer = new ShardedWriter(largestShard);
        for (Parameter parameter : parameters) {
            String name = parameter.name();
            boolean prefixed = bare && name.startsWith(ENCODER);
            writer.add(
                    prefixed ? name.substring(ENCODER.length()) : name, dtype, parameter.value());
        }
        return writer.write(output);
    }

    /// How the names of the reference's classes begin.
    static String family(XlmRobertaConfig config) {
        return switch (config.modelType()) {
            case "camembert" -> "Camembert";
            case "roberta" -> "Roberta";
            case "xlm-roberta-xl" -> "XLMRobertaXL";
            default -> "XLMRoberta";
        };
    }

    /// By name, layers by number (transformers, core_model_loading.py, dot_natural_key).
    private static List<Parameter> inOrder(List<Parameter> parameters) {
        List<Parameter> ordered = new ArrayList<>(parameters);
        // An untied decoder has a bias of its own, and the class a second one that nothing reads.
        boolean hasSecond =
                parameters.stream().anyMatch(parameter -> parameter.name().equals("lm_head.bias"));
        parameters.stream()
                .filter(parameter -> parameter.name().equals("lm_head.decoder.bias") && !hasSecond)
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
}
