package xlmr.eval;

import java.util.Locale;

/// An SVG picture while it is drawn: complete in itself, for light and dark pages.
final class SvgDrawing {
    private static final String COLORS =
            """
            <style>
            svg { --ground: #ffffff; --ink: #1f2328; --faint: #59636e; --grid: #d1d9e0; --one: #0969da; --two: #bc4c00 }
            @media (prefers-color-scheme: dark) {
              svg { --ground: #0d1117; --ink: #f0f6fc; --faint: #9198a1; --grid: #3d444d; --one: #58a6ff; --two: #f0883e }
            }
            svg { max-width: 100%; height: auto; background: var(--ground) }
            text { font: 13px system-ui, sans-serif; fill: var(--faint) }
            """;

    private final StringBuilder svg = new StringBuilder();

    /// @param title for readers of the page's text
    /// @param description what the picture shows, in words
    /// @param style further rules; the variables ground, ink, faint, grid, one and two are colors
    SvgDrawing(int width, int height, String title, String description, String style) {
        raw(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\""
                        + " height=\"%d\" role=\"img\">\n",
                width, height, width, height);
        raw("<title>%s</title>\n", escaped(title));
        raw("<desc>%s</desc>\n", escaped(description));
        svg.append(COLORS).append(style).append("</style>\n");
        raw("<rect width=\"%d\" height=\"%d\" fill=\"var(--ground)\"/>\n", width, height);
    }

    /// Markup as it stands, with what [String#format] puts in.
    void raw(String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values));
    }

    void line(String kind, double x1, double y1, double x2, double y2) {
        raw(
                "<line class=\"%s\" x1=\"%s\" y1=\"%s\" x2=\"%s\" y2=\"%s\"/>\n",
                kind, number(x1), number(y1), number(x2), number(y2));
    }

    /// @param kind a class of the style, or empty
    /// @param anchor start, middle or end
    void text(String kind, String anchor, double x, double y, String words) {
        raw(
                "<text%s text-anchor=\"%s\" x=\"%s\" y=\"%s\">%s</text>\n",
                kind.isEmpty() ? "" : " class=\"" + kind + "\"",
                anchor,
                number(x),
                number(y),
                escaped(words));
    }

    /// The finished picture.
    String text() {
        return svg + "</svg>\n";
    }

    static String number(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    /// Labels come from data: markup in them stays text, and what XML cannot hold is left out.
    static String escaped(String words) {
        return TextTable.harmless(words)
                .replaceAll(
                        "[^\\t\\n\\r\\x{20}-\\x{D7FF}\\x{E000}-\\x{FFFD}\\x{10000}-\\x{10FFFF}]",
                        "?")
                .replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;");
    }
}
