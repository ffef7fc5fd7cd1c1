package xlmr.data;

import org.jspecify.annotations.Nullable;

/// What to take from a file and how strict to be.
///
/// @param format null: by the ending of the file's name
/// @param textColumn the column (or JSON field) of the text; a number from 1 where there is no
///   header
/// @param textPairColumn that of the second text, if examples are pairs
/// @param labelColumn that of the label, if there is one
/// @param header whether the first line of a CSV or TSV file names the columns
/// @param blankTextAllowed whether a text may be empty or white space only: harmless in prediction,
///   where every input wants its answer, and a mistake in training
/// @param labelDelimiter if given, a label field holds any number of labels with this between them
/// @param maxRecordChars a longer line or record is refused before it fills the memory
/// @param maxExamples reading them all at once refuses a file with more
/// @param groupColumn that of what groups examples, such as the language, if there is one
public record ExampleOptions(
        @Nullable ExampleFormat format,
        String textColumn,
        @Nullable String textPairColumn,
        @Nullable String labelColumn,
        boolean header,
        boolean blankTextAllowed,
        @Nullable String labelDelimiter,
        int maxRecordChars,
        int maxExamples,
        @Nullable String groupColumn) {

    private static final int DEFAULT_MAX_RECORD_CHARS = 4 << 20;
    private static final int DEFAULT_MAX_EXAMPLES = 50_000_000;

    public ExampleOptions {
        if (maxRecordChars < 1 || maxExamples < 1) {
            throw new IllegalArgumentException(
                    ("example options: expected limits of at least 1, found %d characters, %d"
                                    + " examples")
                            .formatted(maxRecordChars, maxExamples));
        }
        if (labelDelimiter != null && labelDelimiter.isEmpty()) {
            throw new IllegalArgumentException(
                    "example options: expected a label delimiter of at least one character");
        }
    }

    /// For training and evaluation: a label each, no blank text.
    public static ExampleOptions labelled(String textColumn, String labelColumn) {
        return defaults(textColumn, labelColumn, false);
    }

    /// For prediction: no labels, blank texts allowed.
    public static ExampleOptions unlabelled(String textColumn) {
        return defaults(textColumn, null, true);
    }

    private static ExampleOptions defaults(
            String textColumn, @Nullable String labelColumn, boolean blankTextAllowed) {
        return new ExampleOptions(
                null,
                textColumn,
                null,
                labelColumn,
                true,
                blankTextAllowed,
                null,
                DEFAULT_MAX_RECORD_CHARS,
                DEFAULT_MAX_EXAMPLES,
                null);
    }

    public ExampleOptions withFormat(@Nullable ExampleFormat newFormat) {
        return new ExampleOptions(
                newFormat,
                textColumn,
                textPairColumn,
                labelColumn,
                header,
                blankTextAllowed,
                labelDelimiter,
                maxRecordChars,
                maxExamples,
                groupColumn);
    }

    public ExampleOptions withTextPairColumn(@Nullable String column) {
        return new ExampleOptions(
                format,
                textColumn,
                column,
                labelColumn,
                header,
                blankTextAllowed,
                labelDelimiter,
                maxRecordChars,
                maxExamples,
                groupColumn);
    }

    public ExampleOptions withHeader(boolean hasHeader) {
        return new ExampleOptions(
                format,
                textColumn,
                textPairColumn,
                labelColumn,
                hasHeader,
                blankTextAllowed,
                labelDelimiter,
                maxRecordChars,
                maxExamples,
                groupColumn);
    }

    public ExampleOptions withBlankTextAllowed(boolean allowed) {
        return new ExampleOptions(
                format,
                textColumn,
                textPairColumn,
                labelColumn,
                header,
                allowed,
                labelDelimiter,
                maxRecordChars,
                maxExamples,
                groupColumn);
    }

    public ExampleOptions withLabelDelimiter(@Nullable String delimiter) {
        return new ExampleOptions(
                format,
                textColumn,
                textPairColumn,
                labelColumn,
                header,
                blankTextAllowed,
                delimiter,
                maxRecordChars,
                maxExamples,
                groupColumn);
    }

    public ExampleOptions withLimits(int recordChars, int examples) {
        return new ExampleOptions(
                format,
                textColumn,
                textPairColumn,
                labelColumn,
                header,
                blankTextAllowed,
                labelDelimiter,
                recordChars,
                examples,
                groupColumn);
    }

    public ExampleOptions withGroupColumn(@Nullable String column) {
        return new ExampleOptions(
                format,
                textColumn,
                textPairColumn,
                labelColumn,
                header,
                blankTextAllowed,
                labelDelimiter,
                maxRecordChars,
                maxExamples,
                column);
    }
}
