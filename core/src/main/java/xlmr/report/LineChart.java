package xlmr.report;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// Curves over steps or epochs as a figure: title, legend, drawing.
///
/// @param title what is shown
/// @param words what the drawing says, for those who cannot see it
/// @param across what the horizontal axis counts
/// @param horizontal the horizontal axis
/// @param vertical the vertical axis
/// @param curves the first is drawn first, below the others
/// @param bounds where to draw a vertical line: ends of epochs
/// @param ring around the best point; none if it is not finite
record LineChart(
        String title,
        String words,
        String across,
        Scale horizontal,
        Scale vertical,
        List<Curve> curves,
        List<Double> bounds,
        Point ring) {
    static final Point NO_RING = new Point(Double.NaN, Double.NaN);

    private static final int WIDTH = 400;
    private static final int HEIGHT = 240;
    private static final int LEFT = 52;
    private static final int RIGHT = 12;
    private static final int TOP = 10;
    private static final int BOTTOM = 40;

    /// Of a longer curve single points are not marked.
    private static final int MARKED = 30;

    /// Ends of more epochs than that would hide the curves.
    private static final int BOUNDS_SHOWN = 12;

    /// The smallest scale that holds all curves, from 0 where they come near it.
    static Scale verticalOf(List<Curve> curves) {
        double[] values =
                curves.stream()
                        .flatMap(curve -> curve.points().stream())
                        .mapToDouble(Point::y)
                        .filter(Double::isFinite)
                        .toArray();
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (double value : values) {
            low = Math.min(low, value);
            high = Math.max(high, value);
        }
        if (values.length == 0) {
            return Scale.shares();
        }
        return Scale.around(low >= 0 && low < high / 2 ? 0 : low, high, 5);
    }

    Element figure() {
        Element figure = new Element("figure").with("class", "chart");
        figure.add(Element.of("figcaption", title));
        if (curves.size() > 1) {
            figure.add(legend());
        }
        return figure.add(drawing());
    }

    private Element legend() {
        Element legend = new Element("ul").with("class", "legend");
        for (Curve curve : curves) {
            Element sample =
                    new Element("svg")
                            .with("viewBox", "0 0 28 10")
                            .with("width", "28")
                            .with("height", "10")
                            .with("aria-hidden", "true")
                            .add(line(curve.ink().style(), 0, 5, 28, 5));
            if (curve.ink() == Curve.Ink.TWO) {
                sample.add(dot(curve.ink(), 14, 5));
            }
            legend.add(new Element("li").add(sample).text(curve.name()));
        }
        return legend;
    }

    private Element drawing() {
        Element svg =
                new Element("svg")
                        .with("viewBox", "0 0 %d %d".formatted(WIDTH, HEIGHT))
                        .with("role", "img")
                        .with("aria-label", title + ". " + words);
        for (double tick : vertical.ticks()) {
            svg.add(line("grid", LEFT, y(tick), WIDTH - RIGHT, y(tick)));
            svg.add(label("end", LEFT - 7, y(tick) + 4, Numbers.tick(tick)));
        }
        for (double tick : horizontal.ticks()) {
            svg.add(label("middle", x(tick), HEIGHT - BOTTOM + 17, Numbers.tick(tick)));
        }
        if (bounds.size() <= BOUNDS_SHOWN) {
            bounds.forEach(at -> svg.add(line("bound", x(at), TOP, x(at), HEIGHT - BOTTOM)));
        }
        svg.add(label("middle", (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 5, across));
        curves.forEach(curve -> draw(svg, curve));
        if (Double.isFinite(ring.y())) {
            svg.add(
                    new Element("circle")
                            .with("class", "ring")
                            .with("cx", x(ring.x()))
                            .with("cy", y(ring.y()))
                            .with("r", 6)
                            .add(Element.of("title", "best: " + said(ring))));
        }
        return svg;
    }

    private void draw(Element svg, Curve curve) {
        List<Point> points = curve.points();
        if (curve.ink() == Curve.Ink.GUESS && !points.isEmpty()) {
            double at = y(points.getFirst().y());
            svg.add(line("guess", LEFT, at, WIDTH - RIGHT, at));
            return;
        }
        for (List<Point> part : parts(points)) {
            List<String> places =
                    part.stream()
                            .map(
                                    point ->
                                            Numbers.coordinate(x(point.x()))
                                                    + ","
                                                    + Numbers.coordinate(y(point.y())))
                            .toList();
            svg.add(
                    new Element("polyline")
                            .with("class", curve.ink().style())
                            .with("points", String.join(" ", places)));
        }
        boolean marked = curve.ink() == Curve.Ink.TWO || points.size() <= MARKED;
        if (marked && curve.ink() != Curve.Ink.FAINT && points.size() <= 2 * MARKED) {
            points.stream()
                    .filter(point -> Double.isFinite(point.y()))
                    .forEach(
                            point ->
                                    svg.add(
                                            dot(curve.ink(), x(point.x()), y(point.y()))
                                                    .add(
                                                            Element.of(
                                                                    "title",
                                                                    curve.name()
                                                                            + ": "
                                                                            + said(point)))));
        }
    }

    /// The stretches without a gap.
    private static List<List<Point>> parts(List<Point> points) {
        List<List<Point>> parts = new ArrayList<>();
        List<Point> part = new ArrayList<>();
        for (Point point : points) {
            if (Double.isFinite(point.y())) {
                part.add(point);
            } else {
                parts.add(part);
                part = new ArrayList<>();
            }
        }
        parts.add(part);
        return parts.stream().filter(some -> !some.isEmpty()).toList();
    }

    private String said(Point point) {
        return "%s at %s %s"
                .formatted(Numbers.significant(point.y()), across, Numbers.tick(point.x()));
    }

    private double x(double value) {
        return LEFT + horizontal.at(value) * (WIDTH - RIGHT - LEFT);
    }

    private double y(double value) {
        return HEIGHT - BOTTOM - vertical.at(value) * (HEIGHT - BOTTOM - TOP);
    }

    static Element line(String style, double x1, double y1, double x2, double y2) {
        return new Element("line")
                .with("class", style)
                .with("x1", x1)
                .with("y1", y1)
                .with("x2", x2)
                .with("y2", y2);
    }

    static Element label(String anchor, double x, double y, String words) {
        return Element.of("text", words).with("text-anchor", anchor).with("x", x).with("y", y);
    }

    private static Element dot(Curve.Ink ink, double x, double y) {
        return new Element("circle")
                .with("class", ink == Curve.Ink.TWO ? "dot" : "dot first")
                .with("cx", x)
                .with("cy", y)
                .with("r", 3.5);
    }

    /// A horizontal line at what can be had without the model.
    static Stream<Curve> guess(String name, double value) {
        return Double.isFinite(value)
                ? Stream.of(new Curve(name, Curve.Ink.GUESS, List.of(new Point(0, value))))
                : Stream.empty();
    }
}
