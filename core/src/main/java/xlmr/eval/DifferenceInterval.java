package xlmr.eval;

/// Between which bounds a difference lies, at 95 %.
public record DifferenceInterval(double low, double high) {}
