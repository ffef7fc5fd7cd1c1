package xlmr.nn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import xlmr.autograd.EmbeddingRows;
import xlmr.autograd.Ops;
import xlmr.autograd.Parameter;
import xlmr.backend.Activation;
import xlmr.backend.AttentionShape;
import xlmr.tensor.Tensor;

/// A mean of each sequence's rows, weighted by how well they answer a trained question: softmax(q ·
/// tanh(W x + b) / √C) within the sequence (Yang et al. 2016, equations 5 to 7). `[N, C] -> [B, C]`
///
/// @param key W and b, `[C, C]`
/// @param query q, `[1, C]`
/// @param dropout of the rows
public record AttentionPooling(Linear key, Parameter query, float dropout) implements OneRow {
    @Override
    public Tensor forward(Ops ops, Tensor input, int[] starts) {
        int count = starts.length - 1;
        Tensor rows = ops.dropout(input, dropout); // [N, C]
        Tensor keys = key.activated(ops, rows, Activation.TANH); // [N, C]
        Tensor queries =
                ops.embeddingSum(List.of(new EmbeddingRows(query, new int[count], -1))); // [B, C]
        int[] queryStarts = new int[count + 1];
        Arrays.setAll(queryStarts, b -> b);
        return ops.attention(
                queries,
                keys,
                rows,
                new AttentionShape(queryStarts, starts, 1, false),
                0); // [B, C]
    }

    @Override
    public List<Parameter> parameters() {
        List<Parameter> parameters = new ArrayList<>(key.parameters());
        parameters.add(query);
        return parameters;
    }
}
