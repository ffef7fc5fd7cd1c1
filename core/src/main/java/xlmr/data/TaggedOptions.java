package xlmr.data;

import org.jspecify.annotations.Nullable;

/// What to take from a file of tagged sentences.
///
/// Columns are numbers from 1 in a file of columns; names in CoNLL-U, where `MISC:Key` and
/// `FEATS:Key` mean one attribute of a column (a word without it has the tag `O` or `_`); fields in
/// JSON.
///
/// @param format null: by the ending of the file's name, or by its first lines
/// @param wordColumn null: the first column, `FORM`, or the field `tokens` or `words`
/// @param tagColumn null: the last column, `UPOS`, or the field `tags` or `ner_tags`
/// @param groupField what sentences are grouped by: a field in JSON, a comment such as `# language
///   = de` in CoNLL-U; null for nothing
/// @param labelled whether the tags are read
/// @param limits what a line or a file may not exceed
public record TaggedOptions(
        @Nullable TaggedFormat format,
        @Nullable String wordColumn,
        @Nullable String tagColumn,
        @Nullable String groupField,
        boolean labelled,
        ReadLimits limits) {

    /// Words and tags, for training and evaluation.
    public static TaggedOptions tagged() {
        return new TaggedOptions(null, null, null, null, true, ReadLimits.defaults());
    }

    /// Words alone, for prediction.
    public static TaggedOptions untagged() {
        return new TaggedOptions(null, null, null, null, false, ReadLimits.defaults());
    }

    public TaggedOptions withFormat(@Nullable TaggedFormat newFormat) {
        return new TaggedOptions(newFormat, wordColumn, tagColumn, groupField, labelled, limits);
    }

    /// See `wordColumn` and `tagColumn`; null is the default of the format.
    public TaggedOptions withColumns(@Nullable String words, @Nullable String tags) {
        return new TaggedOptions(format, words, tags, groupField, labelled, limits);
    }

    /// See `groupField`.
    public TaggedOptions withGroupField(@Nullable String field) {
        return new TaggedOptions(format, wordColumn, tagColumn, field, labelled, limits);
    }

    public TaggedOptions withLimits(ReadLimits newLimits) {
        return new TaggedOptions(format, wordColumn, tagColumn, groupField, labelled, newLimits);
    }
}
