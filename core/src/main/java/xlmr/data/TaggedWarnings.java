package xlmr.data;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import xlmr.data.DataWarning.Code;

/// Looks through tagged sentences for what spoils a training without being an error.
public final class TaggedWarnings {

    private static final int MANY_TAGS_FROM = 100;

    private TaggedWarnings() {}

    /// What is odd about these sentences.
    ///
    /// @param train tagged sentences to learn from
    /// @param validation tagged sentences to judge by; empty if there are none
    public static List<DataWarning> of(
            List<TaggedSentence> train, List<TaggedSentence> validation) {
        List<DataWarning> warnings = new ArrayList<>();
        Set<String> tags = tags(train);
        long words = train.stream().mapToLong(TaggedSentence::size).sum();
        if (tags.size() >= MANY_TAGS_FROM && tags.size() > words / 20) {
            add(
                    warnings,
                    Code.MANY_LABELS,
                    "%d different tags for %d words: is this the column of the tags?",
                    tags.size(),
                    words);
        }
        sequences(train, warnings);
        overlap(train, validation, warnings);
        Set<String> unseen = tags(validation);
        unseen.removeAll(tags);
        if (!unseen.isEmpty()) {
            add(
                    warnings,
                    Code.LABEL_NOT_IN_TRAINING,
                    "the validation data has tags that the training data lacks: %s",
                    NearestName.list(unseen));
        }
        return warnings;
    }

    /// Where most entities begin with B-, one that begins with I- is probably a mistake.
    private static void sequences(List<TaggedSentence> train, List<DataWarning> warnings) {
        long begins = 0;
        long broken = 0;
        TaggedSentence first = null;
        int place = 0;
        for (TaggedSentence sentence : train) {
            String previous = "O";
            for (int i = 0; i < sentence.tags().size(); i++) {
                String tag = sentence.tags().get(i);
                if (tag.startsWith("B-")) {
                    begins++;
                } else if (tag.startsWith("I-") && !continues(previous, tag)) {
                    broken++;
                    if (first == null) {
                        first = sentence;
                        place = i;
                    }
                }
                previous = tag;
            }
        }
        if (first != null && broken < begins) {
            add(
                    warnings,
                    Code.BROKEN_TAG_SEQUENCES,
                    "%d entities begin with I- and not with B- as %d others do; the first: the"
                            + " sentence at line %d, word %d ('%s', %s)",
                    broken,
                    begins,
                    first.line(),
                    place + 1,
                    first.words().get(place),
                    first.tags().get(place));
        }
    }

    private static boolean continues(String previous, String tag) {
        return (previous.startsWith("B-") || previous.startsWith("I-"))
                && previous.substring(2).equals(tag.substring(2));
    }

    private static void overlap(
            List<TaggedSentence> train,
            List<TaggedSentence> validation,
            List<DataWarning> warnings) {
        Set<List<String>> trained = new HashSet<>();
        for (TaggedSentence sentence : train) {
            trained.add(sentence.words());
        }
        if (trained.size() < train.size()) {
            add(
                    warnings,
                    Code.DUPLICATE_TEXTS,
                    "%d of %d training sentences repeat an earlier one",
                    train.size() - trained.size(),
                    train.size());
        }
        List<TaggedSentence> shared =
                validation.stream().filter(sentence -> trained.contains(sentence.words())).toList();
        if (!shared.isEmpty()) {
            add(
                    warnings,
                    Code.VALIDATION_OVERLAP,
                    "%d of %d validation sentences are in the training data too, so the validation"
                            + " looks better than it is; the first is at line %d",
                    shared.size(),
                    validation.size(),
                    shared.getFirst().line());
        }
    }

    private static Set<String> tags(List<TaggedSentence> sentences) {
        Set<String> tags = new TreeSet<>();
        sentences.forEach(sentence -> tags.addAll(sentence.tags()));
        return tags;
    }

    private static void add(
            List<DataWarning> warnings, Code code, String sentence, Object... arguments) {
        warnings.add(new DataWarning(code, sentence.formatted(arguments)));
    }
}
