package xlmr.data;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import xlmr.data.DataWarning.Code;

/// Looks through multiple-choice questions for what spoils learning or judging without being an
/// error.
public final class ChoiceWarnings {
    private static final Set<String> BARE_WORDS = Set.of("cause", "effect");

    private ChoiceWarnings() {}

    /// What is odd about these questions.
    ///
    /// @param train labelled questions to learn from
    /// @param validation labelled questions to judge a training by; empty if there are none
    public static List<DataWarning> of(
            List<ChoiceQuestion> train, List<ChoiceQuestion> validation) {
        List<DataWarning> warnings = new ArrayList<>();
        samePlace(train, warnings);
        first(
                train,
                question ->
                        question.choices().stream().distinct().count() < question.choices().size(),
                warnings,
                Code.EQUAL_CHOICES,
                "%d of %d questions have two choices with the same text, which no model can tell"
                        + " apart; the first is line %d");
        first(
                train,
                question -> BARE_WORDS.contains(question.question().strip()),
                warnings,
                Code.BARE_QUESTION_WORDS,
                "%d of %d questions are only the word 'cause' or 'effect', as in XCOPA; a question"
                        + " in the language of the texts is understood better; the first is line"
                        + " %d");
        Set<Key> trained = new HashSet<>();
        train.forEach(question -> trained.add(Key.of(question)));
        first(
                validation,
                question -> trained.contains(Key.of(question)),
                warnings,
                Code.VALIDATION_OVERLAP,
                "%d of %d validation questions are in the training data too, so the validation"
                        + " looks better than it is; the first is line %d");
        return warnings;
    }

    private record Key(String context, String question, List<String> choices) {
        static Key of(ChoiceQuestion question) {
            return new Key(
                    question.context().strip(), question.question().strip(), question.choices());
        }
    }

    private static void samePlace(List<ChoiceQuestion> train, List<DataWarning> warnings) {
        int[] places =
                train.stream()
                        .flatMapToInt(question -> question.label().stream())
                        .distinct()
                        .toArray();
        if (train.size() > 1 && places.length == 1) {
            warnings.add(
                    new DataWarning(
                            Code.SAME_PLACE,
                            ("the right choice is number %d (counted from 0) in all %d training"
                                            + " questions: the model can learn the place instead"
                                            + " of the answer; shuffle the choices")
                                    .formatted(places[0], train.size())));
        }
    }

    /// Warns if there are such questions: of their number, that of all, and the line of the first.
    private static void first(
            List<ChoiceQuestion> questions,
            Predicate<ChoiceQuestion> odd,
            List<DataWarning> warnings,
            Code code,
            String sentence) {
        List<ChoiceQuestion> found = questions.stream().filter(odd).toList();
        if (!found.isEmpty()) {
            warnings.add(
                    new DataWarning(
                            code,
                            sentence.formatted(
                                    found.size(), questions.size(), found.getFirst().line())));
        }
    }
}
