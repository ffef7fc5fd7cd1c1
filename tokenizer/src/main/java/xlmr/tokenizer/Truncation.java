package xlmr.tokenizer;

/// Which of two texts is cut when both together are too long.
public enum Truncation {
    /// Nothing is cut, whatever the maximum length.
    NONE,
    /// Both, the longer one first.
    LONGEST_FIRST,
    /// The first text only.
    ONLY_FIRST,
    /// The second text only.
    ONLY_SECOND
}
