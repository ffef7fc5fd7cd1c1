package xlmr.model;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// What a model can be trained for and do: one head each, as the reference's classes define them.
public enum Task {
    /// A label, several labels or a number for a text or a pair of texts.
    SEQUENCE_CLASSIFICATION("sequence-classification", "ForSequenceClassification"),
    /// A label for every word: named entities, parts of speech.
    TOKEN_CLASSIFICATION("token-classification", "ForTokenClassification"),
    /// The span of a text that answers a question.
    QUESTION_ANSWERING("question-answering", "ForQuestionAnswering"),
    /// Which of several texts goes with another.
    MULTIPLE_CHOICE("multiple-choice", "ForMultipleChoice"),
    /// Which token stands in the place of a mask.
    MASKED_LM("masked-lm", "ForMaskedLM"),
    /// Which token comes next.
    CAUSAL_LM("causal-lm", "ForCausalLM");

    private final String word;
    private final String suffix;

    Task(String word, String suffix) {
        this.word = word;
        this.suffix = suffix;
    }

    /// The name that users type, such as `token-classification`.
    public String word() {
        return word;
    }

    /// The reference's class, such as `XLMRobertaForTokenClassification`.
    public String architecture() {
        return "XLMRoberta" + suffix;
    }

    /// Whether its classes have names: `id2label` in the configuration.
    public boolean hasLabels() {
        return this == SEQUENCE_CLASSIFICATION || this == TOKEN_CLASSIFICATION;
    }

    /// The task of a configuration, by its `architectures`; empty for a bare encoder.
    public static Optional<Task> of(XlmRobertaConfig config) {
        return Arrays.stream(values())
                .filter(
                        task ->
                                config.architectures().stream()
                                        .anyMatch(name -> name.endsWith(task.suffix)))
                .findFirst();
    }

    /// The task that users call by this name.
    ///
    /// @throws IllegalArgumentException naming all tasks, if there is none
    public static Task named(String word) {
        return Arrays.stream(values())
                .filter(task -> task.word.equals(word))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "task: expected one of %s, found '%s'"
                                                .formatted(String.join(", ", words()), word)));
    }

    /// The names of all tasks.
    public static List<String> words() {
        return Arrays.stream(values()).map(Task::word).collect(Collectors.toList());
    }
}
