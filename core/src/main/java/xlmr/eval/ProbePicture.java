package xlmr.eval;

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

    private static final String STYLE =
            """
            <style>
            svg { --ground: #ffffff; --ink: #1f2328; --faint: #59636e; --grid: #d1d9e0; --one: #0969da; --two: #bc4c00 }
            @media (prefers-color-scheme: dark) {
              svg { --ground: #0d1117; --ink: #f0f6fc; --faint: #9198a1; --grid: #3d444d; --one: #58a6ff; --two: #f0883e }
            }
            text { font: 13px system-ui, sans-serif; fill: var(--faint) }
            .title { font-size: 18px; font-weight: 600; fill: var(--ink) }
            .best { font-weight: 600; fill: var(--ink); stroke: var(--ground); stroke-width: 5; paint-order: stroke }
            .grid { stroke: var(--grid) }
            .guess { stroke: var(--faint); stroke-dasharray: 2 4 }
            .interval { stroke: var(--one); stroke-opacity: .45; stroke-width: 2 }
            .accuracy { stroke: var(--one); stroke-width: 2.5; fill: none }
            .f1 { stroke: var(--two); stroke-width: 2; stroke-dasharray: 6 4; fill: none }
            .dot { fill: var(--one) }
            .ring { fill: var(--ground); stroke: var(--one); stroke-width: 3 }
            </style>
            """;

    private final ProbeReport report;

    private ProbePicture(ProbeReport report) {
        this.report = report;
    }

    /// The picture.
    public static String svg(ProbeReport report) {
        return new ProbePicture(report).draw();
    }

    private String draw() {
        StringBuilder svg = new StringBuilder();
        svg.append(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\">\n"
                        .formatted(WIDTH, HEIGHT, WIDTH, HEIGHT));
        svg.append("<title>Accuracy by layer</title>\n");
        svg.append("<desc>%s</desc>\n".formatted(escaped(String.join(" ", report.words()))));
        svg.append(STYLE);
        svg.append(
                "<rect width=\"%d\" height=\"%d\" fill=\"var(--ground)\"/>\n"
                        .formatted(WIDTH, HEIGHT));
        text(svg, "title", "start", LEFT, 34, "Accuracy by layer");
        text(
                svg,
                "",
                "start",
                LEFT,
                56,
                "a linear head on the frozen features of each layer, judged on %d texts"
                        .formatted(report.validationTexts()));
        legend(svg);
        axes(svg);
        guess(svg);
        curves(svg);
        return svg.append("</svg>\n").toString();
    }

    private void legend(StringBuilder svg) {
        line(svg, "accuracy", LEFT, 76, LEFT + 28, 76);
        text(svg, "", "start", LEFT + 36, 80, "accuracy, with 95 % interval");
        line(svg, "f1", LEFT + 240, 76, LEFT + 268, 76);
        text(svg, "", "start", LEFT + 276, 80, "macro F1");
        line(svg, "guess", LEFT + 360, 76, LEFT + 388, 76);
        text(svg, "", "start", LEFT + 396, 80, "always the most frequent label");
    }

    private void axes(StringBuilder svg) {
        for (int percent = 0; percent <= 100; percent += 20) {
            double y = y(percent / 100.0);
            line(svg, "grid", LEFT, y, WIDTH - RIGHT, y);
            text(svg, "", "end", LEFT - 10, y + 4.5, percent + " %");
        }
        int every = Math.ceilDiv(report.layers().size(), LAYERS_NAMED);
        for (int i = 0; i < report.layers().size(); i++) {
            if (i % every == 0) {
                text(
                        svg,
                        "",
                        "middle",
                        x(i),
                        HEIGHT - BOTTOM + 22,
                        "" + report.layers().get(i).layer());
            }
        }
        text(
                svg,
                "",
                "middle",
                (LEFT + WIDTH - RIGHT) / 2.0,
                HEIGHT - 12,
                "layer (0 is the output of the embeddings)");
    }

    private void guess(StringBuilder svg) {
        double y = y(report.majorityAccuracy());
        line(svg, "guess", LEFT, y, WIDTH - RIGHT, y);
    }

    private void curves(StringBuilder svg) {
        List<LayerScore> layers = report.layers();
        for (int i = 0; i < layers.size(); i++) {
            ProportionInterval interval = layers.get(i).interval();
            line(svg, "interval", x(i), y(interval.low()), x(i), y(interval.high()));
        }
        curve(svg, "accuracy", LayerScore::accuracy);
        curve(svg, "f1", LayerScore::macroF1);
        for (int i = 0; i < layers.size(); i++) {
            LayerScore score = layers.get(i);
            boolean best = score.layer() == report.best().layer();
            svg.append(
                    "<circle class=\"%s\" cx=\"%s\" cy=\"%s\" r=\"%s\"><title>layer %d: accuracy %s, macro F1 %s</title></circle>\n"
                            .formatted(
                                    best ? "ring" : "dot",
                                    number(x(i)),
                                    number(y(score.accuracy())),
                                    best ? "6" : "3.5",
                                    score.layer(),
                                    three(score.accuracy()),
                                    three(score.macroF1())));
            if (best) {
                nameBest(svg, i, score);
            }
        }
    }

    /// Below the intervals that the words reach over.
    private void nameBest(StringBuilder svg, int index, LayerScore best) {
        boolean atRight = x(index) > WIDTH / 2.0;
        double low = 1;
        for (int i = 0; i < report.layers().size(); i++) {
            double distance = atRight ? x(index) - x(i) : x(i) - x(index);
            if (distance >= 0 && distance < WORDS_WIDTH) {
                low = Math.min(low, report.layers().get(i).interval().low());
            }
        }
        text(
                svg,
                "best",
                atRight ? "end" : "start",
                x(index) + (atRight ? 6 : -6),
                Math.min(y(low) + 18, HEIGHT - BOTTOM - 8),
                String.format(
                        Locale.ROOT,
                        "best: layer %d, %.1f %%",
                        best.layer(),
                        100 * best.accuracy()));
    }

    private void curve(StringBuilder svg, String kind, ToDoubleFunction<LayerScore> value) {
        List<LayerScore> layers = report.layers();
        String points =
                IntStream.range(0, layers.size())
                        .mapToObj(
                                i ->
                                        number(x(i))
                                                + ","
                                                + number(y(value.applyAsDouble(layers.get(i)))))
                        .collect(Collectors.joining(" "));
        svg.append("<polyline class=\"%s\" points=\"%s\"/>\n".formatted(kind, points));
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

    private static void line(
            StringBuilder svg, String kind, double x1, double y1, double x2, double y2) {
        svg.append(
                "<line class=\"%s\" x1=\"%s\" y1=\"%s\" x2=\"%s\" y2=\"%s\"/>\n"
                        .formatted(kind, number(x1), number(y1), number(x2), number(y2)));
    }

    private static void text(
            StringBuilder svg, String kind, String anchor, double x, double y, String words) {
        svg.append(
                "<text%s text-anchor=\"%s\" x=\"%s\" y=\"%s\">%s</text>\n"
                        .formatted(
                                kind.isEmpty() ? "" : " class=\"" + kind + "\"",
                                anchor,
                                number(x),
                                number(y),
                                escaped(words)));
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    private static String three(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }

    /// Labels come from data: markup in them stays text, and what XML cannot hold is left out.
    private static String escaped(String words) {
        return TextTable.harmless(words)
                .replaceAll(
                        "[^\\t\\n\\r\\x{20}-\\x{D7FF}\\x{E000}-\\x{FFFD}\\x{10000}-\\x{10FFFF}]",
                        "?")
                .replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;");
    }
}
