package xlmr.tokenizer;

/// What `<mask>`, `<s>` and the like mean where they are written in a text.
public enum InlineTokens {
    /// What the reference does: Hugging Face takes them as tokens, C++ SentencePiece as text.
    AS_REFERENCE,
    /// Tokens: how a mask is put into a text.
    TOKENS,
    /// Text like any other: for input from strangers.
    TEXT
}
