package xlmr.cli;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import xlmr.data.DataWarning;
import xlmr.eval.EvaluationReport;
import xlmr.pipeline.SeriesListener;
import xlmr.pipeline.SeriesRun;
import xlmr.train.TrainingListener;

/// Shows how a series of trainings goes, and moves each model that is kept to where the user wants
/// it.
final class SeriesDisplay implements SeriesListener, AutoCloseable {
    private final Streams streams;
    private final PrintStream lines;
    private final int epochs;
    private final ModelOutput target;
    private final RunRecords records;
    private List<DataWarning> warnings;
    private @Nullable TrainingDisplay current;

    /// @param lines where the lines of each run go
    /// @param warnings about the data, shown once
    SeriesDisplay(
            Streams streams,
            PrintStream lines,
            int epochs,
            ModelOutput target,
            RunRecords records,
            List<DataWarning> warnings) {
        this.streams = streams;
        this.lines = lines;
        this.epochs = epochs;
        this.target = target;
        this.records = records;
        this.warnings = warnings;
    }

    @Override
    public TrainingListener begins(String name, int number, int of) {
        close();
        lines.printf("%srun %d of %d: %s%n", number == 1 ? "" : "\n", number, of, name);
        lines.flush();
        TrainingDisplay display = new TrainingDisplay(streams, lines, epochs, warnings);
        current = display;
        warnings = List.of();
        return records.listener(name).andThen(display);
    }

    @Override
    public void done(SeriesRun run, boolean keptModel) {
        close();
        for (var judged : run.reports().entrySet()) {
            EvaluationReport report = judged.getValue();
            lines.printf(
                    Locale.ROOT,
                    "%s  %s%n",
                    Printable.line(judged.getKey()),
                    TrainingDisplay.summary(report));
        }
        lines.flush();
        if (keptModel) {
            target.publish();
            records.keep();
        }
    }

    @Override
    public void close() {
        if (current != null) {
            current.close();
            current = null;
        }
    }
}
