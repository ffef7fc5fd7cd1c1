package xlmr.eval;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/// The measures of a report by the names of [ReportJson], such as `macro_f1`: what runs are
/// compared by.
public final class ReportNumbers {
    /// Those that say most, of whatever kind of report.
    private static final List<String> MAIN =
            List.of(
                    "accuracy",
                    "macro_f1",
                    "f1",
                    "exact_match",
                    "mean_squared_error",
                    "pearson",
                    "spearman",
                    "perplexity",
                    "loss");

    private ReportNumbers() {}

    /// All measures that are defined, without counts.
    public static SequencedMap<String, Double> of(EvaluationReport report) {
        SequencedMap<String, Double> numbers = new LinkedHashMap<>();
        ObjectNode json = ReportJson.of(report);
        json.properties()
                .forEach(
                        field -> {
                            if (field.getValue().isDouble()) {
                                numbers.put(field.getKey(), field.getValue().asDouble());
                            }
                        });
        return numbers;
    }

    /// Whether a table for a person shows the measure.
    public static boolean isMain(String name) {
        return MAIN.contains(name);
    }
}
