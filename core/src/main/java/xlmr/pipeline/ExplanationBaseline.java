package xlmr.pipeline;

import java.util.Locale;

/// What a text without content is, for [ExplanationMethod#INTEGRATED_GRADIENTS]: the word vector
/// that stands in the place of every token but `<s>` and `</s>`.
public enum ExplanationBaseline {
    /// That of `<pad>`.
    PAD,
    /// That of `<mask>`, which in pre-training stood for any word.
    MASK,
    /// Nothing but zeros.
    ZERO;

    /// As on a command line: `pad`.
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
