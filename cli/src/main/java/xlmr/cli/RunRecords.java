package xlmr.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import xlmr.pipeline.FineTuning;
import xlmr.pipeline.TrainingTask;
import xlmr.report.RunFiles;
import xlmr.report.RunSummary;
import xlmr.report.TensorBoardEvents;
import xlmr.train.TrainingHistory;
import xlmr.train.TrainingListener;

/// Records a run, or several, while it goes on, and writes what it leaves beside its model.
final class RunRecords implements AutoCloseable {
    private final Streams streams;
    private final RecordOptions wanted;
    private final Path output;
    private final int epochs;
    private final List<TensorBoardEvents> events = new ArrayList<>();
    private TrainingHistory current = new TrainingHistory();
    private TrainingHistory kept = current;

    /// @param output directory of the model
    /// @param epochs of a run
    RunRecords(Streams streams, RecordOptions wanted, Path output, int epochs) {
        this.streams = streams;
        this.wanted = wanted;
        this.output = output;
        this.epochs = epochs;
    }

    /// What is to hear of the only run.
    TrainingListener listener() {
        TrainingListener listener = listener("");
        keep();
        return listener;
    }

    /// What is to hear of one of several runs.
    TrainingListener listener(String name) {
        current = new TrainingHistory();
        if (!wanted.tensorBoard()) {
            return current;
        }
        TensorBoardEvents written = new TensorBoardEvents(output, name, epochs);
        events.add(written);
        return current.andThen(written);
    }

    /// The run that was heard last is the one whose model is kept.
    void keep() {
        kept = current;
    }

    /// Writes all records of the run whose model is kept.
    ///
    /// @param log the same run as `training.json` has it
    /// @return the page for people, if it was wanted
    Optional<Path> write(
            TrainingLog log,
            RunSummary.Source source,
            TrainingTask data,
            FineTuning.Result result) {
        RunSummary run = new RunSummary(source, log.optionsJson(), data, result, kept);
        if (!RunFiles.write(run, output)) {
            streams.warn(
                    "%s was not written by a run, and stays as it is"
                            .formatted(output.resolve("README.md")));
        }
        if (wanted.report()) {
            return Optional.of(RunFiles.writePage(run, output));
        }
        RunFiles.deletePage(output);
        return Optional.empty();
    }

    @Override
    public void close() {
        for (TensorBoardEvents written : events) {
            written.close();
            written.failure().ifPresent(streams::warn);
        }
    }
}
