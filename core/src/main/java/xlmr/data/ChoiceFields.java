package xlmr.data;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Which fields of a record make a [ChoiceQuestion], by their names.
///
/// @param context the field of the context
/// @param question that of the question, if there is one
/// @param choices those of the choices in their order; one that holds an array, or several
/// @param label that of the label, if there is one
record ChoiceFields(
        String context, @Nullable String question, List<String> choices, @Nullable String label) {

    private static final List<String> CONTEXTS =
            List.of("context", "premise", "sent1", "passage", "article");
    private static final List<String> QUESTIONS = List.of("question", "sent2");
    private static final List<String> ARRAYS = List.of("choices", "options");
    private static final List<String> LABELS = List.of("label", "answer");
    private static final Pattern NUMBERED =
            Pattern.compile("(choice|ending|option|hypothesis|answer)[_ ]?([0-9]{1,3})");

    private record Numbered(String name, String stem, int number) {}

    /// @param names of all fields
    /// @param arrays whether one field may hold all choices
    /// @return null if there are no choices or there is no context among them
    static @Nullable ChoiceFields among(List<String> names, boolean arrays) {
        String context = firstOf(CONTEXTS, names);
        String array = arrays ? firstOf(ARRAYS, names) : null;
        List<String> choices = array == null ? numbered(names) : List.of(array);
        if (context == null || choices.isEmpty()) {
            return null;
        }
        return new ChoiceFields(
                context, firstOf(QUESTIONS, names), choices, firstOf(LABELS, names));
    }

    /// What should have been there, for a message.
    static String expected(List<String> names) {
        return ("expected a field 'context', 'premise' or 'sent1', and the choices in 'choices' or"
                        + " in numbered fields such as 'choice1', 'choice2' or 'ending0', found %s")
                .formatted(names.isEmpty() ? "none" : NearestName.list(names));
    }

    private static @Nullable String firstOf(List<String> usual, List<String> names) {
        for (String name : usual) {
            if (names.contains(name)) {
                return name;
            }
        }
        return null;
    }

    /// The fields of the first kind that is there, by their numbers.
    private static List<String> numbered(List<String> names) {
        List<Numbered> found = new ArrayList<>();
        for (String name : names) {
            Matcher matcher = NUMBERED.matcher(name);
            if (matcher.matches()) {
                found.add(new Numbered(name, matcher.group(1), Integer.parseInt(matcher.group(2))));
            }
        }
        return found.stream()
                .filter(field -> field.stem().equals(found.getFirst().stem()))
                .sorted(Comparator.comparingInt(Numbered::number))
                .map(Numbered::name)
                .toList();
    }

    /// The right choice, counted from 0.
    ///
    /// @param field a number from 0, a letter from A, or the text of a choice; blank or -1 is none
    static OptionalInt label(String field, List<String> choices, String source, long line) {
        String label = field.strip();
        if (label.isEmpty() || label.equals("-1")) {
            return OptionalInt.empty();
        }
        int place = -1;
        if (label.matches("[0-9]{1,6}")) {
            place = Integer.parseInt(label);
        } else if (label.matches("[A-Z]")) {
            place = label.charAt(0) - 'A';
        } else if (choices.indexOf(field) == choices.lastIndexOf(field)) {
            place = choices.indexOf(field);
        }
        if (place < 0 || place >= choices.size()) {
            throw DataException.at(
                    source,
                    line,
                    ("expected as label a number from 0 to %d, a letter from A, or the text of one"
                                    + " choice, found '%s'")
                            .formatted(choices.size() - 1, label));
        }
        return OptionalInt.of(place);
    }

    /// A question of checked fields.
    ///
    /// @param labelled whether it must have a label
    static ChoiceQuestion question(
            String context,
            String question,
            List<String> choices,
            OptionalInt label,
            boolean labelled,
            String source,
            long line,
            @Nullable String group) {
        if (context.isBlank() && question.isBlank()) {
            throw DataException.at(source, line, "the context is blank");
        }
        for (String choice : choices) {
            if (choice.isBlank()) {
                throw DataException.at(source, line, "a choice is blank");
            }
        }
        if (labelled && label.isEmpty()) {
            throw DataException.at(
                    source, line, "expected a label in field 'label' or 'answer', found none");
        }
        return new ChoiceQuestion(context, question, choices, label, source, line, group);
    }
}
