package xlmr.pipeline;

import java.util.List;

/// A text as a vector. The arrays are the record's own and not to be changed.
///
/// @param vector `[C]`
/// @param tokens that the model read, `<s>` and `</s>` of each window included
/// @param truncatedTokens that did not fit the maximum length; 0 where there are windows
/// @param windows the vectors of the windows of a long text, in their order; empty for a text that
///   was read in one piece
public record Embedding(float[] vector, int tokens, int truncatedTokens, List<float[]> windows) {
    /// Keeps its own list of windows.
    public Embedding {
        windows = List.copyOf(windows);
    }
}
