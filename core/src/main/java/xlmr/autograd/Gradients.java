package xlmr.autograd;

import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import xlmr.backend.Backend;
import xlmr.tensor.Tensor;

/// The gradients of the parameters that train. What has no place here is frozen: no operation
/// computes anything for it. Gradients accumulate until [#clear]. Owned by one thread.
public final class Gradients {
    private final Backend backend;
    private final Map<Parameter, Tensor> dense = new LinkedHashMap<>();
    private final Map<Parameter, RowGradient> byRow = new IdentityHashMap<>();

    /// Places for the gradients of `matrices` as a whole and of `tables` by row.
    ///
    /// @param tables parameters that are only ever used through row look-ups
    public Gradients(
            Backend backend, Collection<Parameter> matrices, Collection<Parameter> tables) {
        this.backend = backend;
        for (Parameter parameter : matrices) {
            Tensor gradient = backend.allocate(parameter.shape()); // [as the parameter]
            backend.fill(gradient, 0);
            dense.put(parameter, gradient);
        }
        for (Parameter table : tables) {
            byRow.put(table, new RowGradient(backend, table.shape()));
        }
    }

    /// Gradients for nothing: everything is frozen.
    public static Gradients none(Backend backend) {
        return new Gradients(backend, Set.of(), Set.of());
    }

    /// Whether the parameter trains.
    public boolean wants(Parameter parameter) {
        return dense.containsKey(parameter) || byRow.containsKey(parameter);
    }

    /// The gradient of a parameter in the parameter's shape, or null if it is frozen or kept by
    /// row.
    public @Nullable Tensor dense(Parameter parameter) {
        return dense.get(parameter);
    }

    /// The gradient of a table's touched rows, or null if it is frozen or kept as a whole.
    public @Nullable RowGradient byRow(Parameter table) {
        return byRow.get(table);
    }

    /// All gradients kept as a whole, in the order of the parameters given.
    public Map<Parameter, Tensor> allDense() {
        return dense;
    }

    /// All gradients kept by row.
    public Map<Parameter, RowGradient> allByRow() {
        return byRow;
    }

    /// Adds the gradient of a row look-up.
    void addRows(Parameter table, Tensor dOutput, int[] rows, int paddingRow) {
        RowGradient rowGradient = byRow.get(table);
        if (rowGradient != null) {
            rowGradient.add(backend, dOutput, rows, paddingRow);
            return;
        }
        Tensor gradient = dense.get(table);
        if (gradient != null) {
            int[] targets = rows.clone();
            for (int i = 0; i < targets.length; i++) {
                targets[i] = targets[i] == paddingRow ? -1 : targets[i];
            }
            backend.scatterAddRows(dOutput, targets, gradient);
        }
    }

    /// Sets all gradients to zero.
    public void clear() {
        backend.fill(List.copyOf(dense.values()), 0);
        byRow.values().forEach(rowGradient -> rowGradient.clear(backend));
    }
}
