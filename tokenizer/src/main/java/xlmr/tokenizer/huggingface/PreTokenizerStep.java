package xlmr.tokenizer.huggingface;

/// One pre-tokenizer of a `tokenizer.json`.
sealed interface PreTokenizerStep {
    /// Cuts at white space, which is dropped.
    record WhitespaceSplit() implements PreTokenizerStep {}

    /// Turns spaces into `replacement`, puts one before the text, and cuts before each.
    record Metaspace(int replacement, Prepend prepend, boolean split) implements PreTokenizerStep {}

    /// Before which texts a [Metaspace] puts its replacement.
    enum Prepend {
        ALWAYS,
        FIRST,
        NEVER
    }
}
