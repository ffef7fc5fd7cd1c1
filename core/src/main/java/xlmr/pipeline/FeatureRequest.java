package xlmr.pipeline;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import xlmr.model.Head;
import xlmr.tensor.TokenBatch;

/// What is to be extracted, with layers counted from 0.
///
/// @param layers whose hidden states
/// @param pooling which vectors of them
/// @param attentions whether the attention probabilities inside these layers, too
record FeatureRequest(Set<Integer> layers, FeaturePooling pooling, boolean attentions) {
    /// Layers from 1 on whose attentions are wanted; the embeddings have none.
    Set<Integer> attentionLayers() {
        Set<Integer> from1 = new TreeSet<>(attentions ? layers : Set.of());
        from1.remove(0);
        return from1;
    }

    /// Whether there is a vector for each token, not one for each text.
    ///
    /// @param head that is asked for, or null
    boolean perToken(@Nullable Head head) {
        return switch (pooling) {
            case CLS, MEAN, MAX -> false;
            case TOKENS -> true;
            case HEAD -> head != null && rowsOfTwoTokens(head) > 1;
        };
    }

    private static int rowsOfTwoTokens(Head head) {
        TokenBatch two = TokenBatch.of(List.of(new int[] {0, 2}), 1);
        return head.resultStarts(head.rowStarts(two))[1];
    }

    /// Numbers of a text that are held until it is passed on.
    ///
    /// @param tokens T
    /// @param columns C
    /// @param heads H
    long numbers(int tokens, int columns, int heads) {
        long rows =
                switch (pooling) {
                    case CLS, MEAN, MAX -> 1;
                    case TOKENS, HEAD -> tokens;
                };
        long hidden = rows * columns * Math.max(1, layers.size());
        return hidden + (long) heads * tokens * tokens * attentionLayers().size();
    }
}
