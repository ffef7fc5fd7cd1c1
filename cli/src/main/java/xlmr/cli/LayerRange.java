package xlmr.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// Layers as users write them: `0-5,11`.
///
/// @param layers counted from 0, in the order given
record LayerRange(List<Integer> layers) {
    private static final Pattern PART = Pattern.compile("(\\d{1,4})(?:-(\\d{1,4}))?");

    /// Reads them.
    static final class Converter implements ITypeConverter<LayerRange> {
        @Override
        public LayerRange convert(String text) {
            List<Integer> layers = new ArrayList<>();
            for (String part : text.split(",", -1)) {
                Matcher range = PART.matcher(part.strip());
                if (!range.matches()) {
                    throw refused(text);
                }
                int first = Integer.parseInt(range.group(1));
                int last = range.group(2) == null ? first : Integer.parseInt(range.group(2));
                if (last < first) {
                    throw refused(text);
                }
                for (int layer = first; layer <= last; layer++) {
                    layers.add(layer);
                }
            }
            return new LayerRange(layers);
        }

        private static TypeConversionException refused(String text) {
            return new TypeConversionException(
                    "expected layers counted from 0, such as 0-5,11; found '%s'".formatted(text));
        }
    }
}
