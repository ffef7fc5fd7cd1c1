package xlmr.pipeline;

import java.util.List;
import java.util.Locale;

/// Explanations as one HTML page that needs nothing else, for light and dark screens. Blue speaks
/// for the label, orange against it.
public final class ExplanationPage {
    private static final String HEAD =
            """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>What decides</title>
            <style>
            :root { --ground: #ffffff; --ink: #1f2328; --faint: #59636e; --line: #d1d9e0; --for: 9 105 218; --against: 219 109 0; --most: .6 }
            @media (prefers-color-scheme: dark) {
              :root { --ground: #0d1117; --ink: #f0f6fc; --faint: #9198a1; --line: #3d444d; --for: 56 139 253; --against: 219 109 40; --most: .75 }
            }
            body { background: var(--ground); color: var(--ink); font: 16px/1.6 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
            h1 { font-size: 1.4rem } h2 { font-size: 1rem; margin: 0 0 .4rem }
            section { border-top: 1px solid var(--line); padding: 1rem 0 }
            .text { font-size: 1.15rem; line-height: 2; overflow-wrap: anywhere; white-space: pre-wrap; margin: .4rem 0 }
            .faint { color: var(--faint); font-size: .9rem }
            .notice { border-left: 3px solid rgb(var(--against)); padding-left: .6rem }
            .f, .a { border-radius: 3px; padding: .1em 0 }
            .f { background: rgb(var(--for) / calc(var(--s) * var(--most))) }
            .a { background: rgb(var(--against) / calc(var(--s) * var(--most))) }
            table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .9rem }
            td, th { text-align: right; padding: .1rem .6rem } td:first-child, th:first-child { text-align: left }
            .wide { overflow-x: auto }
            </style>
            </head>
            <body>
            <h1>What decides</h1>
            """;

    private ExplanationPage() {}

    /// The page.
    public static String html(List<Explanation> explanations) {
        StringBuilder html = new StringBuilder(HEAD);
        if (!explanations.isEmpty()) {
            html.append("<p class=\"faint\">")
                    .append(escaped(ExplanationWords.method(explanations.getFirst())))
                    .append(
                            " <span class=\"f\" style=\"--s:1\">Blue</span> speaks for what is"
                                    + " explained")
                    .append(", <span class=\"a\" style=\"--s:1\">orange</span> against it.</p>\n");
        }
        explanations.forEach(explanation -> section(html, explanation));
        return html.append("</body>\n</html>\n").toString();
    }

    private static void section(StringBuilder html, Explanation explanation) {
        html.append("<section>\n<h2>")
                .append(escaped(ExplanationWords.answer(explanation)))
                .append("</h2>\n");
        text(html, explanation, explanation.text(), 0);
        if (explanation.textPair() != null) {
            text(html, explanation, explanation.textPair(), 1);
        }
        Explanation.Completeness completeness = explanation.completeness();
        if (completeness != null) {
            html.append(completeness.isComplete() ? "<p class=\"faint\">" : "<p class=\"notice\">")
                    .append(escaped(ExplanationWords.completeness(completeness)))
                    .append("</p>\n");
        }
        table(html, explanation);
        html.append("</section>\n");
    }

    private static void text(
            StringBuilder html, Explanation explanation, String text, int sequence) {
        double[] scores = explanation.scoresOf(sequence);
        double largest = explanation.largest();
        html.append("<p class=\"text\" dir=\"auto\">");
        int from = 0;
        while (from < scores.length) {
            int to = from + 1;
            while (to < scores.length
                    && (scores[to] == scores[from] || Character.isLowSurrogate(text.charAt(to)))) {
                to++;
            }
            String part = escaped(text.substring(from, to));
            double score = scores[from];
            if (score == 0 || largest == 0) {
                html.append(part);
            } else {
                html.append(
                        String.format(
                                Locale.ROOT,
                                "<span class=\"%s\" style=\"--s:%.3f\" title=\"%+.4f\">%s</span>",
                                score > 0 ? "f" : "a",
                                Math.min(1, Math.abs(score) / largest),
                                score,
                                part));
            }
            from = to;
        }
        html.append("</p>\n");
    }

    private static void table(StringBuilder html, Explanation explanation) {
        html.append("<details><summary class=\"faint\">every token</summary><div class=\"wide\">")
                .append("<table><tr><th>token</th><th>text</th><th>start</th><th>end</th>")
                .append("<th>score</th></tr>\n");
        for (TokenScore token : explanation.tokens()) {
            html.append(
                    String.format(
                            Locale.ROOT,
                            "<tr><td>%s</td><td>%s</td><td>%d</td><td>%d</td><td>%+.5f</td></tr>\n",
                            escaped(token.piece()),
                            token.sequence() < 0 ? "" : Integer.toString(token.sequence() + 1),
                            token.start(),
                            token.end(),
                            token.score()));
        }
        html.append("</table></div></details>\n");
    }

    /// Texts are data: markup in them stays text, and what HTML cannot hold is shown as `?`.
    private static String escaped(String words) {
        return words.replaceAll("[\\p{Cc}&&[^\\t\\n\\r]]|\\p{Cs}", "?")
                .replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
