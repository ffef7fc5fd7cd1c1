package xlmr.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Answers that were written for a file of labelled examples, one JSON object a line in the same
/// order, as `predict --output` writes them for the tasks that are not classification of texts.
///
/// Whatever does not fit the examples is a [DataException] that names file and line.
public final class AnswerFile {
    private AnswerFile() {}

    /// The tags of each sentence: `{"words": [{"word": "Rome", "tag": "B-LOC"}, ...]}`, what
    /// `predict --aggregation tags` writes.
    public static List<List<String>> tags(Path file, List<TaggedSentence> sentences) {
        return answers(
                file,
                sentences,
                "{\"words\": [{\"word\": \"...\", \"tag\": \"...\"}]}",
                (record, sentence) -> {
                    List<JsonRecord> words = record.objects("words");
                    List<String> said = words.stream().map(word -> word.text("word")).toList();
                    requireSame(record, sentence, said.equals(sentence.words()), "words");
                    return words.stream()
                            .map(word -> word.label(word.field("tag"), "tag"))
                            .toList();
                });
    }

    /// The answer to each question, empty for none: `{"question": "...", "answer": "..."}`.
    public static List<String> spans(Path file, List<Question> questions) {
        return answers(
                file,
                questions,
                "{\"question\": \"...\", \"answer\": \"...\"}",
                (record, question) -> {
                    boolean same = record.text("question").equals(question.question());
                    requireSame(record, question, same, "question");
                    return record.text("answer");
                });
    }

    /// The choice for each question, counted from 0: `{"choices": ["...", "..."], "choice": 0}`.
    public static List<Integer> choices(Path file, List<ChoiceQuestion> questions) {
        return answers(
                file,
                questions,
                "{\"choices\": [\"...\", \"...\"], \"choice\": 0}",
                (record, question) -> {
                    boolean same = record.texts("choices").equals(question.choices());
                    requireSame(record, question, same, "choices");
                    String choice = record.label(record.field("choice"), "choice");
                    if (!choice.matches("[0-9]{1,6}")
                            || Integer.parseInt(choice) >= question.choices().size()) {
                        throw record.problem(
                                "expected in field 'choice' a number from 0 to %d, found %s"
                                        .formatted(question.choices().size() - 1, choice));
                    }
                    return Integer.parseInt(choice);
                });
    }

    private interface Reading<E, A> {
        A of(JsonRecord record, E example);
    }

    private static <E extends DataRecord, A> List<A> answers(
            Path file, List<E> examples, String form, Reading<E, A> reading) {
        List<A> answers = new ArrayList<>();
        String name = file.toString();
        try (Utf8Reader reader = new Utf8Reader(DataFile.stream(file), name)) {
            LineSplitter lines =
                    new LineSplitter(reader, name, ReadLimits.defaults().recordChars());
            for (JsonRecord record = JsonRecord.next(lines, name, form);
                    record != null;
                    record = JsonRecord.next(lines, name, form)) {
                if (answers.size() == examples.size()) {
                    throw record.problem(
                            "expected an answer for each of the %d labelled examples, found more"
                                    .formatted(examples.size()));
                }
                answers.add(reading.of(record, examples.get(answers.size())));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("%s: cannot be read".formatted(name), e);
        }
        if (answers.size() < examples.size()) {
            throw DataException.in(
                    name,
                    "expected an answer for each of the %d labelled examples, found %d"
                            .formatted(examples.size(), answers.size()));
        }
        return answers;
    }

    private static void requireSame(
            JsonRecord record, DataRecord example, boolean same, String what) {
        if (!same) {
            throw record.problem(
                    "expected the answer to %s, line %d, found other %s"
                            .formatted(example.source(), example.line(), what));
        }
    }
}
