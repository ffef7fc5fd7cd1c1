package xlmr.optim;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import xlmr.autograd.Gradients;
import xlmr.autograd.Parameter;
import xlmr.autograd.RowGradient;
import xlmr.backend.AdamWStep;
import xlmr.backend.AdamWUpdate;
import xlmr.backend.Backend;
import xlmr.checkpoint.Checkpoint;
import xlmr.checkpoint.CheckpointException;
import xlmr.checkpoint.SafetensorsWriter;
import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;

/// AdamW (Loshchilov and Hutter 2019) over the parameters that train, with the update rule and the
/// defaults of torch.optim.AdamW and the Hugging Face Trainer's choice of what decays.
///
/// Embedding tables whose gradient is kept by row are updated by row, see [RowAdamW]. Owned by one
/// thread.
///
/// A parameter that starts to train later ([#extend]) counts its steps from then on, and one that
/// has no part in an update does not count it, as in PyTorch, where a parameter without a gradient
/// is passed over.
public final class AdamW {
    private final Backend backend;
    private final AdamWSettings settings;
    private final Function<Parameter, String> names;
    private final Map<Parameter, Moments> dense = new IdentityHashMap<>();
    private final Map<Parameter, RowAdamW> byRow = new IdentityHashMap<>();
    private final Map<Parameter, Long> stepsBefore = new IdentityHashMap<>();
    private long steps;

    private record Moments(Tensor first, Tensor second) {}

    /// An optimizer in its initial state for all parameters that have a gradient.
    public AdamW(Backend backend, AdamWSettings settings, Gradients gradients) {
        this(backend, settings, gradients, Parameter::name);
    }

    /// As above, for parameters of several heads, which may have the same names.
    ///
    /// @param names under which the state of each is saved: its own, or another that no other has
    public AdamW(
            Backend backend,
            AdamWSettings settings,
            Gradients gradients,
            Function<Parameter, String> names) {
        this.backend = backend;
        this.settings = settings;
        this.names = names;
        extend(gradients);
    }

    /// Adds the parameters that did not train so far, in their initial state.
    public void extend(Gradients gradients) {
        for (Parameter parameter : gradients.allDense().keySet()) {
            if (!dense.containsKey(parameter)) {
                dense.put(parameter, new Moments(zeros(parameter), zeros(parameter)));
                stepsBefore.put(parameter, steps);
            }
        }
        for (Parameter table : gradients.allByRow().keySet()) {
            if (!byRow.containsKey(table)) {
                byRow.put(table, new RowAdamW(backend, table, settings));
                stepsBefore.put(table, steps);
            }
        }
    }

    /// Number of updates made.
    public long steps() {
        return steps;
    }

    /// Brings rows of a table up to date; to be called before they are read.
    public void prepare(Parameter table, int[] rows) {
        RowAdamW state = byRow.get(table);
        if (state != null) {
            state.catchUp(rows);
        }
    }

    /// Brings all rows of all tables up to date: to be called before they are read by others, for
    /// example saved.
    public void prepareAll() {
        byRow.values().forEach(RowAdamW::catchUpAll);
    }

    /// The rows of a table as they are after all steps so far, without changing the table: what a
    /// checkpoint of it holds. Rows that never had a gradient are brought up to date in the copy
    /// alone.
    ///
    /// @param to `count` rows from row `from` on, row-major
    public void readRows(Parameter table, int from, int count, float[] to) {
        RowAdamW state = byRow.get(table);
        if (state == null) {
            int columns = table.shape().rank() < 2 ? 1 : table.shape().size(-1);
            table.value().storage().read((long) from * columns, to, 0, count * columns);
            return;
        }
        state.read(from, count, to);
    }

    /// One update with the gradients as they are.
    ///
    /// @param learningRate of this step
    /// @param gradientScale what gradients are multiplied by first, see [GradientClipping#factor]
    public void step(Gradients gradients, double learningRate, float gradientScale) {
        step(gradients, learningRate, gradientScale, Set.of());
    }

