package xlmr.data;

import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads questions with choices, all in UTF-8: JSON Lines, CSV or TSV with a header. Fields are
/// found by their names:
/// - the context: `context`, `premise` (XCOPA), `sent1` (SWAG), `passage` or `article`
/// - the question: `question` or `sent2` (SWAG); there need be none
/// - the choices: an array `choices` or `options`, or fields that end in numbers, such as `choice1`
///   and `choice2` or `ending0` to `ending3`
/// - the label: a number from 0, a letter from A, or the text of the right choice; `label` or
///   `answer`. Empty, null or -1 is none.
public final class ChoiceReader {

    private static final String NOUN = "question";

    private final @Nullable ExampleFormat format;
    private final boolean labelled;
    private final @Nullable String groupField;
    private final ReadLimits limits;

    private ChoiceReader(
            @Nullable ExampleFormat format,
            boolean labelled,
            @Nullable String groupField,
            ReadLimits limits) {
        this.format = format;
        this.labelled = labelled;
        this.groupField = groupField;
        this.limits = limits;
    }

    /// For training and evaluation: every question has a label.
    public static ChoiceReader labelled() {
        return new ChoiceReader(null, true, null, ReadLimits.defaults());
    }

    /// For prediction: labels are not looked at.
    public static ChoiceReader unlabelled() {
        return new ChoiceReader(null, false, null, ReadLimits.defaults());
    }

    /// @param newFormat null: by the ending of the file's name
    public ChoiceReader withFormat(@Nullable ExampleFormat newFormat) {
        return new ChoiceReader(newFormat, labelled, groupField, limits);
    }

    /// The same with what groups the questions.
    ///
    /// @param field or column; null for nothing
    public ChoiceReader withGroupField(@Nullable String field) {
        return new ChoiceReader(format, labelled, field, limits);
    }

    public ChoiceReader withLimits(ReadLimits newLimits) {
        return new ChoiceReader(format, labelled, groupField, newLimits);
    }

    /// Opens a file, or standard input for `-`, to read one question at a time.
    public RecordCursor<ChoiceQuestion> open(Path file) {
        return DataFile.open(file, this::open);
    }

    /// Reads from a stream, which the cursor closes.
    ///
    /// @param name what messages call it; its ending tells the format if none was given. Plain
    ///   lines hold no choices: they are read as JSON Lines.
    public RecordCursor<ChoiceQuestion> open(InputStream in, String name) {
        Utf8Reader reader = new Utf8Reader(in, name);
        int limit = limits.recordChars();
        RecordCursor.Source<ChoiceQuestion> source =
                switch (format == null ? ExampleFormat.ofName(name) : format) {
                    case CSV ->
                            new TableChoices(
                                            new CsvRows(reader, name, limit),
                                            name,
                                            labelled,
                                            groupField)
                                    ::next;
                    case TSV ->
                            new TableChoices(
                                            new TabRows(reader, name, limit),
                                            name,
                                            labelled,
                                            groupField)
                                    ::next;
                    case JSON_LINES, LINES ->
                            new JsonLineChoices(
                                            new LineSplitter(reader, name, limit),
                                            name,
                                            labelled,
                                            groupField)
                                    ::next;
                };
        return new RecordCursor<>(reader, source, name, NOUN);
    }

    /// Reads all questions of a file, or of standard input for `-`, into memory.
    ///
    /// @throws DataException also if there are more than the limit
    public List<ChoiceQuestion> readAll(Path file) {
        try (RecordCursor<ChoiceQuestion> cursor = open(file)) {
            return cursor.drain(limits.records());
        }
    }

    /// Reads all questions of a stream into memory and closes it.
    public List<ChoiceQuestion> readAll(InputStream in, String name) {
        try (RecordCursor<ChoiceQuestion> cursor = open(in, name)) {
            return cursor.drain(limits.records());
        }
    }
}
