package xlmr.cli;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import xlmr.pipeline.Prediction;

/// A prediction for a person: one line, or with its details some more.
final class PredictionText {
    private static final int LABELS_SHOWN = 12;

    private PredictionText() {}

    /// Label, probability and text, on one line.
    static String line(Prediction prediction) {
        String sure =
                switch (prediction.problem()) {
                    case SINGLE_LABEL_CLASSIFICATION ->
                            percent(prediction.probability().orElse(Double.NaN)) + "  ";
                    case MULTI_LABEL_CLASSIFICATION, REGRESSION -> "";
                };
        String label = prediction.label().isEmpty() ? "(none)" : prediction.label();
        String shown = prediction.abstains() ? "(unsure: %s)".formatted(label) : label;
        String windows =
                prediction.windows().isEmpty()
                        ? ""
                        : "  (%d windows)".formatted(prediction.windows().size());
        return "%-16s %s%s%s"
                .formatted(Printable.line(shown), sure, Printable.line(prediction.text()), windows);
    }

    /// What the line leaves out: every label's number and probability, and how sure that is.
    static List<String> details(Prediction prediction) {
        return switch (prediction.problem()) {
            case SINGLE_LABEL_CLASSIFICATION -> single(prediction);
            case MULTI_LABEL_CLASSIFICATION -> multi(prediction);
            case REGRESSION -> List.of("the number as the model gives it (no activation)");
        };
    }

    private static List<String> single(Prediction prediction) {
        List<String> lines = table(prediction, "softmax");
        double margin = prediction.margin().orElse(Double.NaN);
        prediction
                .second()
                .ifPresent(
                        second ->
                                lines.add(
                                        format(
                                                "margin %.3f: %s times as probable as '%s'",
                                                margin,
                                                times(Math.exp(margin)),
                                                Printable.line(second))));
        lines.add(
                format(
                        "entropy %.3f, %.0f %% of the largest (ln %d): 0 %% is sure of one label,"
                                + " 100 %% of none",
                        prediction.entropy().orElse(Double.NaN),
                        100 * prediction.relativeEntropy().orElse(Double.NaN),
                        prediction.logits().size()));
        return lines;
    }

    private static List<String> multi(Prediction prediction) {
        List<String> lines = table(prediction, "sigmoid");
        lines.add(
                format(
                        "each label is a question of its own; entropy %.3f, %.0f %% of the largest"
                                + " (%d ln 2)",
                        prediction.entropy().orElse(Double.NaN),
                        100 * prediction.relativeEntropy().orElse(Double.NaN),
                        prediction.logits().size()));
        return lines;
    }

    /// The most probable labels first.
    private static List<String> table(Prediction prediction, String activation) {
        List<String> names = List.copyOf(prediction.probabilities().keySet());
        List<Integer> order = new ArrayList<>();
        for (int k = 0; k < names.size(); k++) {
            order.add(k);
        }
        order.sort(Comparator.comparingDouble(k -> -prediction.logits().get(k)));
        List<Integer> first = order.subList(0, Math.min(LABELS_SHOWN, order.size()));
        int width =
                first.stream().mapToInt(k -> Printable.line(names.get(k)).length()).max().orElse(0);
        String row = "%-" + Math.max(1, width) + "s %9s %9s";
        List<String> lines = new ArrayList<>();
        lines.add(
                row.formatted(
                        "",
                        "logit",
                        prediction.temperature() == 1
                                ? activation
                                : format(
                                        "%s(logit / %.3f)", activation, prediction.temperature())));
        Map<String, Double> probabilities = prediction.probabilities();
        for (int k : first) {
            lines.add(
                    row.formatted(
                            Printable.line(names.get(k)),
                            format("%.3f", prediction.logits().get(k)),
                            percent(probabilities.getOrDefault(names.get(k), Double.NaN))));
        }
        if (order.size() > LABELS_SHOWN) {
            lines.add("and %d less probable labels".formatted(order.size() - LABELS_SHOWN));
        }
        return lines;
    }

    private static String times(double factor) {
        if (factor >= 1000) {
            return "over 1000";
        }
        return format(factor < 10 ? "%.1f" : "%.0f", factor);
    }

    private static String percent(double share) {
        return format("%5.1f %%", 100 * share);
    }

    private static String format(String form, Object... values) {
        return String.format(Locale.ROOT, form, values);
    }
}
