package xlmr.eval;

import static xlmr.eval.SvgDrawing.number;

import java.util.Locale;

/// A [CalibrationReport] as an SVG picture: for each range of probabilities how often the answers
/// were right, before and after. Bars that reach the diagonal are right as often as they are sure.
/// Complete in itself, for light and dark pages.
public final class ReliabilityPicture {
    private static final int WIDTH = 760;
    private static final int HEIGHT = 456;
    private static final int SIDE = 280;
    private static final int TOP = 100;
    private static final int[] LEFTS = {64, 448};
    private static final int MARGIN = 6;

    private static final String STYLE =
            """
            .title { font-size: 18px; font-weight: 600; fill: var(--ink) }
            .name { font-size: 15px; font-weight: 600; fill: var(--ink) }
            .grid { stroke: var(--grid) }
            .bar { fill: var(--one); fill-opacity: .75 }
            .sure { fill: none; stroke: var(--two); stroke-width: 2 }
            .ideal { stroke: var(--faint); stroke-dasharray: 4 4 }
            .few { font-size: 11px; fill: var(--ink); stroke: var(--ground); stroke-width: 3; paint-order: stroke }
            """;

    private final CalibrationReport report;
    private final SvgDrawing svg;

    private ReliabilityPicture(CalibrationReport report) {
        this.report = report;
        this.svg =
                new SvgDrawing(
                        WIDTH,
                        HEIGHT,
                        "As often right as sure?",
                        String.join(" ", report.words()),
                        STYLE);
    }

    /// The picture.
    public static String svg(CalibrationReport report) {
        return new ReliabilityPicture(report).draw();
    }

    private String draw() {
        boolean labels = !report.thresholds().isEmpty();
        svg.text("title", "start", LEFTS[0], 34, "As often right as sure?");
        svg.text(
                "",
                "start",
                LEFTS[0],
                56,
                String.format(
                        Locale.ROOT,
                        "%d held-out texts%s, by the probability that the model gave; temperature"
                                + " %.3f",
                        report.examples(),
                        labels ? ", each label of each" : "",
                        report.fit().temperature()));
        panel(LEFTS[0], "before", report.before(), labels);
        panel(LEFTS[1], "after", report.after(), labels);
        legend(labels);
        return svg.text();
    }

    private void legend(boolean labels) {
        int y = HEIGHT - 14;
        svg.raw("<rect class=\"bar\" x=\"64\" y=\"%d\" width=\"24\" height=\"10\"/>\n", y - 9);
        svg.text(
                "",
                "start",
                96,
                y,
                labels ? "how many of them hold" : "how many of them are right");
        svg.raw("<line class=\"sure\" x1=\"300\" y1=\"%d\" x2=\"324\" y2=\"%d\"/>\n", y - 4, y - 4);
        svg.text("", "start", 332, y, "mean probability given");
        svg.line("ideal", 520, y - 4, 544, y - 4);
        svg.text("", "start", 552, y, "ideal");
    }

    private void panel(int left, String name, Calibration calibration, boolean labels) {
        int bottom = TOP + SIDE;
        svg.text(
                "name",
                "start",
                left,
                TOP - 14,
                String.format(
                        Locale.ROOT,
                        "%s: calibration error %.1f %%",
                        name,
                        100 * calibration.expectedError()));
        for (int percent = 0; percent <= 100; percent += 20) {
            double y = bottom - SIDE * percent / 100.0;
            svg.line("grid", left, y, left + SIDE, y);
            svg.text("", "end", left - 8, y + 4.5, percent + " %");
            double x = left + SIDE * percent / 100.0;
            svg.text("", "middle", x, bottom + 18, Integer.toString(percent));
        }
        for (Calibration.Bin bin : calibration.bins()) {
            bar(left, bottom, bin);
        }
        svg.line("ideal", left, bottom, left + SIDE, TOP);
        svg.text(
                "",
                "middle",
                left + SIDE / 2.0,
                bottom + 36,
                labels ? "probability of the label, in %" : "probability of the answer, in %");
    }

    private void bar(int left, int bottom, Calibration.Bin bin) {
        double x = left + SIDE * bin.low() + MARGIN / 2.0;
        double width = SIDE * (bin.high() - bin.low()) - MARGIN;
        double height = SIDE * bin.accuracy();
        double sure = bottom - SIDE * bin.confidence();
        svg.raw(
                "<rect class=\"bar\" x=\"%s\" y=\"%s\" width=\"%s\""
                        + " height=\"%s\"><title>%s</title></rect>\n",
                number(x),
                number(bottom - height),
                number(width),
                number(height),
                String.format(
                        Locale.ROOT,
                        "%d answers of %.0f to %.0f %%: %.1f %% right, %.1f %% sure",
                        bin.count(),
                        100 * bin.low(),
                        100 * bin.high(),
                        100 * bin.accuracy(),
                        100 * bin.confidence()));
        svg.line("sure", x, sure, x + width, sure);
        svg.text("few", "middle", x + width / 2, bottom - 6, Integer.toString(bin.count()));
    }
}
