package xlmr.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;
import xlmr.pipeline.Prediction;
import xlmr.pipeline.WindowPrediction;

/// A prediction as the fields of a JSON object.
final class PredictionFields {
    private PredictionFields() {}

    static Map<String, Object> of(Prediction prediction) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("text", prediction.text());
        fields.put("label", prediction.label());
        fields.put("probabilities", prediction.probabilities());
        fields.put("logits", prediction.logits());
        fields.put("activation", prediction.activation());
        switch (prediction.problem()) {
            case SINGLE_LABEL_CLASSIFICATION -> {
                put(fields, "probability", prediction.probability());
                put(fields, "logit", prediction.logit());
                put(fields, "margin", prediction.margin());
                prediction.second().ifPresent(second -> fields.put("second", second));
            }
            case MULTI_LABEL_CLASSIFICATION -> fields.put("labels", prediction.labels());
            case REGRESSION -> {}
        }
        put(fields, "entropy", prediction.entropy());
        put(fields, "relative_entropy", prediction.relativeEntropy());
        if (prediction.temperature() != 1) {
            fields.put("temperature", prediction.temperature());
        }
        if (prediction.abstains()) {
            fields.put("abstains", true);
        }
        if (prediction.truncatedTokens() > 0) {
            fields.put("truncated_tokens", prediction.truncatedTokens());
        }
        if (!prediction.windows().isEmpty()) {
            fields.put("windows", prediction.windows().stream().map(PredictionFields::of).toList());
        }
        return fields;
    }

    private static Map<String, Object> of(WindowPrediction window) {
        Map<String, Object> fields = new LinkedHashMap<>();
        if (window.sequence() == 1) {
            fields.put("of", "text_pair");
        }
        fields.put("start", window.start());
        fields.put("end", window.end());
        fields.put("tokens", window.tokens());
        fields.put("probabilities", window.probabilities());
        fields.put("logits", window.logits());
        return fields;
    }

    private static void put(Map<String, Object> fields, String name, OptionalDouble value) {
        value.ifPresent(number -> fields.put(name, number));
    }
}
