package xlmr.cli;

import java.math.BigDecimal;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// A number of bytes as users type it: `2GB` is 2,000,000,000 as in the reference, `2GiB` is 2^31.
///
/// @param bytes at least 1
record ByteSize(long bytes) {
    private static final Pattern FORM =
            Pattern.compile("(\\d{1,12}(?:\\.\\d{1,6})?)\\s*([A-Za-z]*)");

    private static final Map<String, Long> UNITS =
            Map.of(
                    "", 1L,
                    "B", 1L,
                    "KB", 1_000L,
                    "MB", 1_000_000L,
                    "GB", 1_000_000_000L,
                    "TB", 1_000_000_000_000L,
                    "KIB", 1L << 10,
                    "MIB", 1L << 20,
                    "GIB", 1L << 30,
                    "TIB", 1L << 40);

    /// Reads the text of an option.
    static final class Converter implements ITypeConverter<ByteSize> {
        @Override
        public ByteSize convert(String text) {
            Matcher parts = FORM.matcher(text.strip());
            Long unit =
                    parts.matches()
                            ? UNITS.get(parts.group(2).toUpperCase(java.util.Locale.ROOT))
                            : null;
            if (unit == null) {
                throw new TypeConversionException(
                        "expected a size such as 2GB, 500MB or 1GiB, found '%s'".formatted(text));
            }
            BigDecimal bytes = new BigDecimal(parts.group(1)).multiply(BigDecimal.valueOf(unit));
            if (bytes.compareTo(BigDecimal.ONE) < 0
                    || bytes.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
                throw new TypeConversionException(
                        "expected at least 1 byte and less than 2^63, found '%s'".formatted(text));
            }
            return new ByteSize(bytes.longValue());
        }
    }
}
