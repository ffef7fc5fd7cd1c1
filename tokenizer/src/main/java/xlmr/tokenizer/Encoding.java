package xlmr.tokenizer;

import java.util.List;

/// A text, or a pair of texts, as token ids. All arrays have one entry a token; the arrays are the
/// record's own and not to be changed.
///
/// @param ids token ids of the model
/// @param starts where the token begins in its text, as a UTF-16 index; 0 for added special tokens
/// @param ends where the token ends in its text, as a UTF-16 index; 0 for added special tokens
/// @param wordIds the word it belongs to, counted in its text; -1 for added special tokens
/// @param sequenceIds 0 for the first text, 1 for the second; -1 for added special tokens
/// @param specialTokensMask whether it was added (`<s>`, `</s>`, padding)
/// @param attentionMask whether it is no padding
/// @param truncatedTokens pieces cut off at the maximum length, 0 if none
/// @param overflow what was cut off, if asked for, each part with its own special tokens
public record Encoding(
        int[] ids,
        int[] starts,
        int[] ends,
        int[] wordIds,
        int[] sequenceIds,
        boolean[] specialTokensMask,
        boolean[] attentionMask,
        int truncatedTokens,
        List<Encoding> overflow) {
    /// Number of tokens.
    public int length() {
        return ids.length;
    }

    /// Whether something was cut off.
    public boolean isTruncated() {
        return truncatedTokens > 0;
    }
}
