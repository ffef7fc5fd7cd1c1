package xlmr.cli;

/// Text of strangers (file names, labels, messages about their files) made safe for a terminal.
final class Printable {
    private Printable() {}

    /// The text on one line, without control characters: line ends become spaces, others their
    /// `\\u` escape.
    static String line(String text) {
        StringBuilder printable = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\n' || c == '\r' || c == '\t') {
                if (!printable.isEmpty() && printable.charAt(printable.length() - 1) != ' ') {
                    printable.append(' ');
                }
            } else if (Character.isISOControl(c) || isBidirectionalControl(c)) {
                printable.append("\\u%04x".formatted((int) c));
            } else {
                printable.append(c);
            }
        }
        return printable.toString().strip();
    }

    /// Characters that reorder what stands around them, and so could make a line read as another.
    private static boolean isBidirectionalControl(char c) {
        return c >= '\u202a' && c <= '\u202e' || c >= '\u2066' && c <= '\u2069';
    }
}
