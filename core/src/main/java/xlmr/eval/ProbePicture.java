package xlmr.eval;

import static xlmr.eval.SvgDrawing.number;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// A [ProbeReport] as an SVG picture: accuracy with its interval and macro F1 by layer, and what
/// always guessing the most frequent label gives. Complete in itself, for light and dark pages.
public final class ProbePicture {
    private static final int WIDTH = 760;
    private static final int HEIGHT = 420;
    private static final int LEFT = 64;
    private static final int RIGHT = 24;
    private static final int TOP = 92;
    private static final int BOTTOM = 56;
    private static final int LAYERS_NAMED = 25;
    private static final int WORDS_WIDTH = 190;
    private static final int LETTERS_HEIGHT = 11;

    private static final String STYLE =
            """
            .title { font-size: 18px; font-weight: 600; fill: var(--ink) }
            .best { font-weight: 600; fill: var(--ink); stroke: var(--ground); stroke-width: 5; paint-order: stroke }
            .grid { stroke: var(--grid) }
            .guess { stroke: var(--faint); stroke-dasharray: 2 4 }
            .interval { stroke: var(--one); stroke-opacity: .45; stroke-width: 2 }
            .accuracy { stroke: var(--one); stroke-width: 2.5; fill: none }
            .f1 { stroke: var(--two); stroke-width: 2; stroke-dasharray: 6 4; fill: none }
            .dot { fill: var(--one) }
            .ring { fill: var(--ground); stroke: var(--one); stroke-width: 3 }
            """;

    private final ProbeReport report;
    private final SvgDrawing svg;

    private ProbePicture(ProbeReport report) {
        this.report = report;
        this.svg =
                new SvgDrawing(
                        WIDTH,
                        HEIGHT,
                        "Accuracy by layer",
                        String.join(" ", report.words()),
                        STYLE);
    }

    /// The picture.
    public static String svg(ProbeReport report) {
        return new ProbePicture(report).draw();
    }

    private String draw() {
        svg.text("title", "start", LEFT, 34, "Accuracy by layer");
        svg.text(
                "",
                "start",
                LEFT,
                56,
                "a linear head on the frozen features of each layer, judged on %d texts"
                        .formatted(report.validationTexts()));
        legend();
        axes();
        guess();
        curves();
        return svg.text();
    }

    private void legend() {
        svg.line("accuracy", LEFT, 76, LEFT + 28, 76);
        svg.text("", "start", LEFT + 36, 80, "accuracy, with 95 % interval");
        svg.line("f1", LEFT + 240, 76, LEFT + 268, 76);
        svg.text("", "start", LEFT + 276, 80, "macro F1");
        svg.line("guess", LEFT + 360, 76, LEFT + 388, 76);
        svg.text("", "start", LEFT + 396, 80, "always the most frequent label");
    }

    private void axes() {
        for (int percent = 0; percent <= 100; percent += 20) {
            double y = y(percent / 100.0);
            svg.line("grid", LEFT, y, WIDTH - RIGHT, y);
            svg.text("", "end", LEFT - 10, y + 4.5, percent + " %");
        }
        int every = Math.ceilDiv(report.layers().size(), LAYERS_NAMED);
        for (int i = 0; i < report.layers().size(); i++) {
            if (i % every == 0) {
                svg.text(
                        "",
                        "middle",
                        x(i),
                        HEIGHT - BOTTOM + 22,
                        "" + report.layers().get(i).layer());
            }
        }
        svg.text(
                "",
                "middle",
                (LEFT + WIDTH - RIGHT) / 2.0,
                HEIGHT - 12,
                "layer (0 is the output of the embeddings)");
    }

    private void guess() {
        double y = y(report.majorityAccuracy());
        svg.line("guess", LEFT, y, WIDTH - RIGHT, y);
    }

    private void curves() {
        List<LayerScore> layers = report.layers();
        for (int i = 0; i < layers.size(); i++) {
            ProportionInterval interval = layers.get(i).interval();
            svg.line("interval", x(i), y(interval.low()), x(i), y(interval.high()));
        }
        curve("accuracy", LayerScore::accuracy);
        curve("f1", LayerScore::macroF1);
        for (int i = 0; i < layers.size(); i++) {
            LayerScore score = layers.get(i);
            boolean best = score.layer() == report.best().layer();
            svg.raw(
                    "<circle class=\"%s\" cx=\"%s\" cy=\"%s\" r=\"%s\"><title>layer %d: accuracy"
                            + " %s, macro F1 %s</title></circle>\n",
                    best ? "ring" : "dot",
                    number(x(i)),
                    number(y(score.accuracy())),
                    best ? "6" : "3.5",
                    score.layer(),
                    three(score.accuracy()),
                    three(score.macroF1()));
            if (best) {
                nameBest(i, score);
            }
        }
    }

    /// Right above the intervals that the words reach over, or below them where no room is above.
    private void nameBest(int index, LayerScore best) {
        boolean atRight = x(index) > WIDTH / 2.0;
        double low = 1;
        double high = 0;
        for (int i = 0; i < report.layers().size(); i++) {
            double distance = atRight ? x(index) - x(i) : x(i) - x(index);
            if (distance >= 0 && distance < WORDS_WIDTH) {
                low = Math.min(low, report.layers().get(i).interval().low());
                high = Math.max(high, report.layers().get(i).interval().high());
            }
        }
        double above = y(high) - 8;
        boolean roomAbove = above - LETTERS_HEIGHT >= y(1) - 4;
        svg.text(
                "best",
                atRight ? "end" : "start",
                x(index) + (atRight ? 6 : -6),
                roomAbove ? above : Math.min(y(low) + 18, HEIGHT - BOTTOM - 8),
                String.format(
                        Locale.ROOT,
                        "best: layer %d, %.1f %%",
                        best.layer(),
                        100 * best.accuracy()));
    }

    private void curve(String kind, ToDoubleFunction<LayerScore> value) {
        List<LayerScore> layers = report.layers();
        String points =
                IntStream.range(0, layers.size())
                        .mapToObj(
                                i ->
                                        number(x(i))
                                                + ","
                                                + number(y(value.applyAsDouble(layers.get(i)))))
                        .collect(Collectors.joining(" "));
        svg.raw("<polyline class=\"%s\" points=\"%s\"/>\n", kind, points);
    }

    private double x(int index) {
        double gap = (double) (WIDTH - RIGHT - LEFT) / report.layers().size();
        return LEFT + (index + 0.5) * gap;
    }

    /// NaN, which has no place, lies at the bottom.
    private static double y(double share) {
        double known = Double.isNaN(share) ? 0 : share;
        return HEIGHT - BOTTOM - known * (HEIGHT - BOTTOM - TOP - 8);
    }

    private static String three(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }
}
