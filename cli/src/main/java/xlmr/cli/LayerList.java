package xlmr.cli;

import java.util.Arrays;

/// A list of layers as users type it.
final class LayerList {
    private LayerList() {}

    /// Reads `0,6,-1`.
    ///
    /// @param option that has it, for the message
    static int[] parse(String option, String text) {
        try {
            return Arrays.stream(text.split(",", -1))
                    .mapToInt(part -> Integer.parseInt(part.strip()))
                    .toArray();
        } catch (NumberFormatException e) {
            throw new CommandException(
                    "%s %s: expected layer numbers as in 0,6,-1, or all".formatted(option, text));
        }
    }
}
