package xlmr.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads tagged sentences from columns, CoNLL-U or JSON Lines, all in UTF-8.
///
/// ```java
/// List<TaggedSentence> train = new TaggedReader(TaggedOptions.tagged())
///         .readAll(Path.of("en_pud.conllu"));
/// ```
///
/// Whatever is wrong with the data is a [DataException] that names file, line and remedy.
public final class TaggedReader {

    private static final String NOUN = "sentence";

    /// How far the first words of a file are looked for to tell its format.
    private static final int LINES_LOOKED_AT = 100;

    private static final int CHARS_LOOKED_AT = 1 << 20;

    private final TaggedOptions options;

    public TaggedReader(TaggedOptions options) {
        this.options = options;
    }

    /// Opens a file, or standard input for `-`, to read one sentence at a time.
    public RecordCursor<TaggedSentence> open(Path file) {
        return DataFile.open(file, this::open);
    }

    /// Reads from a stream, which the cursor closes.
    ///
    /// @param name what messages call it; its ending may tell the format if the options do not
    public RecordCursor<TaggedSentence> open(InputStream in, String name) {
        Utf8Reader reader = new Utf8Reader(in, name);
        LineSplitter lines = new LineSplitter(reader, name, options.limits().recordChars());
        return new RecordCursor<>(reader, new Sentences(lines, name), name, NOUN);
    }

    /// Reads all sentences of a file, or of standard input for `-`, into memory.
    ///
    /// @throws DataException also if there are more than the limit of the options
    public List<TaggedSentence> readAll(Path file) {
        try (RecordCursor<TaggedSentence> cursor = open(file)) {
            return cursor.drain(options.limits().records());
        }
    }

    /// Reads all sentences of a stream into memory and closes it.
    public List<TaggedSentence> readAll(InputStream in, String name) {
        try (RecordCursor<TaggedSentence> cursor = open(in, name)) {
            return cursor.drain(options.limits().records());
        }
    }

    /// Looks at the first lines only when the first sentence is asked for.
    private final class Sentences implements RecordCursor.Source<TaggedSentence> {

        private final LineSplitter lines;
        private final String name;
        private RecordCursor.@Nullable Source<TaggedSentence> sentences;

        Sentences(LineSplitter lines, String name) {
            this.lines = lines;
            this.name = name;
        }

        @Override
        public @Nullable TaggedSentence next() throws IOException {
            RecordCursor.Source<TaggedSentence> known = sentences;
            if (known == null) {
                known =
                        switch (format(lines, name)) {
                            case COLUMNS -> new ColumnSentences(lines, name, options)::next;
                            case CONLL_U -> new ConlluSentences(lines, name, options)::next;
                            case JSON_LINES -> new JsonLineSentences(lines, name, options)::next;
                        };
                sentences = known;
            }
            return known.next();
        }
    }

    private TaggedFormat format(LineSplitter lines, String name) throws IOException {
        var given = options.format();
        if (given != null) {
            return given;
        }
        Optional<TaggedFormat> promised = TaggedFormat.ofName(name);
        return promised.isPresent() ? promised.get() : sniffed(lines);
    }

    private static TaggedFormat sniffed(LineSplitter lines) throws IOException {
        int chars = 0;
        for (int i = 0; i < LINES_LOOKED_AT && chars < CHARS_LOOKED_AT; i++) {
            String line = lines.peek(i);
            if (line == null) {
                break;
            }
            chars += line.length();
            if (line.startsWith("{")) {
                return TaggedFormat.JSON_LINES;
            }
            if (ConlluSentences.isRecognized(line)) {
                return TaggedFormat.CONLL_U;
            }
            if (!line.isBlank() && line.charAt(0) != '#') {
                break;
            }
        }
        return TaggedFormat.COLUMNS;
    }
}
