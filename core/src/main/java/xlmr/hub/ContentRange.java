package xlmr.hub;

import java.net.http.HttpHeaders;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The header Content-Range of a part (RFC 9110, 14.4): `bytes 5-9/10`.
///
/// @param start the first byte's position; -1 if the header is missing or garbage
/// @param total bytes of the whole file, where it is said
record ContentRange(long start, OptionalLong total) {
    private static final Pattern HEADER =
            Pattern.compile("bytes +(\\d{1,18})-\\d{1,18}/(?:(\\d{1,18})|\\*)");

    static ContentRange of(HttpHeaders headers) {
        Matcher matcher = HEADER.matcher(headers.firstValue("content-range").orElse(""));
        if (!matcher.matches()) {
            return new ContentRange(-1, OptionalLong.empty());
        }
        String total = matcher.group(2);
        return new ContentRange(
                Long.parseLong(matcher.group(1)),
                total == null ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(total)));
    }
}
