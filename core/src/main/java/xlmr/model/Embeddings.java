package xlmr.model;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import xlmr.autograd.EmbeddingRows;
import xlmr.autograd.Ops;
import xlmr.autograd.Parameter;
import xlmr.nn.LayerNorm;
import xlmr.tensor.Tensor;
import xlmr.tensor.TokenBatch;

/// Word, position and token type embeddings, summed, normalized, dropped out (XLMRobertaEmbeddings,
/// XLMRobertaXLEmbeddings).
///
/// @param word `[V, C]`
/// @param position `[P, C]`
/// @param tokenType `[types, C]`
/// @param norm over C, or null where the layers normalize what they read
/// @param padId row of word and position embeddings that gets no gradient
/// @param dropout after the normalization
public record Embeddings(
        Parameter word,
        Parameter position,
        Parameter tokenType,
        @Nullable LayerNorm norm,
        int padId,
        float dropout) {
    /// `-> [N, C]`
    ///
    /// @param vectors `[N, C]` in place of the word embedding, or null
    Tensor forward(Ops ops, TokenBatch tokens, @Nullable Tensor vectors) {
        EmbeddingRows words = new EmbeddingRows(word, tokens.ids(), padId);
        EmbeddingRows positions = new EmbeddingRows(position, tokens.positions(), padId);
        EmbeddingRows types = new EmbeddingRows(tokenType, tokens.types(), -1);
        Tensor sum =
                vectors == null
                        ? ops.embeddingSum(List.of(words, types, positions)) // [N, C]
                        : ops.embeddingSum(vectors, List.of(types, positions)); // [N, C]
        Tensor normalized = norm == null ? sum : norm.forward(ops, sum); // [N, C]
        return ops.dropout(normalized, dropout); // [N, C]
    }

    /// In the order of the reference.
    public List<Parameter> parameters() {
        List<Parameter> parameters = new ArrayList<>(List.of(word, position, tokenType));
        if (norm != null) {
            parameters.addAll(norm.parameters());
        }
        return List.copyOf(parameters);
    }
}
