package xlmr.eval;

/// A score that follows from sums over the examples, so that it can be had of any draw of them.
/// Counts of classes come first in the sums, three a class: answers that name it rightly, all that
/// name it, examples that have it.
sealed interface SummedScore {
    /// Its name in JSON.
    String key();

    /// Its name for people.
    String title();

    /// The score of sums; NaN where it is undefined.
    double of(double[] sums);

    /// Whether less is better, as of an error.
    default boolean lowerIsBetter() {
        return false;
    }

    /// One sum divided by another.
    record Ratio(String key, String title, int numerator, int denominator, boolean lowerIsBetter)
            implements SummedScore {
        @Override
        public double of(double[] sums) {
            return sums[numerator] / sums[denominator];
        }
    }

    /// F1 over all decisions of all classes.
    record MicroF1(String key, String title, int classes) implements SummedScore {
        @Override
        public double of(double[] sums) {
            double right = 0;
            double there = 0;
            for (int k = 0; k < classes; k++) {
                right += sums[3 * k];
                there += sums[3 * k + 1] + sums[3 * k + 2];
            }
            return there == 0 ? 0 : 2 * right / there;
        }
    }

    /// The mean of the classes' F1.
    ///
    /// @param occurringOnly whether it runs over the classes that occur in a draw alone
    record MacroF1(String key, String title, int classes, boolean occurringOnly)
            implements SummedScore {
        @Override
        public double of(double[] sums) {
            double sum = 0;
            int counted = 0;
            for (int k = 0; k < classes; k++) {
                double there = sums[3 * k + 1] + sums[3 * k + 2];
                sum += there == 0 ? 0 : 2 * sums[3 * k] / there;
                counted += there > 0 || !occurringOnly ? 1 : 0;
            }
            return counted == 0 ? 0 : sum / counted;
        }
    }

    /// Pearson's correlation of x and y.
    ///
    /// @param from the first of the sums of x, y, x², y², x y and 1
    record Pearson(String key, String title, int from) implements SummedScore {
        @Override
        public double of(double[] sums) {
            double n = sums[from + 5];
            double spreadX = sums[from + 2] - sums[from] * sums[from] / n;
            double spreadY = sums[from + 3] - sums[from + 1] * sums[from + 1] / n;
            double both = sums[from + 4] - sums[from] * sums[from + 1] / n;
            return spreadX <= 0 || spreadY <= 0
                    ? Double.NaN
                    : Math.clamp(both / Math.sqrt(spreadX * spreadY), -1, 1);
        }
    }
}
