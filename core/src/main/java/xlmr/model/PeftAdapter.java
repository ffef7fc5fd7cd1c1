package xlmr.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import xlmr.autograd.Parameter;
import xlmr.checkpoint.Checkpoint;
import xlmr.checkpoint.CheckpointException;
import xlmr.checkpoint.JsonDocument;
import xlmr.checkpoint.LoadReport;
import xlmr.nn.Linear;
import xlmr.tensor.HostStorage;
import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;

/// An adapter in PEFT's files: `adapter_config.json`, and `adapter_model.safetensors` with the
/// low-rank matrices and the head that was trained with them. [LoraModel] says what they mean.
public final class PeftAdapter {
    /// The file that makes a directory an adapter.
    public static final String CONFIG = "adapter_config.json";

    private static final String WEIGHTS = "adapter_model.safetensors";
    private static final String A = ".lora_A.weight";
    private static final String B = ".lora_B.weight";

    /// Settings that change what an adapter computes, and are not read here.
    private static final List<String> UNKNOWN =
            List.of("use_dora", "use_qalora", "use_bdlora", "fan_in_fan_out", "lora_bias");

    private final Path directory;
    private final ObjectNode json;
    private final Checkpoint weights;
    private final Map<String, String> stored = new HashMap<>();
    private final float scale;
    private final int rank;

    private PeftAdapter(Path directory) {
        this.directory = directory;
        this.json = JsonDocument.read(directory.resolve(CONFIG));
        check();
        this.rank = json.path("r").asInt();
        double alpha = json.path("lora_alpha").asDouble();
        boolean root = json.path("use_rslora").asBoolean();
        this.scale = (float) (alpha / (root ? Math.sqrt(rank) : rank));
        if (!Files.isRegularFile(directory.resolve(WEIGHTS))) {
            throw refused(
                    WEIGHTS,
                    "no such file; adapters in other containers are not read",
                    "save it again with PEFT's safe_serialization=True");
        }
        this.weights = Checkpoint.open(directory.resolve(WEIGHTS));
        for (String name : weights.names()) {
            stored.put(
                    name.replaceFirst("^base_model\\.model\\.", "")
                            .replace(".modules_to_save.", ".")
                            .replace(".default.", "."),
                    name);
        }
    }

    /// Opens the adapter in a directory.
    ///
    /// @throws CheckpointException if there is none, it is damaged, or it is of a kind that is not
    ///   read
    public static PeftAdapter open(Path directory) {
        return new PeftAdapter(directory);
    }

    private void check() {
        String type = json.path("peft_type").asText();
        if (!type.equals("LORA")) {
            throw refused(CONFIG, "peft_type is '%s'; expected LORA".formatted(type), "");
        }
        for (String setting : UNKNOWN) {
            if (json.path(setting).asBoolean()) {
                throw refused(CONFIG, setting + " is not read", "merge the adapter with PEFT");
            }
        }
        for (String pattern : List.of("rank_pattern", "alpha_pattern", "layer_replication")) {
            if (!json.path(pattern).isEmpty()) {
                throw refused(CONFIG, pattern + " is not read", "merge the adapter with PEFT");
            }
        }
        int r = json.path("r").asInt();
        double alpha = json.path("lora_alpha").asDouble();
        if (r < 1 || !(alpha > 0)) {
            throw refused(
                    CONFIG,
                    "expected r and lora_alpha above 0, found %s and %s"
                            .formatted(json.path("r"), json.path("lora_alpha")),
                    "");
        }
    }

    /// What the adapter was trained for: by its own `config.json`, else by PEFT's task type, else
    /// what the base is for.
    public Optional<Task> task(XlmRobertaConfig base) {
        if (Files.exists(directory.resolve("config.json"))) {
            return Task.of(XlmRobertaConfig.read(directory.resolve("config.json")));
        }
        return switch (json.path("task_type").asText()) {
            case "SEQ_CLS" -> Optional.of(Task.SEQUENCE_CLASSIFICATION);
            case "TOKEN_CLS" -> Optional.of(Task.TOKEN_CLASSIFICATION);
            case "QUESTION_ANS" -> Optional.of(Task.QUESTION_ANSWERING);
            default -> Task.of(base);
        };
    }

