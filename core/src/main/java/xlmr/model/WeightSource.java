package xlmr.model;

import xlmr.autograd.Parameter;

/// Reads weights a few rows at a time: what is saved of a model. While it trains that is not what
/// lies in memory, since rows of embeddings are brought up to date when they are needed.
public interface WeightSource {
    /// Of a model at rest: as they lie in memory or in a file.
    WeightSource AT_REST =
            (parameter, from, count, to) -> {
                int columns = parameter.shape().rank() < 2 ? 1 : parameter.shape().size(-1);
                parameter.value().storage().read((long) from * columns, to, 0, count * columns);
            };

    /// Reads rows of a parameter; one axis counts as rows of one element.
    ///
    /// @param from first row
    /// @param count rows
    /// @param to filled from 0 on
    void read(Parameter parameter, int from, int count, float[] to);
}
