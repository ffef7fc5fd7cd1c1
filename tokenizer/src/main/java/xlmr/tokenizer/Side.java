package xlmr.tokenizer;

/// The end of a text at which tokens are cut off or filled up.
public enum Side {
    LEFT,
    RIGHT
}
