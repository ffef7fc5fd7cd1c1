package xlmr.eval;

/// What the rows of numbers that a classifier left behind are.
public enum RowKind {
    /// Raw scores of any size.
    LOGITS,
    /// Already softmaxed: not negative, and each row sums to 1.
    PROBABILITIES,
    /// Logarithms of probabilities: not positive, and the exponentials of each row sum to 1.
    LOG_PROBABILITIES;

    /// Room for numbers that were printed with few digits.
    private static final double SUM_TOLERANCE = 2e-3;

    private static final double SIGN_TOLERANCE = 1e-6;

    /// Tells what rows are; those with NaN are left out of the question.
    ///
    /// @throws IllegalArgumentException if there is no row or the rows differ in length
    public static RowKind of(double[][] rows) {
        int columns = Logits.requireRectangular("kind of rows", rows, 1);
        if (columns == 1) {
            return LOGITS;
        }
        boolean probabilities = true;
        boolean logProbabilities = true;
        boolean any = false;
        for (double[] row : rows) {
            double sum = 0;
            double expSum = 0;
            double smallest = Double.POSITIVE_INFINITY;
            double largest = Double.NEGATIVE_INFINITY;
            for (double value : row) {
                sum += value;
                expSum += Math.exp(value);
                smallest = Math.min(smallest, value);
                largest = Math.max(largest, value);
            }
            if (Double.isNaN(sum)) {
                continue;
            }
            any = true;
            probabilities &= smallest >= -SIGN_TOLERANCE && Math.abs(sum - 1) <= SUM_TOLERANCE;
            logProbabilities &= largest <= SIGN_TOLERANCE && Math.abs(expSum - 1) <= SUM_TOLERANCE;
        }
        if (any && probabilities) {
            return PROBABILITIES;
        }
        return any && logProbabilities ? LOG_PROBABILITIES : LOGITS;
    }

    /// The rows as logits: the softmax of the result gives the probabilities. Only probabilities
    /// change, into their logarithms.
    public double[][] asLogits(double[][] rows) {
        if (this != PROBABILITIES) {
            return rows;
        }
        double[][] logits = new double[rows.length][];
        for (int i = 0; i < rows.length; i++) {
            logits[i] = new double[rows[i].length];
            for (int k = 0; k < rows[i].length; k++) {
                logits[i][k] = Math.log(Math.max(rows[i][k], 0));
            }
        }
        return logits;
    }
}
