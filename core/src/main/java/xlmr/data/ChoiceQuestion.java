package xlmr.data;

import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// A question with several answers to choose from, of which one is right.
///
/// @param context what is told: a passage, a premise, the sentence that is to be continued
/// @param question what is asked, `cause` or `effect` in XCOPA, the beginning that all choices
///   continue in SWAG; empty if nothing is
/// @param choices two or more
/// @param label the right choice, counted from 0, if it is known
/// @param source the file the question came from, for messages
/// @param line the line in it where the question begins, from 1
/// @param group what it is counted with, such as its language; null if that was not asked for
public record ChoiceQuestion(
        String context,
        String question,
        List<String> choices,
        OptionalInt label,
        String source,
        long line,
        @Nullable String group)
        implements DataRecord {

    /// A question of no group.
    public ChoiceQuestion(
            String context,
            String question,
            List<String> choices,
            OptionalInt label,
            String source,
            long line) {
        this(context, question, choices, label, source, line, null);
    }

    public ChoiceQuestion {
        choices = List.copyOf(choices);
        if (choices.size() < 2) {
            throw DataException.at(
                    source,
                    line,
                    "expected two or more choices, found %d".formatted(choices.size()));
        }
        if (label.isPresent() && (label.getAsInt() < 0 || label.getAsInt() >= choices.size())) {
            throw DataException.at(
                    source,
                    line,
                    "the label %d is not that of one of the %d choices, which are counted from 0"
                            .formatted(label.getAsInt(), choices.size()));
        }
    }

    /// A question without a known answer that came from no file.
    public static ChoiceQuestion of(String context, String question, List<String> choices) {
        return new ChoiceQuestion(
                context, question, choices, OptionalInt.empty(), "given question", 1);
    }

    /// Context, question and the numbered choices one below the other, for a person.
    public String inWords() {
        StringBuilder words = new StringBuilder(context);
        if (!question.isEmpty()) {
            words.append('\n').append(question);
        }
        for (int choice = 0; choice < choices.size(); choice++) {
            words.append('\n').append(choice).append(": ").append(choices.get(choice));
        }
        return words.toString();
    }

    /// The second text of a choice as a model reads it after the context: the question, if there is
    /// one, and the choice. So Hugging Face's script for SWAG puts it.
    public String continuation(int choice) {
        return question.isEmpty() ? choices.get(choice) : question + " " + choices.get(choice);
    }
}
