package xlmr.train;

/// What is kept of the logits of an example to judge it by.
public enum Measure {
    /// All of them.
    LOGITS,
    /// Of every token that has a label the cross-entropy, and 1 if its label has the largest logit,
    /// else 0: where the logits of a whole vocabulary would be too many.
    TOKEN_LOSSES
}
