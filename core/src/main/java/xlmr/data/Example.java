package xlmr.data;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// One text, or pair of texts, with its labels if it has any.
///
/// @param text the text, exactly as in the file
/// @param textPair the second text of a pair, such as the hypothesis to a premise
/// @param labels none if unlabelled, else one; any number where labels were split
/// @param source the file the example came from, for messages
/// @param line the line in it where the example begins, from 1
/// @param group what it is counted with, such as its language; null if that was not asked for
public record Example(
        String text,
        @Nullable String textPair,
        List<String> labels,
        String source,
        long line,
        @Nullable String group)
        implements DataRecord {

    public Example {
        labels = List.copyOf(labels);
    }

    /// An example of no group.
    public Example(
            String text, @Nullable String textPair, List<String> labels, String source, long line) {
        this(text, textPair, labels, source, line, null);
    }

    /// An unlabelled text that came from no file.
    public static Example of(String text) {
        return new Example(text, null, List.of(), "given text", 1);
    }

    /// A labelled text that came from no file.
    public static Example of(String text, String label) {
        return new Example(text, null, List.of(label), "given text", 1);
    }

    /// The text, or both texts of a pair one below the other, for a person.
    public String inWords() {
        return textPair == null ? text : text + "\n" + textPair;
    }

    /// The label of an example that must have exactly one.
    ///
    /// @throws DataException if it has none or several
    public String onlyLabel() {
        if (labels.size() != 1) {
            throw problem("expected one label, found " + (labels.isEmpty() ? "none" : labels));
        }
        return labels.getFirst();
    }
}
