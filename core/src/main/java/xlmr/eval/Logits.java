package xlmr.eval;

/// What can be done with the raw scores of a classifier: probabilities, decisions and losses, in
/// double precision on plain arrays. Every function is safe for scores of any size, because nothing
/// is exponentiated before the largest score is taken away.
///
/// NaN is never hidden: a row with NaN has NaN probabilities and a NaN loss.
public final class Logits {

    private Logits() {}

    /// log(sum of exp(x)) over one row of K scores. A row of minus infinities gives minus infinity.
    public static double logSumExp(double[] row) {
        double max = Double.NEGATIVE_INFINITY;
        for (double value : row) {
            max = Math.max(max, value); // NaN wins
        }
        if (Double.isNaN(max) || Double.isInfinite(max)) {
            return max;
        }
        double sum = 0;
        for (double value : row) {
            sum += Math.exp(value - max);
        }
        return max + Math.log(sum);
    }

    /// exp(x_k) / sum of exp(x_j): K non-negative numbers that sum to 1, in the order of the
    /// scores.
    public static double[] softmax(double[] row) {
        double max = Double.NEGATIVE_INFINITY;
        for (double value : row) {
            max = Math.max(max, value);
        }
        double[] probabilities = new double[row.length];
        double sum = 0;
        for (int k = 0; k < row.length; k++) {
            probabilities[k] = Math.exp(row[k] - max);
            sum += probabilities[k];
        }
        for (int k = 0; k < row.length; k++) {
            probabilities[k] /= sum;
        }
        return probabilities;
    }

    /// The logarithm of [#softmax], without the loss of precision of taking it afterwards.
    public static double[] logSoftmax(double[] row) {
        double logSumExp = logSumExp(row);
        double[] logProbabilities = new double[row.length];
        for (int k = 0; k < row.length; k++) {
            logProbabilities[k] = row[k] - logSumExp;
        }
        return logProbabilities;
    }

    /// 1 / (1 + exp(-x)): the probability of one yes-or-no label.
    public static double sigmoid(double logit) {
        if (logit >= 0) {
            return 1 / (1 + Math.exp(-logit));
        }
        double exp = Math.exp(logit);
        return exp / (1 + exp);
    }

    /// Cross-entropy of one row: minus the log-probability of the right class, in nats.
    ///
    /// @throws IllegalArgumentException if `label` is not one of the row's classes
    public static double crossEntropy(double[] row, int label) {
        if (label < 0 || label >= row.length) {
            throw new IllegalArgumentException(
                    "cross-entropy: label %d is not one of the %d classes 0 to %d"
                            .formatted(label, row.length, row.length - 1));
        }
        return logSumExp(row) - row[label];
    }

    /// Binary cross-entropy of one yes-or-no label: -log sigmoid(x) if it holds, else -log(1 -
    /// sigmoid(x)), in nats.
    public static double binaryCrossEntropy(double logit, boolean holds) {
        double wrongWay = holds ? -logit : logit;
        return Math.max(wrongWay, 0) + Math.log1p(Math.exp(-Math.abs(wrongWay)));
    }

    /// The class with the largest score; the first of equal ones. As in NumPy and PyTorch, NaN
    /// counts as the largest, so that a broken row never looks like a confident one by chance.
    public static int argmax(double[] row) {
        int best = 0;
        for (int k = 0; k < row.length; k++) {
            if (Double.isNaN(row[k])) {
                return k;
            }
            if (row[k] > row[best]) {
                best = k;
            }
        }
        return best;
    }

    /// As [#argmax(double[])], of some numbers in a row.
    ///
    /// @param from the first
    /// @param count how many, at least 1
    /// @return place counted from `from`
    public static int argmax(float[] values, int from, int count) {
        int best = 0;
        for (int k = 0; k < count; k++) {
            if (Float.isNaN(values[from + k])) {
                return k;
            }
            if (values[from + k] > values[from + best]) {
                best = k;
            }
        }
        return best;
    }

    /// The same scores as doubles, exactly.
    public static double[][] toDouble(float[][] rows) {
        double[][] result = new double[rows.length][];
        for (int i = 0; i < rows.length; i++) {
            result[i] = new double[rows[i].length];
            for (int k = 0; k < rows[i].length; k++) {
                result[i][k] = rows[i][k];
            }
        }
        return result;
    }

    /// Checks that rows are there, all of the same length of at least `minimum` columns.
    ///
    /// @return the number of columns K
    /// @throws IllegalArgumentException naming the first row that does not fit
    static int requireRectangular(String operation, double[][] rows, int minimum) {
        if (rows.length == 0) {
            throw new IllegalArgumentException(operation + ": expected at least one row, found 0");
        }
        int columns = rows[0].length;
        if (columns < minimum) {
            throw new IllegalArgumentException(
                    "%s: expected at least %d numbers in a row, found %d in row 0"
                            .formatted(operation, minimum, columns));
        }
        for (int i = 1; i < rows.length; i++) {
            if (rows[i].length != columns) {
                throw new IllegalArgumentException(
                        "%s: expected %d numbers in every row as in row 0, found %d in row %d"
                                .formatted(operation, columns, rows[i].length, i));
            }
        }
        return columns;
    }
}
