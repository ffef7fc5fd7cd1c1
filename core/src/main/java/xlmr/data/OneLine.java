package xlmr.data;

/// Text that came from data, made fit for a message: no line ends, no control characters that could
/// steer a terminal, not endless.
final class OneLine {

    private static final int MAX_CHARS = 2000;

    private OneLine() {}

    static String of(String text) {
        String bounded =
                text.length() <= MAX_CHARS
                        ? text
                        : text.substring(0, MAX_CHARS / 2)
                                + " ... "
                                + text.substring(text.length() - MAX_CHARS / 2);
        // zero-width joiners are part of words in some scripts
        return bounded.replaceAll("[\\p{Cc}\\p{Cf}\\u2028\\u2029&&[^\\u200C\\u200D]]", "?");
    }
}
