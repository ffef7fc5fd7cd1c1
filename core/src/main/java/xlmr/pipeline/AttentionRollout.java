package xlmr.pipeline;

import org.jspecify.annotations.Nullable;
import xlmr.autograd.Ops;
import xlmr.backend.AttentionShape;
import xlmr.model.LayerObserver;
import xlmr.model.TaskModel;
import xlmr.tensor.Tensor;
import xlmr.tensor.TokenBatch;

/// Follows attention from the last layer back to the tokens: in each layer half of a token's vector
/// passes by and half is gathered by the mean of the heads; the products over all layers say how
/// much of each token has reached each place (Abnar and Zuidema, "Quantifying Attention Flow in
/// Transformers", 2020).
final class AttentionRollout implements LayerObserver {
    private double @Nullable [][] reached;

    private AttentionRollout() {}

    /// The share of each of the T tokens in what a head reads, the mean of some rows. The shares
    /// sum to 1.
    ///
    /// @param tokens one sequence
    /// @param read the rows that the head reads, at least one
    static double[] of(TaskModel model, Ops ops, TokenBatch tokens, int[] read) {
        AttentionRollout rollout = new AttentionRollout();
        model.encoder().forward(ops, tokens, null, rollout); // [N, C]
        double[][] rows = rollout.reached;
        if (rows == null) {
            throw new IllegalArgumentException("attention rollout: the model has no layer");
        }
        double[] mean = new double[rows.length];
        for (int row : read) {
            for (int t = 0; t < mean.length; t++) {
                mean[t] += rows[row][t] / read.length;
            }
        }
        return mean;
    }

    @Override
    public boolean wantsAttentions() {
        return true;
    }

    @Override
    public void attentions(int layer, Tensor probabilities, AttentionShape shape) {
        int tokens = shape.tokens();
        float[] values = probabilities.toArray(); // [H, T, T]
        double[][] mixed = new double[tokens][tokens];
        for (int i = 0; i < tokens; i++) {
            for (int j = 0; j < tokens; j++) {
                double sum = 0;
                for (int h = 0; h < shape.heads(); h++) {
                    sum += values[(h * tokens + i) * tokens + j];
                }
                mixed[i][j] = sum / shape.heads() / 2 + (i == j ? 0.5 : 0);
            }
        }
        reached = reached == null ? mixed : product(mixed, reached);
    }

    private static double[][] product(double[][] left, double[][] right) {
        int size = left.length;
        double[][] product = new double[size][size];
        for (int i = 0; i < size; i++) {
            for (int k = 0; k < size; k++) {
                for (int j = 0; j < size; j++) {
                    product[i][j] += left[i][k] * right[k][j];
                }
            }
        }
        return product;
    }
}
