package xlmr.tokenizer;

/// To which length encodings are filled up with the padding id.
public enum Padding {
    /// Not at all, as the models here want it: they take packed tokens.
    NONE,
    /// To the longest of the call.
    LONGEST,
    /// To [EncodingOptions#maxLength()].
    MAX_LENGTH
}
