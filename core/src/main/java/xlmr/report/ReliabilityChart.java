package xlmr.report;

import java.util.Locale;
import xlmr.eval.Calibration;

/// Whether a model is as often right as it is sure, as a drawing: a bar for each range of
/// confidence, as high as the share of right answers in it. On the diagonal both agree.
record ReliabilityChart(Calibration calibration) {
    private static final int SIZE = 300;
    private static final int LEFT = 52;
    private static final int BOTTOM = 40;
    private static final int TOP = 10;
    private static final int RIGHT = 12;

    Element figure() {
        Element svg =
                new Element("svg")
                        .with("viewBox", "0 0 %d %d".formatted(width(), height()))
                        .with("role", "img")
                        .with("aria-label", words());
        for (int tick = 0; tick <= 5; tick++) {
            double share = tick / 5.0;
            svg.add(LineChart.line("grid", LEFT, y(share), width() - RIGHT, y(share)));
            svg.add(LineChart.label("end", LEFT - 7, y(share) + 4, Numbers.tick(share)));
            svg.add(
                    LineChart.label(
                            "middle", x(share), height() - BOTTOM + 17, Numbers.tick(share)));
        }
        svg.add(
                LineChart.label(
                        "middle", x(0.5), height() - 5, "confidence (bars: share that is right)"));
        calibration.bins().forEach(bin -> draw(svg, bin));
        svg.add(LineChart.line("guess", x(0), y(0), x(1), y(1)));
        return new Element("figure")
                .with("class", "chart reliability")
                .add(Element.of("figcaption", "Right as often as sure?"))
                .add(svg);
    }

    private void draw(Element svg, Calibration.Bin bin) {
        double top = y(bin.accuracy());
        svg.add(
                new Element("rect")
                        .with("class", "bar")
                        .with("x", x(bin.low()) + 1)
                        .with("y", top)
                        .with("width", x(bin.high()) - x(bin.low()) - 2)
                        .with("height", Math.max(0.5, y(0) - top))
                        .add(Element.of("title", said(bin))));
        svg.add(
                new Element("circle")
                        .with("class", "dot two")
                        .with("cx", x(bin.confidence()))
                        .with("cy", top)
                        .with("r", 3.5)
                        .add(Element.of("title", said(bin))));
    }

    private static String said(Calibration.Bin bin) {
        return String.format(
                Locale.ROOT,
                "%d answers, on average %.1f %% sure: %.1f %% right",
                bin.count(),
                100 * bin.confidence(),
                100 * bin.accuracy());
    }

    private String words() {
        return "Reliability: the share of right answers by confidence, expected calibration error %s."
                .formatted(Numbers.four(calibration.expectedError()));
    }

    private static int width() {
        return LEFT + SIZE + RIGHT;
    }

    private static int height() {
        return TOP + SIZE * 2 / 3 + BOTTOM;
    }

    private static double x(double share) {
        return LEFT + share * SIZE;
    }

    private static double y(double share) {
        return height() - BOTTOM - share * (SIZE * 2 / 3.0);
    }
}
