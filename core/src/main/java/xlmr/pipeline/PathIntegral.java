package xlmr.pipeline;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// The integral of a gradient along a path from 0 to 1, split up by token, as exact as asked for.
///
/// The path is cut into parts, each integrated at four points (Gauss-Legendre). Of each part the
/// sum over the tokens is known beforehand, since it is the difference of the function's values at
/// its ends; so the error of each part is known too, and only the parts that err are cut further.
///
/// @param tokens `[T]` the integral of each token's share
/// @param start the function's value at 0
/// @param end the function's value at 1
/// @param steps gradients that were computed
record PathIntegral(double[] tokens, double start, double end, int steps) {
    /// How far the sum over the tokens may be off, as a share of the difference of the values.
    static final double TOLERANCE = 0.01;

    private static final int FIRST_PARTS = 4;
    private static final double[] POINTS = {
        -0.8611363115940526, -0.3399810435848563, 0.3399810435848563, 0.8611363115940526
    };
    private static final double[] WEIGHTS = {
        0.3478548451374538, 0.6521451548625461, 0.6521451548625461, 0.3478548451374538
    };

    /// A function along the path.
    interface Path {
        /// Its values at some places from 0 to 1.
        double[] values(double[] places);

        /// Its derivative at some places, as the shares of the tokens whose sum it is.
        /// `[places][T]`
        double[][] slopes(double[] places);
    }

    /// @param tokens `[T]` integrals over the part
    /// @param error how far their sum is from the difference of the values
    private record Part(
            double from,
            double to,
            double valueFrom,
            double valueTo,
            double[] tokens,
            double error) {}

    private record Bounds(double from, double to, double valueFrom, double valueTo) {
        double middle() {
            return (from + to) / 2;
        }
    }

    /// Integrates.
    ///
    /// @param limit most gradients to compute; at least the first 16 are
    static PathIntegral of(Path path, int limit) {
        double[] places = new double[FIRST_PARTS + 1];
        for (int i = 0; i <= FIRST_PARTS; i++) {
            places[i] = (double) i / FIRST_PARTS;
        }
        double[] values = path.values(places);
        List<Bounds> bounds = new ArrayList<>();
        for (int i = 0; i < FIRST_PARTS; i++) {
            bounds.add(new Bounds(places[i], places[i + 1], values[i], values[i + 1]));
        }
        List<Part> parts = new ArrayList<>(integrated(path, bounds));
        int steps = FIRST_PARTS * POINTS.length;
        double allowed = TOLERANCE * Math.abs(values[FIRST_PARTS] - values[0]);
        while (error(parts) > allowed) {
            List<Part> worst = worst(parts, allowed / 2, (limit - steps) / (2 * POINTS.length));
            if (worst.isEmpty()) {
                break; // the limit is reached
            }
            parts.removeAll(worst);
            parts.addAll(integrated(path, halves(path, worst)));
            steps += 2 * POINTS.length * worst.size();
        }
        parts.sort(Comparator.comparingDouble(Part::from));
        double[] sums = new double[parts.getFirst().tokens().length];
        for (Part part : parts) {
            for (int t = 0; t < sums.length; t++) {
                sums[t] += part.tokens()[t];
            }
        }
        return new PathIntegral(sums, values[0], values[FIRST_PARTS], steps);
    }

    private static double error(List<Part> parts) {
        return parts.stream().mapToDouble(Part::error).sum();
    }

    /// The parts that err most, as many as leave no more than `allowed` of error.
    private static List<Part> worst(List<Part> parts, double allowed, int most) {
        List<Part> sorted = new ArrayList<>(parts);
        sorted.sort(Comparator.comparingDouble(Part::error).reversed());
        double left = error(parts);
        int count = 0;
        while (count < Math.min(most, sorted.size()) && left > allowed) {
            left -= sorted.get(count++).error();
        }
        return sorted.subList(0, count);
    }

    private static List<Bounds> halves(Path path, List<Part> parts) {
        double[] middles =
                parts.stream().mapToDouble(part -> (part.from() + part.to()) / 2).toArray();
        double[] values = path.values(middles);
        List<Bounds> halves = new ArrayList<>();
        for (int i = 0; i < middles.length; i++) {
            Part part = parts.get(i);
            halves.add(new Bounds(part.from(), middles[i], part.valueFrom(), values[i]));
            halves.add(new Bounds(middles[i], part.to(), values[i], part.valueTo()));
        }
        return halves;
    }

    private static List<Part> integrated(Path path, List<Bounds> bounds) {
        double[] places = new double[bounds.size() * POINTS.length];
        for (int i = 0; i < places.length; i++) {
            Bounds part = bounds.get(i / POINTS.length);
            double half = (part.to() - part.from()) / 2;
            places[i] = part.middle() + half * POINTS[i % POINTS.length];
        }
        double[][] slopes = path.slopes(places);
        List<Part> parts = new ArrayList<>();
        for (int p = 0; p < bounds.size(); p++) {
            Bounds part = bounds.get(p);
            double half = (part.to() - part.from()) / 2;
            double[] tokens = new double[slopes[0].length];
            double sum = 0;
            for (int t = 0; t < tokens.length; t++) {
                for (int i = 0; i < POINTS.length; i++) {
                    tokens[t] += half * WEIGHTS[i] * slopes[p * POINTS.length + i][t];
                }
                sum += tokens[t];
            }
            double error = Math.abs(sum - (part.valueTo() - part.valueFrom()));
            parts.add(
                    new Part(
                            part.from(),
                            part.to(),
                            part.valueFrom(),
                            part.valueTo(),
                            tokens,
                            error));
        }
        return parts;
    }
}
