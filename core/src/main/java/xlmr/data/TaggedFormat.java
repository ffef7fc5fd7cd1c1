package xlmr.data;

import java.util.Locale;
import java.util.Optional;

/// How tagged sentences are written in a file.
public enum TaggedFormat {
    /// One word a line, in columns between tabs or spaces, an empty line after each sentence, as in
    /// CoNLL-2003.
    COLUMNS,
    /// CoNLL-U, the format of Universal Dependencies, and CoNLL-U Plus.
    CONLL_U,
    /// One JSON object a line with arrays of words and of tags.
    JSON_LINES;

    /// The format that a file name promises. Endings such as `.conll` and `.txt` promise nothing:
    /// then the first lines tell.
    public static Optional<TaggedFormat> ofName(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        int dot = lower.lastIndexOf('.');
        return switch (dot < 0 ? "" : lower.substring(dot + 1)) {
            case "conllu", "conllup" -> Optional.of(CONLL_U);
            case "jsonl", "ndjson", "json" -> Optional.of(JSON_LINES);
            case "iob", "iob2", "bio" -> Optional.of(COLUMNS);
            default -> Optional.empty();
        };
    }
}
