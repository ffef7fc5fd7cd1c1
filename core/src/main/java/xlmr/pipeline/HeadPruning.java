package xlmr.pipeline;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.function.IntConsumer;
import xlmr.autograd.Parameter;
import xlmr.backend.Backend;
import xlmr.checkpoint.CheckpointException;
import xlmr.model.LoadedModel;
import xlmr.model.ModelLoader;
import xlmr.model.PoolingSettings;
import xlmr.model.PrunedHeads;
import xlmr.model.TaskModel;
import xlmr.model.XlmRobertaConfig;
import xlmr.tensor.SelectedRows;
import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;
import xlmr.tokenizer.XlmRobertaTokenizer;
import xlmr.train.HeadImportance;

/// Takes attention heads out: their rows of query, key and value, and their columns of the
/// attention's output. The model answers as one whose heads give 0 there.
///
/// ```java
/// HeadImportance importance = HeadPruning.importance(model, data, backend, done -> {});
/// new HeadPruning(importance.leastImportant(0.25)).run(model, output);
/// ```
///
/// @param heads by the numbers that they had before any was taken out
public record HeadPruning(PrunedHeads heads) implements Pruning {
    private static final String LAYER = "roberta.encoder.layer.";
    private static final List<String> ROWS =
            List.of("attention.self.query.", "attention.self.key.", "attention.self.value.");
    private static final String COLUMNS = "attention.output.dense.weight";

    /// Checks that there is something to do.
    ///
    /// @throws IllegalArgumentException if there is no head
    public HeadPruning {
        if (heads.count() == 0) {
            throw new IllegalArgumentException("heads to take out: expected at least one");
        }
    }

    /// How important the heads of a model are for its task.
    ///
    /// @param data with the labels of the model; what it has to judge by is not read
    /// @param progress is told the number of examples done
    /// @throws CheckpointException if the model has no trained head of the task
    public static HeadImportance importance(
            Path model, TrainingTask data, Backend backend, IntConsumer progress) {
        XlmRobertaConfig config =
                data.configure(XlmRobertaConfig.read(model.resolve("config.json")));
        LoadedModel<TaskModel> loaded =
                ModelLoader.task(data.task(), model, config, ModelLoader.FROZEN, 0);
        if (!loaded.report().isComplete()) {
            throw new CheckpointException(
                    model.toString(),
                    "has no trained head for %s, so no loss tells which attention heads matter"
                            .formatted(data.task().word()),
                    "fine-tune it first with `train`, or name the attention heads");
        }
        TrainingTask.Prepared prepared =
                data.prepare(
                        config,
                        XlmRobertaTokenizer.load(model),
                        config.maxTokens(),
                        backend.threads());
        return HeadImportance.of(loaded.model(), prepared.training(), backend, progress);
    }

    @Override
    public Result run(Path model, Path output) {
        StoredModel source = StoredModel.read(model, false);
        XlmRobertaConfig before = source.config();
        check(model, before);
        XlmRobertaConfig config = before.withPrunedHeads(before.prunedHeads().and(heads));
        List<Parameter> parameters = new ArrayList<>();
        for (Parameter parameter : source.parameters()) {
            parameters.add(smaller(parameter, before));
        }
        source.with(config, parameters).write(output, source.type(), ModelConversion.LARGEST_SHARD);
        ModelConversion.copyTokenizer(model, output);
        PoolingSettings.read(model).ifPresent(settings -> settings.write(output));
        return new Result(config, done(before), null, source.warnings());
    }

    private void check(Path model, XlmRobertaConfig config) {
        for (Map.Entry<Integer, SortedSet<Integer>> layer : heads.byLayer().entrySet()) {
            int number = layer.getKey();
            if (number >= config.numHiddenLayers()) {
                throw new CheckpointException(
                        model.toString(),
                        "has no layer %d; expected 0 to %d"
                                .formatted(number, config.numHiddenLayers() - 1));
            }
            List<Integer> left = config.prunedHeads().left(number, config.numAttentionHeads());
            for (int head : layer.getValue()) {
                if (!left.contains(head)) {
                    throw new CheckpointException(
                            model.toString(),
                            "layer %d has no head %d; it has %s".formatted(number, head, left));
                }
            }
            if (layer.getValue().size() == left.size()) {
                throw new CheckpointException(
                        model.toString(),
                        "layer %d would have no head left".formatted(number),
                        "leave one, or take the whole layer out (--drop-layers)");
            }
        }
    }

    private Parameter smaller(Parameter parameter, XlmRobertaConfig config) {
        String name = parameter.name();
        if (!name.startsWith(LAYER)) {
            return parameter;
        }
        int dot = name.indexOf('.', LAYER.length());
        int layer = Integer.parseInt(name.substring(LAYER.length(), dot));
        if (heads.of(layer).isEmpty()) {
            return parameter;
        }
        String rest = name.substring(dot + 1);
        int[] kept = kept(layer, config);
        if (ROWS.stream().anyMatch(rest::startsWith)) {
            return new Parameter(name, SelectedRows.of(parameter.value(), kept));
        }
        return rest.equals(COLUMNS)
                ? new Parameter(name, columns(parameter.value(), kept))
                : parameter;
    }

    /// The rows of a layer's queries that stay.
    private int[] kept(int layer, XlmRobertaConfig config) {
        List<Integer> left = config.prunedHeads().left(layer, config.numAttentionHeads());
        int width = config.headSize();
        int[] rows = new int[left.size() * width];
        int count = 0;
        for (int place = 0; place < left.size(); place++) {
            if (!heads.of(layer).contains(left.get(place))) {
                for (int row = 0; row < width; row++) {
                    rows[count++] = place * width + row;
                }
            }
        }
        return Arrays.copyOf(rows, count);
    }

    private static Tensor columns(Tensor matrix, int... kept) {
        int rows = matrix.size(0);
        int columns = matrix.size(1);
        float[] all = matrix.toArray();
        float[] values = new float[rows * kept.length];
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < kept.length; i++) {
                values[row * kept.length + i] = all[row * columns + kept[i]];
            }
        }
        return Tensor.of(Shape.of(rows, kept.length), values); // [C, A]
    }

    private List<String> done(XlmRobertaConfig before) {
        int all = before.numHiddenLayers() * before.numAttentionHeads();
        int had = all - before.prunedHeads().count();
        return List.of(
                "attention heads: %d of %d stay; gone: %s"
                        .formatted(had - heads.count(), had, heads.text()));
    }
}
