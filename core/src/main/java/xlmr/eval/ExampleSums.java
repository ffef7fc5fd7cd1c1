package xlmr.eval;

import java.util.Arrays;

/// What each example adds to sums, of which it touches few.
///
/// @param width the number of sums
/// @param places `[B][n]` which sums each example adds to; a place may come several times
/// @param values `[B][n]` how much
record ExampleSums(int width, int[][] places, double[][] values) {

    int examples() {
        return places.length;
    }

    /// Adds an example's part.
    void add(int example, double times, double[] sums) {
        int[] where = places[example];
        double[] what = values[example];
        for (int i = 0; i < where.length; i++) {
            sums[where[i]] += times * what[i];
        }
    }

    /// The sums over all examples.
    double[] total() {
        double[] sums = new double[width];
        for (int i = 0; i < examples(); i++) {
            add(i, 1, sums);
        }
        return sums;
    }

    /// Collects what one example adds.
    static final class Row {
        private int[] places = new int[8];
        private double[] values = new double[8];
        private int count;

        Row add(int place, double value) {
            if (count == places.length) {
                places = Arrays.copyOf(places, 2 * count);
                values = Arrays.copyOf(values, 2 * count);
            }
            places[count] = place;
            values[count++] = value;
            return this;
        }
    }

    static ExampleSums of(int width, Row[] rows) {
        int[][] places = new int[rows.length][];
        double[][] values = new double[rows.length][];
        for (int i = 0; i < rows.length; i++) {
            places[i] = Arrays.copyOf(rows[i].places, rows[i].count);
            values[i] = Arrays.copyOf(rows[i].values, rows[i].count);
        }
        return new ExampleSums(width, places, values);
    }

    /// Whether an example adds the same here as there.
    boolean sameAs(ExampleSums other, int example) {
        return Arrays.equals(places[example], other.places[example])
                && Arrays.equals(values[example], other.values[example]);
    }
}
