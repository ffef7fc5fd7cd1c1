package xlmr.backend.contract;

import xlmr.backend.AttentionShape;
import xlmr.backend.DropoutMask;

/// Attention in double precision, written out pair by pair.
///
/// @param channels C
record AttentionStatement(AttentionShape shape, DropoutMask dropout, int channels) {
    /// `[N, C]`.
    double[] output(double[] query, double[] key, double[] value) {
        double[] p = probabilities(query, key);
        double[] output = new double[query.length];
        int at = 0;
        for (int b = 0; b < shape.sequences(); b++) {
            int first = shape.starts()[b];
            int firstKey = shape.keyStarts()[b];
            for (int h = 0; h < shape.heads(); h++) {
                for (int i = 0; i < shape.starts()[b + 1] - first; i++) {
                    for (int j = 0; j < shape.keyStarts()[b + 1] - firstKey; j++) {
                        double weight = p[at++] * kept((first + i) * shape.heads() + h, j);
                        for (int d = 0; d < size(); d++) {
                            output[index(first + i, h, d)] +=
                                    weight * value[index(firstKey + j, h, d)];
                        }
                    }
                }
            }
        }
        return output;
    }

    /// Per sequence `[H, queries, keys]`.
    double[] probabilities(double[] query, double[] key) {
        double[] denominators = denominators(query, key);
        double[] p = new double[shape.probabilities()];
        int at = 0;
        for (int b = 0; b < shape.sequences(); b++) {
            int first = shape.starts()[b];
            int end = shape.starts()[b + 1];
            int firstKey = shape.keyStarts()[b];
            int endKey = shape.keyStarts()[b + 1];
            for (int h = 0; h < shape.heads(); h++) {
                for (int n = first; n < end; n++) {
                    for (int m = firstKey; m < endKey; m++) {
                        if (sees(end - n, endKey - m)) {
                            double score = score(query, key, n, m, h);
                            p[at] = Math.exp(score - denominators[n * shape.heads() + h]);
                        }
                        at++;
                    }
                }
            }
        }
        return p;
    }

    /// `[N, H]`.
    double[] logSumExp(double[] query, double[] key) {
        return denominators(query, key);
    }

    private double[] denominators(double[] query, double[] key) {
        double[] logarithms = new double[shape.tokens() * shape.heads()];
        for (int b = 0; b < shape.sequences(); b++) {
            int first = shape.starts()[b];
            int end = shape.starts()[b + 1];
            int firstKey = shape.keyStarts()[b];
            int endKey = shape.keyStarts()[b + 1];
            for (int n = first; n < end; n++) {
                for (int h = 0; h < shape.heads(); h++) {
                    // Pairwise log(eˣ + eʸ): another way than the maximum over the row.
                    double logarithm = Double.NEGATIVE_INFINITY;
                    for (int m = firstKey; m < endKey; m++) {
                        if (sees(end - n, endKey - m)) {
                            logarithm = logAdd(logarithm, score(query, key, n, m, h));
                        }
                    }
                    logarithms[n * shape.heads() + h] = logarithm;
                }
            }
        }
        return logarithms;
    }

    private static double logAdd(double x, double y) {
        double larger = Math.max(x, y);
        return larger + Math.log1p(Math.exp(Math.min(x, y) - larger));
    }

    /// Whether a query sees a key, both counted from the end of their sequence.
    private boolean sees(int query, int key) {
        return !shape.causal() || key >= query;
    }

    private double score(double[] query, double[] key, int n, int m, int h) {
        double sum = 0;
        for (int d = 0; d < size(); d++) {
            sum += query[index(n, h, d)] * key[index(m, h, d)];
        }
        return sum / Math.sqrt(size());
    }

    private double kept(int row, int j) {
        if (dropout.probability() == 0) {
            return 1;
        }
        return dropout.row(row).keeps(j) ? 1 / (1 - (double) dropout.probability()) : 0;
    }

    private int index(int n, int h, int d) {
        return n * channels + h * size() + d;
    }

    private int size() {
        return channels / shape.heads();
    }
}
