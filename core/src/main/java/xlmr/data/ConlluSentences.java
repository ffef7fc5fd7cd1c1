package xlmr.data;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// CoNLL-U (https://universaldependencies.org/format.html) and CoNLL-U Plus. The words are the
/// syntactic words; those that a surface token such as `3-4 du` is made of share its place in the
/// text. Empty nodes (`5.1`) are left out.
final class ConlluSentences {

    /// The comment by which CoNLL-U Plus names its columns.
    private static final String COLUMN_NAMES = "# global.columns =";

    private static final List<String> COLUMNS =
            List.of(
                    "ID", "FORM", "LEMMA", "UPOS", "XPOS", "FEATS", "HEAD", "DEPREL", "DEPS",
                    "MISC");

    private final LineSplitter lines;
    private final String source;
    private final TaggedOptions options;
    private @Nullable ConlluColumns columns;

    ConlluSentences(LineSplitter lines, String source, TaggedOptions options) {
        this.lines = lines;
        this.source = source;
        this.options = options;
    }

    /// Whether a line can hardly be anything but CoNLL-U.
    static boolean isRecognized(String line) {
        if (line.startsWith(COLUMN_NAMES)) {
            return true;
        }
        String[] fields = line.split("\t", -1);
        return fields.length == COLUMNS.size() && fields[0].matches("[0-9]+([-.][0-9]+)?");
    }

    @Nullable TaggedSentence next() throws IOException {
        ConlluText text = new ConlluText();
        String group = null;
        List<String> words = new ArrayList<>();
        List<String> tags = new ArrayList<>();
        long first = 0;
        long chars = 0;
        for (String line = lines.next(); line != null; line = lines.next()) {
            if (line.isBlank()) {
                if (!words.isEmpty()) {
                    break;
                }
            } else if (line.charAt(0) == '#') {
                comment(line, text);
                String found = group(line);
                group = found == null ? group : found;
            } else {
                first = first == 0 ? lines.line() : first;
                add(line.split("\t", -1), words, tags, text);
                chars += line.length();
                if (chars > options.limits().recordChars()) {
                    throw problem(
                            "the sentence is longer than %d characters; is an empty line missing?"
                                    .formatted(options.limits().recordChars()));
                }
            }
        }
        if (words.isEmpty()) {
            if (first > 0) {
                throw DataException.at(source, first, "the sentence has no word");
            }
            endOfFile();
            return null;
        }
        if (text.awaited() > 0) {
            throw DataException.at(
                    source,
                    first,
                    "the sentence ends after word %d, inside a multiword token"
                            .formatted(words.size()));
        }
        if (options.groupField() != null && group == null) {
            throw DataException.at(
                    source,
                    first,
                    "the sentence has no comment '# %s = ...', by which it should be grouped"
                            .formatted(options.groupField()));
        }
        ConlluText.Placed placed = text.place();
        return new TaggedSentence(
                words,
                tags,
                placed.text(),
                placed.spans(),
                placed.original(),
                source,
                first,
                group);
    }

    /// What a comment says the sentence is grouped by; null if it says something else.
    private @Nullable String group(String comment) {
        String name = options.groupField();
        int equals = comment.indexOf('=');
        return name != null && equals > 0 && comment.substring(1, equals).strip().equals(name)
                ? comment.substring(equals + 1).strip()
                : null;
    }

    private void comment(String line, ConlluText text) {
        if (line.startsWith(COLUMN_NAMES) && columns == null) {
            String names = line.substring(COLUMN_NAMES.length()).strip();
            columns = columns(List.of(names.split(" +")));
        } else if (line.startsWith("# text =")) {
            text.given(line.substring("# text =".length()).strip());
        }
    }

    private void add(String[] fields, List<String> words, List<String> tags, ConlluText text) {
        ConlluColumns known = columns;
        if (known == null) {
            known = columns(COLUMNS);
            columns = known;
        }
        if (fields.length != known.count()) {
            throw problem(
                    "expected %d columns between tabs, as CoNLL-U has, found %d%s"
                            .formatted(
                                    known.count(),
                                    fields.length,
                                    fields.length == 1 && fields[0].indexOf(' ') >= 0
                                            ? " (are they between spaces?)"
                                            : ""));
        }
        String id = fields[0];
        if (id.matches("[0-9]{1,7}\\.[0-9]{1,7}")) {
            return;
        }
        String form = fields[known.form()];
        if (form.isBlank()) {
            throw problem("the word (column FORM) is empty");
        }
        boolean spaceAfter = known.spaceAfter(fields);
        if (id.matches("[0-9]{1,7}-[0-9]{1,7}")) {
            int dash = id.indexOf('-');
            int from = Integer.parseInt(id.substring(0, dash));
            int to = Integer.parseInt(id.substring(dash + 1));
            if (from != words.size() + 1 || to < from || text.awaited() > 0) {
                throw problem(
                        "the multiword token %s does not follow word %d"
                                .formatted(id, words.size()));
            }
            text.surfaceToken(form, to - from + 1, spaceAfter);
            return;
        }
        if (!id.equals(Integer.toString(words.size() + 1))) {
            throw problem(
                    "expected word %d of the sentence, found '%s' in column ID%s"
                            .formatted(
                                    words.size() + 1,
                                    id,
                                    words.isEmpty() ? "" : "; is an empty line missing?"));
        }
        words.add(form);
        text.word(form, spaceAfter);
        if (options.labelled()) {
            tags.add(tag(known, fields));
        }
    }

    private String tag(ConlluColumns known, String[] fields) {
        String tag = known.tag(fields);
        if (tag.isEmpty()) {
            throw problem("the tag (column %s) is empty".formatted(known.tagName()));
        }
        return tag;
    }

    private ConlluColumns columns(List<String> names) {
        if (!names.getFirst().equals("ID")) {
            throw problem(
                    "expected ID as the first column, found '%s'".formatted(names.getFirst()));
        }
        return ConlluColumns.of(names, options, this::problem);
    }

    private void endOfFile() {
        ConlluColumns known = columns;
        if (known != null && options.labelled() && known.attributeMissing()) {
            throw DataException.in(
                    source,
                    "no word has a value for '%s'%s"
                            .formatted(known.tagName(), known.attributesSeen()));
        }
    }

    private DataException problem(String what) {
        return DataException.at(source, lines.line(), what);
    }
}
