package xlmr.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import xlmr.autograd.Parameter;
import xlmr.backend.Backend;
import xlmr.checkpoint.AtomicFile;
import xlmr.checkpoint.Checkpoint;
import xlmr.checkpoint.CheckpointException;
import xlmr.checkpoint.SafetensorsWriter;
import xlmr.eval.EvaluationReport;
import xlmr.optim.AdamW;
import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;

/// Saves the states of one run, and goes on from the last.
///
/// A folder holds `trainer_state.json` and `history.safetensors` (counters, epochs, steps),
/// `weights.safetensors` (the parameters that train), `optimizer.safetensors` (their moments; of an
/// embedding table the rows that were touched), and for each epoch `evaluation-N.safetensors` (what
/// the model said of the validation examples, of which the reports are made again). The first state
/// of a run and that of a finished one hold no arrays: nothing has changed yet, or nothing will.
public final class RunCheckpoints {
    private static final String WEIGHTS = "weights.safetensors";
    private static final String OPTIMIZER = "optimizer.safetensors";

    private final RunSaving saving;
    private final RunFolders folders;
    private final RunFingerprint fingerprint;
    private final Map<Integer, float[][]> unsaved = new TreeMap<>();
    private @Nullable Path current;

    /// @param fingerprint what the run is
    public RunCheckpoints(RunSaving saving, RunFingerprint fingerprint) {
        this.saving = saving;
        this.fingerprint = fingerprint;
        this.folders = new RunFolders(saving.directory());
    }

    /// How it saves.
    public RunSaving saving() {
        return saving;
    }

    /// Refuses to go on with what another run began. Costs nothing: to be called before the model
    /// is loaded.
    ///
    /// @throws TrainingException naming what differs
    public void check() {
        if (saving.resume()) {
            folders.last().ifPresent(folder -> check(SavedRun.open(folder), folder));
        }
    }

    private void check(SavedRun saved, Path folder) {
        var differences = new ArrayList<>(fingerprint.differences(saved.fingerprint()));
        if (!differences.isEmpty()) {
            throw new TrainingException(
                    ("resume: %s is of a run that began otherwise (%s); give what it began with, or"
                                    + " begin anew without resuming")
                            .formatted(folder, String.join("; ", differences)));
        }
    }

    /// The state to go on from: the last, or the beginning.
    ///
    /// @param validation makes the reports of earlier epochs again
    /// @throws TrainingException if the last state is of another run
    TrainingState begin(Trainer.@Nullable Validation validation) {
        Optional<Path> last = saving.resume() ? folders.last() : Optional.empty();
        if (last.isEmpty()) {
            folders.clear();
            return new TrainingState();
        }
        AtomicFile.deleteUnfinished(saving.directory());
        Path folder = last.get();
        SavedRun saved = SavedRun.open(folder);
        check(saved, folder);
        current = folder;
        return saved.state(epoch -> report(folder, epoch, validation));
    }

    /// The folder of the last state; null before the first.
    @Nullable Path current() {
        return current;
    }

    private static EvaluationReport report(
            Path folder, int epoch, Trainer.@Nullable Validation validation) {
        Path path = folder.resolve(evaluation(epoch));
        if (validation == null) {
            throw new CheckpointException(path.toString(), "of a run with validation examples");
        }
        Checkpoint file = Checkpoint.open(path);
        long[] starts = file.integers("starts"); // [M + 1]
        float[] all = file.floats("values");
        float[][] values = new float[Math.max(0, starts.length - 1)][];
        for (int m = 0; m < values.length; m++) {
            if (starts[m] < 0 || starts[m + 1] < starts[m] || starts[m + 1] > all.length) {
                throw new CheckpointException(path.toString(), "starts are not in order");
            }
            values[m] = Arrays.copyOfRange(all, (int) starts[m], (int) starts[m + 1]);
        }
        if (values.length != validation.examples().size()) {
            throw new CheckpointException(
                    path.toString(),
                    "expected %d examples, found %d"
                            .formatted(validation.examples().size(), values.length));
        }
        return validation.report().apply(values);
    }

