package xlmr.data;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A sentence that is cut into words, each with a tag: named entities, parts of speech.
///
/// @param words the words, as the file cuts them
/// @param tags a tag for each word, or none at all if the sentence is unlabelled
/// @param text the sentence as a text, in which `spans` lie
/// @param spans where each word is in `text`, in their order. Words that a contraction was taken
///   apart into share its span.
/// @param originalText whether the file gave the text; if not it is the words with spaces between
///   them
/// @param source the file the sentence came from, for messages
/// @param line the line in it of the first word, from 1
/// @param group what it is counted with, such as its language; null if that was not asked for
public record TaggedSentence(
        List<String> words,
        List<String> tags,
        String text,
        List<TextSpan> spans,
        boolean originalText,
        String source,
        long line,
        @Nullable String group)
        implements DataRecord {

    /// A sentence of no group.
    public TaggedSentence(
            List<String> words,
            List<String> tags,
            String text,
            List<TextSpan> spans,
            boolean originalText,
            String source,
            long line) {
        this(words, tags, text, spans, originalText, source, line, null);
    }

    public TaggedSentence {
        words = List.copyOf(words);
        tags = List.copyOf(tags);
        spans = List.copyOf(spans);
        if (words.isEmpty()
                || (!tags.isEmpty() && tags.size() != words.size())
                || spans.size() != words.size()) {
            throw DataException.at(
                    source,
                    line,
                    "expected words, as many tags or none, and as many spans, found %d, %d and %d"
                            .formatted(words.size(), tags.size(), spans.size()));
        }
        for (TextSpan span : spans) {
            if (span.end() > text.length()) {
                throw DataException.at(
                        source,
                        line,
                        "a word ends at %d, but the text has %d characters"
                                .formatted(span.end(), text.length()));
            }
        }
    }

    /// A sentence without a text of its own: the words with a space between them.
    ///
    /// @param tags a tag for each word, or none
    public static TaggedSentence ofWords(
            List<String> words, List<String> tags, String source, long line) {
        List<TextSpan> spans = new ArrayList<>(words.size());
        int position = 0;
        for (String word : words) {
            spans.add(new TextSpan(position, position + word.length()));
            position += word.length() + 1;
        }
        return new TaggedSentence(words, tags, String.join(" ", words), spans, false, source, line);
    }

    /// The same in a group.
    TaggedSentence in(@Nullable String newGroup) {
        return new TaggedSentence(words, tags, text, spans, originalText, source, line, newGroup);
    }

    /// Number of words.
    public int size() {
        return words.size();
    }
}
