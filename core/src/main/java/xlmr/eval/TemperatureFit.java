package xlmr.eval;

/// The temperature T that makes a classifier's probabilities fit held-out data: logits are divided
/// by it before softmax or sigmoid, which changes how sure the model is and never which class is
/// largest (Guo et al., "On Calibration of Modern Neural Networks", 2017). Above 1 the model was
/// too sure, below 1 not sure enough.
///
/// T minimizes the mean negative log-likelihood, which is convex in 1 / T: Newton's method finds
/// the one minimum, kept inside a bracket.
///
/// @param temperature T
/// @param lossBefore mean negative log-likelihood at T = 1, in nats
/// @param lossAfter the same at T
/// @param atLimit whether the minimum lies outside of [#LOWEST] to [#HIGHEST]: the data are all
///   right or no better than chance, and do not tell a temperature
public record TemperatureFit(
        double temperature, double lossBefore, double lossAfter, boolean atLimit) {

    /// The smallest temperature that is tried.
    public static final double LOWEST = 0.05;

    /// The largest temperature that is tried.
    public static final double HIGHEST = 20;

    private static final int STEPS = 200;
    private static final double PRECISION = 1e-12;

    /// First and second derivative of the mean loss with respect to 1 / T.
    private record Slope(double first, double second) {}

    /// The mean loss of the rows as a function of 1 / T.
    private interface Likelihood {
        double loss(double inverse);

        Slope slope(double inverse);
    }

    /// The temperature for rows of which one class is right.
    ///
    /// @param logits `[B, K]`
    /// @param labels `[B]` the right classes
    /// @throws IllegalArgumentException if there is no row, a number is not finite, or shapes or
    ///   labels do not fit
    public static TemperatureFit ofClasses(double[][] logits, int[] labels) {
        requireChoices(logits);
        requireFinite(logits);
        requireRows(logits.length, labels.length);
        return minimum(
                new Likelihood() {
                    @Override
                    public double loss(double inverse) {
                        double sum = 0;
                        for (int i = 0; i < logits.length; i++) {
                            sum += Logits.crossEntropy(scaled(logits[i], inverse), labels[i]);
                        }
                        return sum / logits.length;
                    }

                    @Override
                    public Slope slope(double inverse) {
                        double first = 0;
                        double second = 0;
                        for (int i = 0; i < logits.length; i++) {
                            double[] p = Logits.softmax(scaled(logits[i], inverse));
                            double mean = 0;
                            double square = 0;
                            for (int k = 0; k < p.length; k++) {
                                mean += p[k] * logits[i][k];
                                square += p[k] * logits[i][k] * logits[i][k];
                            }
                            first += mean - logits[i][labels[i]];
                            second += square - mean * mean;
                        }
                        return new Slope(first / logits.length, second / logits.length);
                    }
                });
    }

    /// The temperature for rows of yes-or-no labels, each a likelihood of its own.
    ///
    /// @param logits `[B, K]`
    /// @param labels `[B, K]` whether each holds
    /// @throws IllegalArgumentException as [#ofClasses]
    public static TemperatureFit ofLabels(double[][] logits, boolean[][] labels) {
        int columns = Logits.requireRectangular("temperature", logits, 1);
        requireFinite(logits);
        requireRows(logits.length, labels.length);
        double answers = (double) logits.length * columns;
        return minimum(
                new Likelihood() {
                    @Override
                    public double loss(double inverse) {
                        double sum = 0;
                        for (int i = 0; i < logits.length; i++) {
                            for (int k = 0; k < columns; k++) {
                                double logit = logits[i][k] * inverse;
                                sum += Logits.binaryCrossEntropy(logit, labels[i][k]);
                            }
                        }
                        return sum / answers;
                    }

                    @Override
                    public Slope slope(double inverse) {
                        double first = 0;
                        double second = 0;
                        for (int i = 0; i < logits.length; i++) {
                            for (int k = 0; k < columns; k++) {
                                double z = logits[i][k];
                                double p = Logits.sigmoid(z * inverse);
                                first += (p - (labels[i][k] ? 1 : 0)) * z;
                                second += p * (1 - p) * z * z;
                            }
                        }
                        return new Slope(first / answers, second / answers);
                    }
                });
    }

    /// Rows divided by a temperature.
    ///
    /// @param rows `[B, K]`, left as they are
    public static double[][] divided(double[][] rows, double temperature) {
        double[][] result = new double[rows.length][];
        for (int i = 0; i < rows.length; i++) {
            result[i] = scaled(rows[i], 1 / temperature);
        }
        return result;
    }

    private static TemperatureFit minimum(Likelihood likelihood) {
        double low = 1 / HIGHEST;
        double high = 1 / LOWEST;
        double inverse = 1;
        boolean atLimit = true;
        if (likelihood.slope(low).first() >= 0) {
            inverse = low;
        } else if (likelihood.slope(high).first() <= 0) {
            inverse = high;
        } else {
            atLimit = false;
            for (int step = 0; step < STEPS; step++) {
                Slope slope = likelihood.slope(inverse);
                if (slope.first() > 0) {
                    high = inverse;
                } else {
                    low = inverse;
                }
                double next = inverse - slope.first() / slope.second();
                if (!(next > low && next < high)) {
                    next = (low + high) / 2; // Newton left the bracket, or the curve is flat
                }
                boolean settled = Math.abs(next - inverse) <= PRECISION * inverse;
                inverse = next;
                if (settled) {
                    break;
                }
            }
        }
        return new TemperatureFit(
                1 / inverse, likelihood.loss(1), likelihood.loss(inverse), atLimit);
    }

    private static double[] scaled(double[] row, double factor) {
        double[] result = new double[row.length];
        for (int k = 0; k < row.length; k++) {
            result[k] = row[k] * factor;
        }
        return result;
    }

    /// Rows may differ in their number of classes, as questions do in their number of choices.
    private static void requireChoices(double[][] rows) {
        if (rows.length == 0) {
            throw new IllegalArgumentException("temperature: expected at least one row of logits");
        }
        for (int i = 0; i < rows.length; i++) {
            if (rows[i].length < 2) {
                throw new IllegalArgumentException(
                        "temperature: expected two or more logits in a row, found %d in row %d"
                                .formatted(rows[i].length, i));
            }
        }
    }

    private static void requireFinite(double[][] rows) {
        for (int i = 0; i < rows.length; i++) {
            for (double value : rows[i]) {
                if (!Double.isFinite(value)) {
                    throw new IllegalArgumentException(
                            "temperature: expected finite logits, found %s in row %d"
                                    .formatted(value, i));
                }
            }
        }
    }

    private static void requireRows(int rows, int labels) {
        if (rows != labels) {
            throw new IllegalArgumentException(
                    "temperature: expected the labels of %d rows, found %d"
                            .formatted(rows, labels));
        }
    }
}
