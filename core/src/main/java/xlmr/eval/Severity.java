package xlmr.eval;

/// How much a [Verdict] matters.
public enum Severity {
    /// Good to know.
    NOTE,
    /// The model or the numbers are probably not what was hoped for.
    WARNING,
    /// The numbers mean nothing until this is mended.
    ERROR
}
