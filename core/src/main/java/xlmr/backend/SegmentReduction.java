package xlmr.backend;

/// How the rows of a segment become one, column by column.
public enum SegmentReduction {
    /// Their mean.
    MEAN,
    /// The largest; the gradient goes to the first row that has it. Not-a-number counts as larger
    /// than any number, as in PyTorch.
    MAX
}
