package xlmr.backend.cpu;

import xlmr.backend.AttentionShape;
import xlmr.backend.DropoutMask;
import xlmr.tensor.Tensor;

/// Attention and its gradient as the formulas say: one query row at a time, each row's
/// probabilities in full.
///
/// Notation: n is a query's row, from `firstQuery` of its sequence on, m a key's, from `first` on;
/// head h owns the columns from h D on. A query sees the keys from `first` to before `seen`.
final class ScalarAttention {
    private ScalarAttention() {}

    /// S = Q Kᵀ / √D, P = softmax(S), O = (M ∘ P) V, with M the dropout mask times its scale.
    static void forward(
            Tensor query,
            Tensor key,
            Tensor value,
            AttentionShape shape,
            DropoutMask dropout,
            Tensor output,
            Tensor logSumExp) {
        int channels = Elements.columns(query); // C
        int size = channels / shape.heads(); // D
        float[] q = Elements.of(query);
        float[] k = Elements.of(key);
        float[] v = Elements.of(value);
        float[] o = Elements.writable(output);
        float[] lse = Elements.writable(logSumExp);
        for (int b = 0; b < shape.sequences(); b++) {
            int firstQuery = shape.starts()[b];
            int first = shape.keyStarts()[b];
            for (int n = firstQuery; n < firstQuery + shape.queries(b); n++) {
                int seen = first + shape.seen(b, n - firstQuery);
                for (int h = 0; h < shape.heads(); h++) {
                    int row = n * shape.heads() + h;
                    int column = h * size;
                    double[] p = scores(q, k, n, first, seen, column, size, channels);
                    double logarithm = logSumExp(p);
                    lse[row] = (float) logarithm;
                    for (int j = 0; j < p.length; j++) {
                        p[j] = Math.exp(p[j] - logarithm) * scale(dropout, row, j);
                    }
                    for (int d = column; d < column + size; d++) {
                        double sum = 0;
                        for (int j = 0; j < p.length; j++) {
                            sum += p[j] * v[(first + j) * channels + d];
                        }
                        o[n * channels + d] = (float) sum;
                    }
                }
            }
        }
    }

    /// dP = M ∘ (dO Vᵀ), δ = rowsum(dO ∘ O), dS = P ∘ (dP - δ); dQ += dS K / √D, dK += dSᵀ Q / √D,
    /// dV += (M ∘ P)ᵀ dO.
    ///
    /// δ is summed here as Σ P ∘ dP, which is the same number without the rounding of the stored
    /// output.
    static void backward(
            Tensor query,
            Tensor key,
            Tensor value,
            Tensor dOutput,
            AttentionShape shape,
            DropoutMask dropout,
            Tensor dQuery,
            Tensor dKey,
            Tensor dValue) {
        int channels = Elements.columns(query); // C
        int size = channels / shape.heads(); // D
        double inverseRoot = 1 / Math.sqrt(size);
        float[] q = Elements.of(query);
        float[] k = Elements.of(key);
        float[] v = Elements.of(value);
        float[] dO = Elements.of(dOutput);
        double[] dQ = new double[shape.tokens() * channels]; // [N, C]
        double[] dK = new double[shape.keyTokens() * channels]; // [M, C]
        double[] dV = new double[shape.keyTokens() * channels]; // [M, C]
        for (int b = 0; b < shape.sequences(); b++) {
            int firstQuery = shape.starts()[b];
            int first = shape.keyStarts()[b];
            for (int n = firstQuery; n < firstQuery + shape.queries(b); n++) {
                int seen = first + shape.seen(b, n - firstQuery);
                for (int h = 0; h < shape.heads(); h++) {
                    int row = n * shape.heads() + h;
                    int column = h * size;
                    double[] p = scores(q, k, n, first, seen, column, size, channels);
                    double logarithm = logSumExp(p);
                    double[] dP = new double[p.length];
                    double delta = 0;
                    for (int j = 0; j < p.length; j++) {
                        p[j] = Math.exp(p[j] - logarithm);
                        double scale = scale(dropout, row, j);
                        int m = first + j;
                        for (int d = column; d < column + size; d++) {
                            dP[j] += scale * dO[n * channels + d] * v[m * channels + d];
                            dV[m * channels + d] += scale * p[j] * dO[n * channels + d];
                        }
                        delta += p[j] * dP[j];
                    }
                    for (int j = 0; j < p.length; j++) {
                        int m = first + j;
                        double dS = p[j] * (dP[j] - delta) * inverseRoot;
                        for (int d = column; d < column + size; d++) {
                            dQ[n * channels + d] += dS * k[m * channels + d];
                            dK[m * channels + d] += dS * q[n * channels + d];
                        }
                    }
                }
            }
        }
        accumulate(dQ, dQuery);
        accumulate(dK, dKey);
        accumulate(dV, dValue);
    }

    /// P, without dropout: per sequence `[H, queries, keys]`; 0 where a causal query does not see
    /// the key.
    static void probabilities(Tensor query, Tensor key, AttentionShape shape, Tensor output) {
        int channels = Elements.columns(query); // C
        int size = channels / shape.heads(); // D
        float[] q = Elements.of(query);
        float[] k = Elements.of(key);
        float[] out = Elements.writable(output);
        int at = 0;
        for (int b = 0; b < shape.sequences(); b++) {
            int firstQuery = shape.starts()[b];
            int first = shape.keyStarts()[b];
            int end = shape.keyStarts()[b + 1];
            for (int h = 0; h < shape.heads(); h++) {
                for (int n = firstQuery; n < firstQuery + shape.queries(b); n++) {
                    int seen = first + shape.seen(b, n - firstQuery);
                    double[] s = scores(q, k, n, first, seen, h * size, size, channels);
                    double logarithm = logSumExp(s);
                    for (int m = first; m < end; m++) {
                        out[at++] = m < seen ? (float) Math.exp(s[m - first] - logarithm) : 0;
                    }
                }
            }
        }
    }

    /// One row of S: query n against the keys from `first` to before `seen`.
    private static double[] scores(
            float[] q, float[] k, int n, int first, int seen, int column, int size, int channels) {
        double[] scores = new double[seen - first];
        for (int m = first; m < seen; m++) {
            double dot = 0;
            for (int d = column; d < column + size; d++) {
                dot += (double) q[n * channels + d] * k[m * channels + d];
            }
            scores[m - first] = dot / Math.sqrt(size);
        }
        return scores;
    }

    private static double logSumExp(double[] scores) {
        double largest = Double.NEGATIVE_INFINITY;
        for (double score : scores) {
            largest = Math.max(largest, score);
        }
        double sum = 0;
        for (double score : scores) {
            sum += Math.exp(score - largest);
        }
        return largest + Math.log(sum);
    }

    /// What dropout multiplies the probability of the j-th key by.
    private static double scale(DropoutMask dropout, int row, int j) {
        if (!dropout.isActive()) {
            return 1;
        }
        return dropout.row(row).keeps(j) ? dropout.scale() : 0;
    }

    private static void accumulate(double[] sums, Tensor gradient) {
        float[] target = Elements.writable(gradient);
        for (int i = 0; i < sums.length; i++) {
            target[i] = (float) (target[i] + sums[i]);
        }
    }
}
