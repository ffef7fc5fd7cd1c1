package xlmr.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import xlmr.pipeline.Explanation;
import xlmr.pipeline.TokenScore;

/// An explanation as the fields of a JSON object.
final class ExplanationFields {
    private ExplanationFields() {}

    static Map<String, Object> of(Explanation explanation) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("text", explanation.prediction().text());
        if (explanation.textPair() != null) {
            fields.put("text_pair", explanation.textPair());
        }
        fields.put("method", explanation.method().word());
        fields.put("predicted", explanation.prediction().label());
        if (!explanation.label().isEmpty()) {
            fields.put("label", explanation.label());
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
        if (explanation.prediction().truncatedTokens() > 0) {
            fields.put("truncated_tokens", explanation.prediction().truncatedTokens());
        }
        return fields;
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