    /// Takes over weights and optimizer of the state that [#begin] gave.
    void restore(Backend backend, Iterable<Parameter> dense, AdamW optimizer) {
        if (current == null || RunFolders.step(current) == 0) {
            return;
        }
        Path path = current.resolve(WEIGHTS);
        Checkpoint file = Checkpoint.open(path);
        for (Parameter parameter : dense) {
            String name = optimizer.nameOf(parameter);
            float[] values = file.floats(name); // [as the parameter]
            if (values.length != parameter.shape().elements()) {
                throw new CheckpointException(
                        path.toString(),
                        "'%s': expected %s, found %d elements"
                                .formatted(name, parameter.shape(), values.length));
            }
            backend.write(values, parameter.value());
        }
        optimizer.restore(Checkpoint.open(current.resolve(OPTIMIZER)));
    }

    /// Keeps what the model said of the validation examples, for the next state that is saved.
    ///
    /// @param values `[M][...]` as a [Measure] gives them
    void evaluated(int epoch, float[][] values) {
        unsaved.put(epoch, values);
    }

    /// Whether the state is to be saved within an epoch.
    boolean isDue(long updates) {
        return saving.everySteps() > 0 && updates % saving.everySteps() == 0;
    }

    /// Saves a state; the one before goes.
    ///
    /// @param dense the parameters that train, but tables that are updated by row
    /// @throws CheckpointException if it cannot be written; the one before is then as it was
    void save(
            TrainingState state,
            TrainingOptions options,
            long maxUpdates,
            Iterable<Parameter> dense,
            AdamW optimizer) {
        Path before = current;
        folders.replace(
                state.updates(),
                folder -> {
                    for (EpochResult epoch : state.epochs()) {
                        if (epoch.validation() != null) {
                            writeEvaluation(before, folder, epoch.number());
                        }
                    }
                    if (state.updates() > 0 && !state.isFinished()) {
                        SafetensorsWriter weights = new SafetensorsWriter();
                        dense.forEach(p -> weights.add(optimizer.nameOf(p), p.value()));
                        weights.write(folder.resolve(WEIGHTS));
                        SafetensorsWriter moments = new SafetensorsWriter();
                        optimizer.addTo(moments);
                        moments.write(folder.resolve(OPTIMIZER));
                    }
                    SavedRun.write(folder, state, fingerprint, options, maxUpdates);
                });
        unsaved.clear();
        current = folders.last().orElseThrow();
    }

    // What an earlier state has is linked, not written again.
    private void writeEvaluation(@Nullable Path before, Path folder, int epoch) throws IOException {
        float[][] values = unsaved.get(epoch);
        Path target = folder.resolve(evaluation(epoch));
        if (values == null && before != null) {
            Path earlier = before.resolve(evaluation(epoch));
            try {
                Files.createLink(target, earlier);
            } catch (UnsupportedOperationException | IOException e) {
                Files.copy(earlier, target);
            }
            return;
        }
        if (values == null) {
            throw new IllegalStateException("no evaluation of epoch " + epoch);
        }
        long[] starts = new long[values.length + 1];
        for (int m = 0; m < values.length; m++) {
            starts[m + 1] = starts[m] + values[m].length;
        }
        float[] all = new float[Math.toIntExact(starts[values.length])];
        for (int m = 0; m < values.length; m++) {
            System.arraycopy(values[m], 0, all, (int) starts[m], values[m].length);
        }
        new SafetensorsWriter()
                .addIntegers("starts", Shape.of(starts.length), starts)
                .add("values", Tensor.of(Shape.of(all.length), all))
                .write(target);
    }

    private static String evaluation(int epoch) {
        return "evaluation-%d.safetensors".formatted(epoch);
    }

    /// Leaves nothing behind of a run that failed before its first update.
    void abandonBeginning() {
        if (current != null && RunFolders.step(current) == 0) {
            folders.clear();
        }
    }
}
