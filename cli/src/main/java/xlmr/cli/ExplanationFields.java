package xlmr.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import xlmr.data.TextSpan;
import xlmr.pipeline.ExplainedNumber;
import xlmr.pipeline.Explanation;
import xlmr.pipeline.TokenScore;

/// An explanation as the fields of a JSON object.
final class ExplanationFields {
    private ExplanationFields() {}

    static Map<String, Object> of(Explanation explanation) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("text", explanation.text());
        if (explanation.textPair() != null) {
            fields.put("text_pair", explanation.textPair());
        }
        fields.put("method", explanation.method().word());
        number(fields, explanation.number());
        if (!Double.isNaN(explanation.probability())) {
            fields.put("probability", explanation.probability());
        }
        fields.put("logit", explanation.value());
        Explanation.Completeness completeness = explanation.completeness();
        if (completeness != null) {
            fields.put("baseline", completeness.baseline().word());
            fields.put("baseline_logit", completeness.baselineValue());
            fields.put("difference", completeness.difference());
            fields.put("sum", completeness.sum());
            fields.put("complete", completeness.isComplete());
            fields.put("steps", completeness.steps());
        }
        List<Map<String, Object>> tokens = new ArrayList<>();
        for (TokenScore token : explanation.tokens()) {
            tokens.add(of(token));
        }
        fields.put("tokens", tokens);
        if (explanation.truncatedTokens() > 0) {
            fields.put("truncated_tokens", explanation.truncatedTokens());
        }
        return fields;
    }

    private static void number(Map<String, Object> fields, ExplainedNumber number) {
        switch (number) {
            case ExplainedNumber.Value value -> {}
            case ExplainedNumber.Label(String label, List<String> said) -> {
                fields.put("predicted", String.join("|", said));
                fields.put("label", label);
            }
            case ExplainedNumber.Tag tag -> {
                fields.put("word", tag.word());
                place(fields, tag.span());
                fields.put("predicted", tag.said());
                fields.put("label", tag.tag());
            }
            case ExplainedNumber.Choice(int choice, int said) -> {
                fields.put("predicted", said);
                fields.put("choice", choice);
            }
            case ExplainedNumber.Answer answer -> {
                fields.put("answer", answer.answer());
                place(fields, answer.span());
                fields.put("part", answer.part().name().toLowerCase(Locale.ROOT));
            }
        }
    }

    private static void place(Map<String, Object> fields, TextSpan span) {
        fields.put("start", span.start());
        fields.put("end", span.end());
    }

    private static Map<String, Object> of(TokenScore token) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("piece", token.piece());
        if (token.sequence() == 1) {
            fields.put("of", "text_pair");
        }
        if (token.sequence() < 0) {
            fields.put("special", true);
        } else {
            fields.put("start", token.start());
            fields.put("end", token.end());
        }
        fields.put("score", token.score());
        return fields;
    }
}
