package xlmr.cli;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;
import xlmr.model.PrunedHeads;

/// Attention heads as users choose them: a share of all, `0.25`, or by name, `0:1+5,3:2`.
///
/// @param share of the heads that there are; 0 where they are named
/// @param named the heads, or null for a share
record HeadChoice(double share, @Nullable PrunedHeads named) {
    private static final Pattern NUMBER = Pattern.compile("\\d*\\.?\\d+|\\d+\\.");

    /// Reads it.
    static final class Converter implements ITypeConverter<HeadChoice> {
        @Override
        public HeadChoice convert(String text) {
            if (!NUMBER.matcher(text).matches()) {
                try {
                    return new HeadChoice(0, PrunedHeads.parse(text));
                } catch (IllegalArgumentException e) {
                    throw new TypeConversionException(
                            "expected a share such as 0.25, or heads by layer, both counted from 0,"
                                    + " such as 0:1+5,3:2; found '%s'".formatted(text));
                }
            }
            double share = Double.parseDouble(text);
            if (!(share > 0 && share < 1)) {
                throw new TypeConversionException(
                        "expected a share above 0, below 1, such as 0.25; found '%s'"
                                .formatted(text));
            }
            return new HeadChoice(share, null);
        }
    }
}
