package xlmr.tokenizer.huggingface;

/// One normalizer of a `tokenizer.json`.
sealed interface NormalizerStep permits CharsmapStep, StripStep, ReplaceStep {
    /// Writes the normalized `source[from .. to)` to the empty `target`.
    void apply(AlignedText source, int from, int to, AlignedText target);
}