    /// The configuration of base and adapter together. PEFT does not save the names of labels:
    /// without a `config.json` beside it, an adapter with as many labels as the base has the base's
    /// names, any other `LABEL_0`, `LABEL_1`, ...
    public XlmRobertaConfig config(XlmRobertaConfig base) {
        if (Files.exists(directory.resolve("config.json"))) {
            return XlmRobertaConfig.read(directory.resolve("config.json"));
        }
        Task task = task(base).orElse(Task.SEQUENCE_CLASSIFICATION);
        XlmRobertaConfig config = base.withArchitecture(task.architecture());
        String last =
                stored.getOrDefault("classifier.out_proj.bias", stored.get("classifier.bias"));
        if (!task.hasLabels() || last == null) {
            return config;
        }
        int labels = (int) weights.info(last).shape()[0];
        if (labels == config.numLabels()) {
            return config;
        }
        List<String> names = new ArrayList<>();
        for (int k = 0; k < labels; k++) {
            names.add("LABEL_" + k);
        }
        return config.withLabels(names);
    }

    /// The base model with this adapter, which stays apart from the weights.
    ///
    /// @param base directory of the model that the adapter was trained on
    /// @throws CheckpointException if the adapter does not fit the base
    public LoadedModel<TaskModel> load(Path base) {
        XlmRobertaConfig own = XlmRobertaConfig.read(base.resolve("config.json"));
        Task task = task(own).orElse(Task.SEQUENCE_CLASSIFICATION);
        LoadedModel<TaskModel> loaded =
                ModelLoader.task(task, base, config(own), ModelLoader.HEAD, 0);
        Set<String> used = new LinkedHashSet<>();
        TaskModel adapted = onto(loaded.model(), "the model in " + base, used);
        LoadReport report = loaded.report();
        return new LoadedModel<>(
                adapted,
                new LoadReport(
                        report.used(),
                        report.initialized().stream()
                                .filter(parameter -> !used.contains(parameter.name()))
                                .toList(),
                        report.ignored(),
                        report.warnings()));
    }

    /// A model that is loaded already with this adapter, which stays apart from the weights.
    ///
    /// @param model whose head is in memory; the adapter's is copied into it
    /// @throws CheckpointException if the adapter does not fit the model
    TaskModel onto(TaskModel model) {
        return onto(model, "the encoder", new LinkedHashSet<>());
    }

    /// @param used is told the names of the adapter's arrays
    private TaskModel onto(TaskModel model, String base, Set<String> used) {
        TaskModel adapted = LoraModel.withLinears(model, linear -> adapted(linear, used));
        for (Parameter parameter : adapted.head().parameters()) {
            replace(parameter, used);
        }
        List<String> left =
                stored.keySet().stream().filter(name -> !used.contains(name)).sorted().toList();
        if (!left.isEmpty()) {
            throw refused(
                    WEIGHTS,
                    "%s does not fit %s, which has no such layer".formatted(left.getFirst(), base),
                    "is it the base that the adapter was trained on?");
        }
        return adapted;
    }

    private Linear adapted(Linear linear, Set<String> used) {
        String module = LoraModel.module(linear);
        if (!stored.containsKey(module + A) || !stored.containsKey(module + B)) {
            return linear;
        }
        Shape shape = linear.weight().shape();
        Tensor a = array(module + A, Shape.of(rank, shape.size(1)), used); // [r, in]
        Tensor b = array(module + B, Shape.of(shape.size(0), rank), used); // [out, r]
        return LoraModel.adapted(linear, a, b, scale, 0);
    }

    private void replace(Parameter parameter, Set<String> used) {
        if (stored.containsKey(parameter.name())) {
            float[] values = array(parameter.name(), parameter.shape(), used).toArray();
            if (!(parameter.value().storage() instanceof HostStorage place)) {
                throw new IllegalStateException("a head that is not in memory: " + parameter);
            }
            System.arraycopy(values, 0, place.values(), 0, values.length);
        }
    }

    private Tensor array(String name, Shape expected, Set<String> used) {
        String inFile = stored.get(name);
        assert inFile != null : name;
        long[] found = weights.info(inFile).shape();
        boolean same = found.length == expected.rank();
        for (int axis = 0; same && axis < found.length; axis++) {
            same = found[axis] == expected.size(axis);
        }
        if (!same) {
            throw refused(
                    WEIGHTS,
                    "%s is %s; the base asks for %s"
                            .formatted(name, Arrays.toString(found), expected),
                    "is it the base that the adapter was trained on?");
        }
        used.add(name);
        return Tensor.of(expected, weights.floats(inFile)); // [as expected]
    }

    private CheckpointException refused(String file, String reason, String remedy) {
        String path = directory.resolve(file).toString();
        return remedy.isEmpty()
                ? new CheckpointException(path, reason)
                : new CheckpointException(path, reason, remedy);
    }
}
