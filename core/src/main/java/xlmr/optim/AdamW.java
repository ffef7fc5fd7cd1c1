package xlmr.optim;

import java.util.IdentityHashMap;
import java.util.Map;
import xlmr.autograd.Gradients;
import xlmr.autograd.Parameter;
import xlmr.autograd.RowGradient;
import xlmr.backend.AdamWStep;
import xlmr.backend.Backend;
import xlmr.tensor.Tensor;

/// AdamW (Loshchilov and Hutter 2019) over the parameters that train, with the update rule and the
/// defaults of torch.optim.AdamW and the Hugging Face Trainer's choice of what decays.
///
/// Embedding tables whose gradient is kept by row are updated by row, see [RowAdamW]. Owned by one
/// thread.
public final class AdamW {
    private final Backend backend;
    private final AdamWSettings settings;
    private final Map<Parameter, Moments> dense = new IdentityHashMap<>();
    private final Map<Parameter, RowAdamW> byRow = new IdentityHashMap<>();
    private long steps;

    private record Moments(Tensor first, Tensor second) {}

    /// An optimizer in its initial state for all parameters that have a gradient.
    public AdamW(Backend backend, AdamWSettings settings, Gradients gradients) {
        this.backend = backend;
        this.settings = settings;
        for (Parameter parameter : gradients.allDense().keySet()) {
            dense.put(parameter, new Moments(zeros(parameter), zeros(parameter)));
        }
        for (Parameter table : gradients.allByRow().keySet()) {
            byRow.put(table, new RowAdamW(table));
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
        steps++;
        gradients
                .allDense()
                .forEach(
                        (parameter, gradient) -> {
                            Moments moments = dense.get(parameter);
                            assert moments != null : parameter;
                            backend.adamW(
                                    parameter.value(),
                                    gradient,
                                    gradientScale,
                                    moments.first(),
                                    moments.second(),
                                    stepOf(parameter, learningRate));
                        });
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
                steps);
    }

    private Tensor zeros(Parameter parameter) {
        Tensor zeros = backend.allocate(parameter.shape()); // [as the parameter]
        backend.fill(zeros, 0);
        return zeros;
    }
}