    /// As above, but for some parameters it is as if there had been no update: those of heads whose
    /// examples had no part in it.
    ///
    /// @param idle parameters whose gradient is kept as a whole
    public void step(
            Gradients gradients, double learningRate, float gradientScale, Set<Parameter> idle) {
        steps++;
        List<AdamWUpdate> updates = new ArrayList<>();
        for (Map.Entry<Parameter, Tensor> entry : gradients.allDense().entrySet()) {
            Parameter parameter = entry.getKey();
            if (idle.contains(parameter)) {
                stepsBefore.merge(parameter, 1L, Long::sum);
                continue;
            }
            Moments moments = dense.get(parameter);
            assert moments != null : parameter;
            updates.add(
                    new AdamWUpdate(
                            parameter.value(),
                            entry.getValue(),
                            moments.first(),
                            moments.second(),
                            stepOf(parameter, learningRate)));
        }
        backend.adamW(updates, gradientScale);
        for (Map.Entry<Parameter, RowGradient> entry : gradients.allByRow().entrySet()) {
            RowAdamW state = byRow.get(entry.getKey());
            assert state != null : entry.getKey();
            state.step(entry.getValue(), gradientScale, stepOf(entry.getKey(), learningRate));
        }
    }

    private AdamWStep stepOf(Parameter parameter, double learningRate) {
        return new AdamWStep(
                learningRate * settings.rateFactor().applyAsDouble(parameter.name()),
                settings.beta1(),
                settings.beta2(),
                settings.epsilon(),
                settings.decays(parameter.name()) ? settings.weightDecay() : 0,
                steps - stepsBefore.getOrDefault(parameter, 0L));
    }

    /// Declares the state as arrays of a file, under PyTorch's names behind that of the parameter:
    /// `exp_avg`, `exp_avg_sq`, `step`; and the rows of tables that are updated by row, with their
    /// values.
    public void addTo(SafetensorsWriter writer) {
        writer.addIntegers("step", Shape.of(), steps);
        dense.forEach(
                (parameter, moments) -> {
                    addStep(writer, parameter);
                    String name = names.apply(parameter);
                    writer.add(name + ".exp_avg", moments.first())
                            .add(name + ".exp_avg_sq", moments.second());
                });
        byRow.forEach(
                (table, state) -> {
                    addStep(writer, table);
                    state.addTo(writer);
                });
    }

    private void addStep(SafetensorsWriter writer, Parameter parameter) {
        long own = steps - stepsBefore.getOrDefault(parameter, 0L);
        writer.addIntegers(names.apply(parameter) + ".step", Shape.of(), own);
    }

    /// The name under which a parameter is saved.
    public String nameOf(Parameter parameter) {
        return names.apply(parameter);
    }

    /// Takes over the state that [#addTo] declared. This object has to be new, and tables that are
    /// updated by row as they were before the first update.
    ///
    /// @throws CheckpointException if arrays are missing or do not fit the parameters
    public void restore(Checkpoint file) {
        steps = step(file, "step", Integer.MAX_VALUE);
        dense.forEach(
                (parameter, moments) -> {
                    restoreStep(file, parameter);
                    restore(file, parameter, ".exp_avg", moments.first());
                    restore(file, parameter, ".exp_avg_sq", moments.second());
                });
        byRow.forEach(
                (table, state) -> {
                    restoreStep(file, table);
                    state.restore(file);
                });
    }

    private void restoreStep(Checkpoint file, Parameter parameter) {
        stepsBefore.put(parameter, steps - step(file, names.apply(parameter) + ".step", steps));
    }

    private void restore(Checkpoint file, Parameter parameter, String what, Tensor moment) {
        String name = names.apply(parameter) + what;
        float[] values = file.floats(name); // [as the parameter]
        if (values.length != moment.shape().elements()) {
            throw new CheckpointException(
                    file.file(name).toString(),
                    "'%s': expected %s elements, found %d"
                            .formatted(name, moment.shape().elements(), values.length));
        }
        backend.write(values, moment);
    }

    private static long step(Checkpoint file, String name, long most) {
        long[] values = file.integers(name);
        if (values.length != 1 || values[0] < 0 || values[0] > most) {
            throw new CheckpointException(
                    file.file(name).toString(),
                    "'%s': expected one number from 0 to %d".formatted(name, most));
        }
        return values[0];
    }

    private Tensor zeros(Parameter parameter) {
        Tensor zeros = backend.allocate(parameter.shape()); // [as the parameter]
        backend.fill(zeros, 0);
        return zeros;
    }
}
