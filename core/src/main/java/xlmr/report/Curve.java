package xlmr.report;

import java.util.ArrayList;
import java.util.List;

/// One line of a [LineChart].
///
/// @param name in the legend
/// @param ink how it is drawn
/// @param points from left to right; where y is not finite the line has a gap
record Curve(String name, Ink ink, List<Point> points) {
    /// More points than a screen has columns only make the page larger.
    private static final int SHOWN = 400;

    /// How a line is drawn: by color and by dashes, so that it can be told without colors.
    enum Ink {
        /// In the background.
        FAINT,
        /// The main line.
        ONE,
        /// Another, dashed, with a mark at each point.
        TWO,
        /// What can be had without a model, dotted.
        GUESS;

        /// The class of the style sheet.
        String style() {
            return switch (this) {
                case FAINT -> "faint";
                case ONE -> "one";
                case TWO -> "two";
                case GUESS -> "guess";
            };
        }
    }

    Curve {
        points = List.copyOf(points);
    }

    /// As many points as can be seen: each the mean of its neighbors.
    static List<Point> thinned(List<Point> points) {
        if (points.size() <= SHOWN) {
            return points;
        }
        List<Point> thin = new ArrayList<>(SHOWN);
        for (int i = 0; i < SHOWN; i++) {
            int from = (int) ((long) i * points.size() / SHOWN);
            int to = (int) ((long) (i + 1) * points.size() / SHOWN);
            List<Point> some = points.subList(from, to);
            thin.add(
                    new Point(
                            some.stream().mapToDouble(Point::x).average().orElseThrow(),
                            some.stream().mapToDouble(Point::y).average().orElseThrow()));
        }
        return thin;
    }

    /// The running mean of the last points, the older the less, as TensorBoard smooths: an
    /// exponential moving average whose beginning is not drawn to zero.
    static List<Point> smoothed(List<Point> points) {
        double kept = 1 - 1 / Math.max(1, points.size() / 20.0);
        List<Point> smooth = new ArrayList<>(points.size());
        double sum = 0;
        double weight = 0;
        for (Point point : points) {
            sum = kept * sum + (1 - kept) * point.y();
            weight = kept * weight + (1 - kept);
            smooth.add(new Point(point.x(), sum / weight));
        }
        return smooth;
    }
}
