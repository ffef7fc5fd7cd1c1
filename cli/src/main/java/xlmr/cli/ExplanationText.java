package xlmr.cli;

import java.io.PrintStream;
import java.util.Locale;
import xlmr.pipeline.Explanation;
import xlmr.pipeline.ExplanationWords;
import xlmr.pipeline.TokenScore;

/// An explanation for a person: the text in colors where the output has them, and a line for each
/// token.
final class ExplanationText {
    /// Backgrounds of the 256-color palette from faint to strong; the writing on them is black.
    private static final int[] FOR = {195, 153, 117, 75};

    private static final int[] AGAINST = {230, 223, 216, 208};
    private static final String RESET = "\u001b[0m";
    private static final double FAINTEST = 0.05;
    private static final int BAR = 20;

    private ExplanationText() {}

    static void print(Streams streams, Explanation explanation) {
        PrintStream out = streams.out();
        out.println(Printable.line(ExplanationWords.answer(explanation)));
        if (streams.colored()) {
            out.println(colored(explanation, explanation.text(), 0));
            if (explanation.textPair() != null) {
                out.println(colored(explanation, explanation.textPair(), 1));
            }
        }
        for (TokenScore token : explanation.tokens()) {
            if (token.sequence() >= 0) {
                out.println(line(token, explanation));
            }
        }
        Explanation.Completeness completeness = explanation.completeness();
        if (completeness != null) {
            out.println(ExplanationWords.completeness(completeness));
        }
        out.println();
    }

    private static String line(TokenScore token, Explanation explanation) {
        double share = explanation.largest() == 0 ? 0 : token.score() / explanation.largest();
        String bar = (share < 0 ? "-" : "+").repeat((int) Math.round(BAR * Math.abs(share)));
        String place = token.start() + "-" + token.end();
        String second = token.sequence() == 1 ? " (2)" : "";
        return String.format(
                        Locale.ROOT,
                        "  %-20s %9s%s  %+9.4f  %s",
                        Printable.line(token.piece()),
                        place,
                        second,
                        token.score(),
                        bar)
                .stripTrailing();
    }

    private static String colored(Explanation explanation, String text, int sequence) {
        double[] scores = explanation.scoresOf(sequence);
        double largest = explanation.largest();
        StringBuilder line = new StringBuilder("  ");
        int current = 0;
        for (int i = 0; i < text.length(); i++) {
            boolean inside = Character.isLowSurrogate(text.charAt(i)) && i > 0;
            int color = inside || largest == 0 ? current : color(scores[i] / largest);
            if (color != current) {
                line.append(current == 0 ? "" : RESET)
                        .append(color == 0 ? "" : "\u001b[30;48;5;%dm".formatted(color));
                current = color;
            }
            line.append(harmless(text.charAt(i)));
        }
        return line.append(current == 0 ? "" : RESET).toString();
    }

    /// A text must not steer the terminal.
    private static char harmless(char c) {
        if (c == '\n' || c == '\r' || c == '\t') {
            return ' ';
        }
        return Character.isISOControl(c) || Character.getType(c) == Character.FORMAT ? '?' : c;
    }

    /// A number of the palette; 0 for none.
    private static int color(double share) {
        if (Math.abs(share) < FAINTEST) {
            return 0;
        }
        int[] colors = share > 0 ? FOR : AGAINST;
        return colors[Math.min(colors.length - 1, (int) (Math.abs(share) * colors.length))];
    }
}
