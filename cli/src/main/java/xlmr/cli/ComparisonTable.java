package xlmr.cli;

import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import xlmr.pipeline.ModelComparison;
import xlmr.pipeline.ModelCost;

/// Two models side by side, as a table or as JSON.
///
/// @param comparison what was measured
record ComparisonTable(ModelComparison comparison) {
    private static final double MEGABYTE = 1e6;

    /// One line a measure: before, after, and what is left.
    void print(PrintStream out) {
        ModelCost before = comparison.before();
        ModelCost after = comparison.after();
        out.printf("%-16s %15s %15s%n", "", "before", "after");
        row(
                out,
                "parameters",
                "%,d".formatted(before.parameters()),
                "%,d".formatted(after.parameters()),
                share(before.parameters(), after.parameters()));
        row(
                out,
                "MB on disk",
                "%,.1f".formatted(before.bytes() / MEGABYTE),
                "%,.1f".formatted(after.bytes() / MEGABYTE),
                share(before.bytes(), after.bytes()));
        row(
                out,
                "ms a sentence",
                "%.2f".formatted(before.milliseconds()),
                "%.2f".formatted(after.milliseconds()),
                share(before.milliseconds(), after.milliseconds()));
        score(out, "accuracy", before.accuracy(), after.accuracy());
        score(out, "macro F1", before.macroF1(), after.macroF1());
    }

    private static void score(
            PrintStream out, String name, @Nullable Double before, @Nullable Double after) {
        if (before != null && after != null) {
            row(
                    out,
                    name,
                    "%.4f".formatted(before),
                    "%.4f".formatted(after),
                    "%+.4f".formatted(after - before));
        }
    }

    private static void row(
            PrintStream out, String name, String before, String after, String change) {
        out.printf("%-16s %15s %15s   %s%n", name, before, after, change);
    }

    private static String share(double before, double after) {
        return String.format(Locale.ROOT, "%.0f %%", 100 * after / before);
    }

    /// The fields of both models.
    Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("before", fields(comparison.before()));
        fields.put("after", fields(comparison.after()));
        return fields;
    }

    private static Map<String, Object> fields(ModelCost cost) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("parameters", cost.parameters());
        fields.put("bytes", cost.bytes());
        fields.put("milliseconds_per_sentence", cost.milliseconds());
        if (cost.accuracy() != null) {
            fields.put("accuracy", cost.accuracy());
        }
        if (cost.macroF1() != null) {
            fields.put("macro_f1", cost.macroF1());
        }
        return fields;
    }
}
