package xlmr.tokenizer.sentencepiece;

/// Cuts a normalized text into pieces. Immutable; what a call needs lies in its workspace.
sealed interface Segmenter
        permits UnigramSegmenter, BpeSegmenter, CharacterSegmenter, WordSegmenter {
    /// Appends the pieces of `workspace.text` to `workspace.cuts`, from left to right.
    void segment(Workspace workspace);
}
