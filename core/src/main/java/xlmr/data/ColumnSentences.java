package xlmr.data;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One word a line in columns, as in CoNLL-2003: between tabs if the first line has one, else
/// between any number of spaces. An empty line ends a sentence, `-DOCSTART-` a document. A line
/// that begins with `#`, stands before the first word of a sentence and has not as many columns as
/// the words is a comment.
final class ColumnSentences {

    private static final String DOCUMENT_START = "-DOCSTART-";

    private final LineSplitter lines;
    private final String source;
    private final TaggedOptions options;
    private @Nullable Columns columns;

    /// How the lines are cut, and where things are, from 0; the tag at -1 is not wanted.
    private record Columns(boolean tabs, int count, int word, int tag) {}

    ColumnSentences(LineSplitter lines, String source, TaggedOptions options) {
        this.lines = lines;
        this.source = source;
        this.options = options;
    }

    @Nullable TaggedSentence next() throws IOException {
        if (options.groupField() != null) {
            throw DataException.in(
                    source,
                    "columns of words and tags do not say what a sentence is grouped by (%s); use JSON Lines with such a field, or CoNLL-U with such a comment"
                            .formatted(options.groupField()));
        }
        List<String> words = new ArrayList<>();
        List<String> tags = new ArrayList<>();
        long first = 0;
        long chars = 0;
        for (String line = lines.next(); line != null; line = lines.next()) {
            boolean ends = line.isBlank() || line.startsWith(DOCUMENT_START);
            if (ends && !words.isEmpty()) {
                break;
            }
            if (ends || (words.isEmpty() && isComment(line))) {
                continue;
            }
            first = words.isEmpty() ? lines.line() : first;
            add(line, words, tags);
            chars += line.length();
            if (chars > options.limits().recordChars()) {
                throw problem(
                        "the sentence is longer than %d characters; is an empty line missing?"
                                .formatted(options.limits().recordChars()));
            }
        }
        return words.isEmpty() ? null : TaggedSentence.ofWords(words, tags, source, first);
    }

    private void add(String line, List<String> words, List<String> tags) {
        Columns known = columns;
        if (known == null) {
            known = columns(line);
            columns = known;
        }
        String[] fields = fields(line, known.tabs());
        if (fields.length != known.count()) {
            throw problem(
                    "expected %d columns between %s as in the lines before, found %d"
                            .formatted(
                                    known.count(),
                                    known.tabs() ? "tabs" : "spaces",
                                    fields.length));
        }
        words.add(notEmpty(fields[known.word()], "word", known.word()));
        if (known.tag() >= 0) {
            tags.add(notEmpty(fields[known.tag()], "tag", known.tag()));
        }
    }

    private String notEmpty(String field, String role, int column) {
        String stripped = field.strip();
        if (stripped.isEmpty()) {
            throw problem("the %s (column %d) is empty".formatted(role, column + 1));
        }
        return stripped;
    }

    private Columns columns(String line) {
        boolean tabs = line.indexOf('\t') >= 0;
        int count = fields(line, tabs).length;
        int word = number("word", options.wordColumn(), 1, count);
        if (!options.labelled()) {
            return new Columns(tabs, count, word, -1);
        }
        if (count < 2) {
            throw problem(
                    "expected a word and a tag between tabs or spaces, found one column; is this"
                            + " a file of plain text?");
        }
        int tag = number("tag", options.tagColumn(), count, count);
        if (tag == word) {
            throw problem(
                    "the words and the tags are both in column %d; name the tag column"
                            .formatted(tag + 1));
        }
        return new Columns(tabs, count, word, tag);
    }

    private int number(String role, @Nullable String column, int otherwise, int count) {
        if (column == null) {
            return otherwise - 1;
        }
        if (column.matches("[0-9]{1,6}")) {
            int number = Integer.parseInt(column);
            if (number >= 1 && number <= count) {
                return number - 1;
            }
        }
        throw problem(
                "the %s column is a number from 1 to %d, found '%s'"
                        .formatted(role, count, column));
    }

    private boolean isComment(String line) throws IOException {
        if (line.charAt(0) != '#') {
            return false;
        }
        Columns known = columns;
        if (known != null) {
            return fields(line, known.tabs()).length != known.count();
        }
        // before the first word: a comment is not shaped as the line after it
        String following = lines.peek(0);
        if (following == null || following.isBlank()) {
            return false;
        }
        boolean tabs = following.indexOf('\t') >= 0;
        return following.charAt(0) == '#'
                || fields(line, tabs).length != fields(following, tabs).length;
    }

    private static String[] fields(String line, boolean tabs) {
        return tabs ? line.split("\t", -1) : line.strip().split(" +");
    }

    private DataException problem(String what) {
        return DataException.at(source, lines.line(), what);
    }
}
