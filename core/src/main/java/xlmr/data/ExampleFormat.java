package xlmr.data;

import java.util.Locale;

/// How examples are written in a file.
public enum ExampleFormat {
    /// Comma-separated values with quoting as in RFC 4180.
    CSV,
    /// Tab-separated values without quoting: a quote is a character like any other.
    TSV,
    /// One JSON object a line.
    JSON_LINES,
    /// One text a line and nothing else.
    LINES;

    /// The format that a file name promises; a name without a known ending, and `-`, are plain
    /// lines.
    public static ExampleFormat ofName(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        int dot = lower.lastIndexOf('.');
        return switch (dot < 0 ? "" : lower.substring(dot + 1)) {
            case "csv" -> CSV;
            case "tsv", "tab" -> TSV;
            case "jsonl", "ndjson", "json" -> JSON_LINES;
            default -> LINES;
        };
    }
}
