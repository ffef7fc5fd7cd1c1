package xlmr.data;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import xlmr.data.DataWarning.Code;

/// Looks through questions for what spoils learning or judging without being an error.
public final class QuestionWarnings {

    private QuestionWarnings() {}

    /// What is odd about these questions.
    ///
    /// @param train labelled questions to learn from, or to be judged by
    /// @param validation labelled questions to judge a training by; empty if there are none
    public static List<DataWarning> of(List<Question> train, List<Question> validation) {
        List<DataWarning> warnings = new ArrayList<>();
        places(train, warnings);
        ids(train, warnings);
        overlap(train, validation, warnings);
        return warnings;
    }

    private static void places(List<Question> questions, List<DataWarning> warnings) {
        int moved = 0;
        int lost = 0;
        Question firstMoved = null;
        Question firstLost = null;
        for (Question question : questions) {
            for (Answer answer : question.answers()) {
                switch (answer.place()) {
                    case AS_STATED -> {}
                    case NEARBY -> {
                        moved++;
                        firstMoved = firstMoved == null ? question : firstMoved;
                    }
                    case NOT_FOUND -> {
                        lost++;
                        firstLost = firstLost == null ? question : firstLost;
                    }
                }
            }
        }
        if (firstMoved != null) {
            add(
                    warnings,
                    Code.ANSWERS_MOVED,
                    "%d answers do not begin where answer_start says, but a few characters beside"
                            + " it, and are taken from there; the first: line %d, question '%s'",
                    moved,
                    firstMoved.line(),
                    firstMoved.id());
        }
        if (firstLost != null) {
            add(
                    warnings,
                    Code.ANSWERS_NOT_FOUND,
                    "%d answers are not in their context where answer_start says, nor near it:"
                            + " nothing can be learned from them; the first: line %d, question"
                            + " '%s'",
                    lost,
                    firstLost.line(),
                    firstLost.id());
        }
    }

    private static void ids(List<Question> questions, List<DataWarning> warnings) {
        Set<String> seen = new HashSet<>();
        int repeated = 0;
        Question first = null;
        for (Question question : questions) {
            if (!seen.add(question.id())) {
                repeated++;
                first = first == null ? question : first;
            }
        }
        if (first != null) {
            add(
                    warnings,
                    Code.REPEATED_IDS,
                    "%d questions have the id of an earlier one; the first: line %d, question '%s'",
                    repeated,
                    first.line(),
                    first.id());
        }
    }

    private record Key(String question, String context) {
        static Key of(Question question) {
            return new Key(question.question().strip(), question.context().strip());
        }
    }

    private static void overlap(
            List<Question> train, List<Question> validation, List<DataWarning> warnings) {
        Set<Key> trained = new HashSet<>();
        for (Question question : train) {
            trained.add(Key.of(question));
        }
        int shared = 0;
        @Nullable Question first = null;
        for (Question question : validation) {
            if (trained.contains(Key.of(question))) {
                shared++;
                first = first == null ? question : first;
            }
        }
        if (first != null) {
            add(
                    warnings,
                    Code.VALIDATION_OVERLAP,
                    "%d of %d validation questions are in the training data too, so the validation"
                            + " looks better than it is; the first is line %d, question '%s'",
                    shared,
                    validation.size(),
                    first.line(),
                    first.id());
        }
    }

    private static void add(
            List<DataWarning> warnings, Code code, String sentence, Object... arguments) {
        warnings.add(new DataWarning(code, sentence.formatted(arguments)));
    }
}
