package xlmr.checkpoint;

import java.util.List;
import java.util.stream.Collectors;
import xlmr.tensor.Shape;

/// What became of the names when a model was filled from a checkpoint.
///
/// @param used names read from the checkpoint into the model
/// @param initialized parameters of the model that the checkpoint lacks and that start afresh, as a
///   rule the head
/// @param ignored arrays of the checkpoint that the model has no place for
/// @param warnings what is suspicious but no error, each one line: NaN weights, more rows than the
///   tokenizer has pieces
public record LoadReport(
        List<String> used,
        List<Initialized> initialized,
        List<Ignored> ignored,
        List<String> warnings) {
    private static final int SHOWN = 8;

    /// A parameter that starts afresh.
    public record Initialized(String name, Shape shape) {
        @Override
        public String toString() {
            return name + " " + shape;
        }
    }

    /// An array that was left out, and why.
    public record Ignored(String name, String why) {
        @Override
        public String toString() {
            return name + " (" + why + ")";
        }
    }

    /// Copies the lists.
    public LoadReport {
        used = List.copyOf(used);
        initialized = List.copyOf(initialized);
        ignored = List.copyOf(ignored);
        warnings = List.copyOf(warnings);
    }

    /// Whether every parameter came from the checkpoint.
    public boolean isComplete() {
        return initialized.isEmpty();
    }

    /// The report as text: one line for each group, then the new and the ignored names, then the
    /// warnings. Long groups are cut.
    public String describe() {
        StringBuilder text = new StringBuilder();
        text.append("used     %d arrays of the checkpoint%n".formatted(used.size()));
        group(text, "new      %d, initialized at random", initialized);
        group(text, "ignored  %d", ignored);
        for (String warning : warnings) {
            text.append("warning  ").append(warning).append(System.lineSeparator());
        }
        return text.toString().stripTrailing();
    }

    /// One line: `used 197, new 4 (classifier.dense.weight [768, 768], ...), ignored 2`.
    @Override
    public String toString() {
        String names =
                initialized.isEmpty()
                        ? ""
                        : initialized.stream()
                                .limit(SHOWN)
                                .map(Initialized::toString)
                                .collect(
                                        Collectors.joining(
                                                ", ",
                                                " (",
                                                initialized.size() > SHOWN ? ", ...)" : ")"));
        return "used %d, new %d%s, ignored %d%s"
                .formatted(
                        used.size(),
                        initialized.size(),
                        names,
                        ignored.size(),
                        warnings.isEmpty() ? "" : ", warnings " + warnings.size());
    }

    private static void group(StringBuilder text, String title, List<?> lines) {
        text.append(title.formatted(lines.size())).append(System.lineSeparator());
        lines.stream().limit(SHOWN).forEach(line -> text.append("           %s%n".formatted(line)));
        if (lines.size() > SHOWN) {
            text.append("           and %d more%n".formatted(lines.size() - SHOWN));
        }
    }
}
