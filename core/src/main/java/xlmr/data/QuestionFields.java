package xlmr.data;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Makes questions of JSON objects.
final class QuestionFields {

    private final boolean labelled;
    private final @Nullable String groupField;

    /// @param labelled whether answers are read, and must be there
    /// @param groupField what questions are grouped by; null for nothing
    QuestionFields(boolean labelled, @Nullable String groupField) {
        this.labelled = labelled;
        this.groupField = groupField;
    }

    /// The questions of one of SQuAD's paragraphs.
    List<Question> paragraph(JsonRecord paragraph) {
        String context = paragraph.text("context");
        JsonNode nodes = paragraph.field("qas");
        if (!nodes.isArray()) {
            throw paragraph.problem(
                    "expected an array in field 'qas', found " + JsonRecord.kind(nodes));
        }
        List<Question> questions = new ArrayList<>();
        for (JsonNode node : nodes) {
            if (!node.isObject()) {
                throw paragraph.problem(
                        "expected objects in field 'qas', found " + JsonRecord.kind(node));
            }
            JsonRecord question = paragraph.within(node);
            boolean own = groupField != null && question.has(groupField);
            questions.add(
                    question(question, context, (own ? question : paragraph).group(groupField)));
        }
        return questions;
    }

    /// The question of an object that has its context with it.
    List<Question> flat(JsonRecord object) {
        return List.of(question(object, object.text("context"), object.group(groupField)));
    }

    private Question question(JsonRecord fields, String context, @Nullable String group) {
        String question = fields.text("question");
        String id =
                fields.has("id")
                        ? fields.label(fields.field("id"), "id")
                        : "line %d".formatted(fields.line());
        if (question.isBlank()) {
            throw fields.problem("question '%s': the question is blank".formatted(id));
        }
        if (context.isBlank()) {
            throw fields.problem("question '%s': the context is blank".formatted(id));
        }
        boolean impossible = false;
        List<Answer> answers = List.of();
        if (labelled) {
            impossible = fields.has("is_impossible") && isTrue(fields);
            answers = fields.has("answers") || !impossible ? answers(fields, id, context) : answers;
            impossible |= answers.isEmpty();
        }
        return new Question(
                id, question, context, answers, impossible, fields.source(), fields.line(), group);
    }

    private static boolean isTrue(JsonRecord fields) {
        JsonNode value = fields.field("is_impossible");
        if (!value.isBoolean()) {
            throw fields.problem(
                    "expected true or false in field 'is_impossible', found %s"
                            .formatted(JsonRecord.shortened(value)));
        }
        return value.booleanValue();
    }

    /// Either `[{"text": ..., "answer_start": ...}, ...]`, or `{"text": [...], "answer_start":
    /// [...]}` as Hugging Face's data sets have it.
    private static List<Answer> answers(JsonRecord fields, String id, String context) {
        JsonNode node = fields.field("answers");
        List<Answer> answers = new ArrayList<>();
        if (node.isArray()) {
            for (JsonNode element : node) {
                answers.add(
                        answer(
                                fields,
                                id,
                                context,
                                element.get("text"),
                                element.get("answer_start")));
            }
            return answers;
        }
        JsonNode texts = node.get("text");
        JsonNode starts = node.get("answer_start");
        if (texts == null
                || !texts.isArray()
                || (starts != null && (!starts.isArray() || starts.size() != texts.size()))) {
            throw fields.problem(
                    ("question '%s': expected answers like [{\"text\": \"...\", \"answer_start\":"
                                    + " 0}] or {\"text\": [\"...\"], \"answer_start\": [0]}, found"
                                    + " %s")
                            .formatted(id, JsonRecord.shortened(node)));
        }
        for (int i = 0; i < texts.size(); i++) {
            answers.add(
                    answer(
                            fields,
                            id,
                            context,
                            texts.get(i),
                            starts == null ? null : starts.get(i)));
        }
        return answers;
    }

    private static Answer answer(
            JsonRecord fields,
            String id,
            String context,
            @Nullable JsonNode text,
            @Nullable JsonNode start) {
        if (text == null || !text.isTextual() || text.textValue().isBlank()) {
            throw fields.problem(
                    "question '%s': expected the text of an answer, found %s"
                            .formatted(id, text == null ? "none" : JsonRecord.shortened(text)));
        }
        String answer = fields.text(text, "answers");
        if (start == null || start.isNull()) {
            return new Answer(answer, -1, Answer.Place.NOT_FOUND);
        }
        if (!start.canConvertToExactIntegral() || !start.canConvertToLong()) {
            throw fields.problem(
                    "question '%s': expected a whole number as answer_start, found %s"
                            .formatted(id, JsonRecord.shortened(start)));
        }
        return Answer.in(context, answer, start.longValue());
    }
}
