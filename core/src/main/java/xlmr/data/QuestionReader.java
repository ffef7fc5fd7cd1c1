package xlmr.data;

import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads questions from JSON in UTF-8: SQuAD 1.1 and 2.0 as published (articles, paragraphs,
/// questions), or one flat object a question, in JSON Lines or in an array:
///
///     {"id": "1", "question": "Who?", "context": "Me.", "answers": {"text": ["Me"], "answer_start": [0]}}
///
/// Which of them a file is shows as it is read. Places are understood in code points and in UTF-16,
/// see [Answer#in]; [QuestionWarnings] says what does not lie where it should.
public final class QuestionReader {

    private static final String NOUN = "question";

    private final boolean labelled;
    private final @Nullable String groupField;
    private final ReadLimits limits;

    private QuestionReader(boolean labelled, @Nullable String groupField, ReadLimits limits) {
        this.labelled = labelled;
        this.groupField = groupField;
        this.limits = limits;
    }

    /// For training and evaluation: every question has answers or is impossible.
    public static QuestionReader labelled() {
        return new QuestionReader(true, null, ReadLimits.defaults());
    }

    /// For prediction: answers are not looked at.
    public static QuestionReader unlabelled() {
        return new QuestionReader(false, null, ReadLimits.defaults());
    }

    public QuestionReader withLimits(ReadLimits newLimits) {
        return new QuestionReader(labelled, groupField, newLimits);
    }

    /// The same with what groups the questions.
    ///
    /// @param field beside the question, or in SQuAD's nested files beside its context; null for
    ///   nothing
    public QuestionReader withGroupField(@Nullable String field) {
        return new QuestionReader(labelled, field, limits);
    }

    /// Opens a file, or standard input for `-`, to read one question at a time.
    public RecordCursor<Question> open(Path file) {
        return DataFile.open(file, this::open);
    }

    /// Reads from a stream, which the cursor closes.
    ///
    /// @param name what messages call it
    public RecordCursor<Question> open(InputStream in, String name) {
        Utf8Reader reader = new Utf8Reader(in, name);
        return new RecordCursor<>(
                reader,
                new JsonQuestions(reader, name, new QuestionFields(labelled, groupField), limits),
                name,
                NOUN);
    }

    /// Reads all questions of a file, or of standard input for `-`, into memory.
    ///
    /// @throws DataException also if there are more than the limit
    public List<Question> readAll(Path file) {
        try (RecordCursor<Question> cursor = open(file)) {
            return cursor.drain(limits.records());
        }
    }

    /// Reads all questions of a stream into memory and closes it.
    public List<Question> readAll(InputStream in, String name) {
        try (RecordCursor<Question> cursor = open(in, name)) {
            return cursor.drain(limits.records());
        }
    }
}
