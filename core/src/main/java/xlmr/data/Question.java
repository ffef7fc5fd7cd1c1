package xlmr.data;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A question whose answer is a stretch of a given text.
///
/// @param id the name of the question in its data set
/// @param question the question
/// @param context the text with the answer
/// @param answers all answers that count as right; none if the question is unlabelled or impossible
/// @param impossible whether the context has no answer (SQuAD 2.0)
/// @param source the file the question came from, for messages
/// @param line the line in it where the question's record begins, from 1; for SQuAD's nested files
///   that of the paragraph
/// @param group what it is counted with, such as its language; null if that was not asked for
public record Question(
        String id,
        String question,
        String context,
        List<Answer> answers,
        boolean impossible,
        String source,
        long line,
        @Nullable String group)
        implements DataRecord {

    /// A question of no group.
    public Question(
            String id,
            String question,
            String context,
            List<Answer> answers,
            boolean impossible,
            String source,
            long line) {
        this(id, question, context, answers, impossible, source, line, null);
    }

    public Question {
        answers = List.copyOf(answers);
        if (impossible && !answers.isEmpty()) {
            throw DataException.at(
                    source,
                    line,
                    "question '%s': is impossible, yet has %d answers"
                            .formatted(id, answers.size()));
        }
    }

    /// An unlabelled question that came from no file.
    public static Question of(String question, String context) {
        return new Question("question", question, context, List.of(), false, "given text", 1);
    }

    /// The question and its context one below the other, for a person.
    public String inWords() {
        return question + "\n" + context;
    }

    /// The texts of all right answers.
    public List<String> answerTexts() {
        return answers.stream().map(Answer::text).toList();
    }

    /// Whether it is known what is right: answers, or that there is none.
    public boolean isLabelled() {
        return impossible || !answers.isEmpty();
    }

    @Override
    public DataException problem(String what) {
        return DataException.at(source, line, "question '%s': %s".formatted(id, what));
    }
}
