package xlmr.backend;

import xlmr.tensor.Tensor;

/// AdamW of a table row by row, on what the table trains on: only rows with a gradient are changed,
/// and others when they are needed. As it is here, the table lies on the host, in an array or in a
/// private mapping of a file.
public interface RowUpdates {
    /// Lets rows make up for updates that they missed, in order: m ← β₁ m; v ← β₂ v; p ← p (1 - η
    /// λ) - η / (1 - β₁ᵗ) · m / (√v / √(1 - β₂ᵗ) + ε). Rows without moments only decay.
    ///
    /// @param table `[V, C]`
    default void catchUpRows(Tensor table, RowMoments moments, MissedSteps steps) {
        new HostRows(table, moments).catchUp(steps);
    }

    /// One update of some rows, see [Backend#adamW].
    ///
    /// @param table `[V, C]`
    /// @param rows each once
    /// @param slots of their moments
    /// @param gradients `[R, C]`
    /// @param gradientScale what gradients are multiplied by first
    default void adamWRows(
            Tensor table,
            RowMoments moments,
            int[] rows,
            int[] slots,
            Tensor gradients,
            float gradientScale,
            AdamWStep step) {
        new HostRows(table, moments).update(rows, slots, gradients, gradientScale, step);
    }

    /// Overwrites rows of a table.
    ///
    /// @param values `[R, C]`
    /// @param rows each once
    default void putRows(float[] values, int[] rows, Tensor table) {
        new HostRows(table, new RowMoments()).put(values, rows);
    }
}
