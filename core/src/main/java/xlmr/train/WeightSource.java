package xlmr.train;

import xlmr.autograd.Parameter;

/// Reads weights as they are after the last update, a few rows at a time: what is saved.
public interface WeightSource {
    /// Reads rows of a parameter; one axis counts as rows of one element.
    ///
    /// @param from first row
    /// @param count rows
    /// @param to filled from 0 on
    void read(Parameter parameter, int from, int count, float[] to);
}
