package xlmr.data;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One JSON object a line with an array of words and one of tags; empty lines are skipped.
final class JsonLineSentences {

    private static final String EXAMPLE = "{\"tokens\": [\"...\"], \"tags\": [\"...\"]}";

    private final LineSplitter lines;
    private final String source;
    private final TaggedOptions options;

    JsonLineSentences(LineSplitter lines, String source, TaggedOptions options) {
        this.lines = lines;
        this.source = source;
        this.options = options;
    }

    @Nullable TaggedSentence next() throws IOException {
        JsonRecord record = JsonRecord.next(lines, source, EXAMPLE);
        if (record == null) {
            return null;
        }
        String wordField = record.firstOf(options.wordColumn(), "tokens", "words");
        List<String> words = record.texts(wordField);
        for (String word : words) {
            if (word.isBlank()) {
                throw record.problem("a word in field '%s' is blank".formatted(wordField));
            }
        }
        if (words.isEmpty()) {
            throw record.problem("field '%s' holds no word".formatted(wordField));
        }
        List<String> tags = List.of();
        if (options.labelled()) {
            String tagField = record.firstOf(options.tagColumn(), "tags", "ner_tags");
            tags = record.labels(tagField);
            if (tags.size() != words.size()) {
                throw record.problem(
                        "expected as many tags in field '%s' as words in '%s', found %d and %d"
                                .formatted(tagField, wordField, tags.size(), words.size()));
            }
        }
        return TaggedSentence.ofWords(words, tags, source, record.line())
                .in(record.group(options.groupField()));
    }
}
