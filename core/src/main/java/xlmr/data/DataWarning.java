package xlmr.data;

import java.util.Locale;

/// Something about training data that is allowed and probably not meant.
///
/// @param sentence one line for a person
public record DataWarning(Code code, String sentence) {

    public DataWarning {
        sentence = OneLine.of(sentence);
    }

    /// What was noticed; `id()` is the stable name for scripts.
    public enum Code {
        CLASS_IMBALANCE,
        SINGLE_EXAMPLE_CLASS,
        MANY_LABELS,
        CONFLICTING_LABELS,
        DUPLICATE_TEXTS,
        VALIDATION_OVERLAP,
        LABEL_NOT_IN_TRAINING,
        ANSWERS_MOVED,
        ANSWERS_NOT_FOUND,
        REPEATED_IDS,
        BROKEN_TAG_SEQUENCES,
        SAME_PLACE,
        EQUAL_CHOICES,
        BARE_QUESTION_WORDS;

        /// The code as scripts see it, such as `class_imbalance`.
        public String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
