package xlmr.pipeline;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import xlmr.checkpoint.CheckpointException;
import xlmr.checkpoint.LoadReport;
import xlmr.model.LoadedModel;
import xlmr.model.LoraModel;
import xlmr.model.ModelLoader;
import xlmr.model.PeftAdapter;
import xlmr.model.Task;
import xlmr.model.TaskModel;
import xlmr.model.WeightSource;
import xlmr.tokenizer.XlmRobertaTokenizer;
import xlmr.train.ModelWriter;

/// A base model and an adapter as one ordinary model.
public final class AdaptedModels {
    private AdaptedModels() {}

    /// Loads a base with an adapter merged into it, ready for use: it costs no more than the base.
    ///
    /// @param base directory of the model that the adapter was trained on
    /// @param adapter directory with `adapter_config.json`
    /// @throws CheckpointException if either is damaged or they do not fit
    public static LoadedModel<TaskModel> load(Path base, Path adapter) {
        LoadedModel<TaskModel> loaded = PeftAdapter.open(adapter).load(base);
        return new LoadedModel<>(LoraModel.merge(loaded.model()), loaded.report());
    }

    /// Loads a model for a task, with an adapter merged into it if there is one.
    ///
    /// @param directory of the model, or of the base that the adapter was trained on
    /// @param adapter directory with `adapter_config.json`; null for none
    /// @throws CheckpointException as [#load(Path, Path)], or if the adapter is for another task
    static LoadedModel<TaskModel> load(Task task, Path directory, @Nullable Path adapter) {
        if (adapter == null) {
            return ModelLoader.task(task, directory, null, ModelLoader.FROZEN, 0);
        }
        LoadedModel<TaskModel> loaded = load(directory, adapter);
        if (loaded.model().task() != task) {
            throw new CheckpointException(
                    adapter.toString(),
                    "expected an adapter for %s, found one for %s"
                            .formatted(task.word(), loaded.model().task().word()));
        }
        return loaded;
    }

    /// Writes a base with an adapter merged into it as an ordinary checkpoint.
    ///
    /// @param output directory of the result, made if it is missing
    /// @return what was read of base and adapter
    /// @throws CheckpointException as [#load], or if neither has a trained head
    public static LoadReport merge(Path base, Path adapter, Path output) {
        LoadedModel<TaskModel> loaded = load(base, adapter);
        if (!loaded.report().isComplete()) {
            throw new CheckpointException(
                    adapter.toString(),
                    "neither the adapter nor %s has %s"
                            .formatted(base, loaded.report().initialized().getFirst().name()));
        }
        new ModelWriter(output, XlmRobertaTokenizer.tokenizerFiles(base))
                .write(loaded.model(), WeightSource.AT_REST);
        return loaded.report();
    }

    /// Whether a directory holds an adapter, and no model of its own.
    public static boolean isAdapter(Path directory) {
        return Files.exists(directory.resolve(PeftAdapter.CONFIG));
    }
}
