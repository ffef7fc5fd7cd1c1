package xlmr.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import xlmr.eval.EvaluationReport;
import xlmr.train.EpochResult;
import xlmr.train.TrainingListener;

/// Writes what a run says as event files, which `tensorboard --logdir` shows while it runs: in the
/// folder `runs`, a folder for each run, as Hugging Face's `Trainer` does. Tags are `train/loss`,
/// `train/learning_rate`, `train/grad_norm` and `train/epoch` for each step, `eval/loss` and the
/// scores, such as `eval/accuracy`, for each epoch.
///
/// A run that goes on adds a file to the folder of the run before; what that one had beyond the
/// state to go on from is taken back.
///
/// A disk that is full does not end a training: the file then ends early, and [#failure] says why.
public final class TensorBoardEvents implements TrainingListener, AutoCloseable {
    private static final DateTimeFormatter NAME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd_HH-mm-ss", Locale.ROOT);

    private final Path directory;
    private final String name;
    private final int epochs;
    private @Nullable EventFile file;
    private @Nullable String failure;
    private long stepsBefore;
    private long lastStep;

    /// @param model directory of the new model, in which `runs` is made when training begins
    /// @param name of the run among several; empty for one
    /// @param epochs of the run
    public TensorBoardEvents(Path model, String name, int epochs) {
        this.directory = model.resolve("runs");
        this.name = name;
        this.epochs = epochs;
    }

    @Override
    public void resumed(Resumption resumption) {
        stepsBefore = resumption.step();
        lastStep = stepsBefore;
    }

    private void open() {
        Instant now = Instant.now();
        String folder = NAME.format(now.atZone(ZoneId.systemDefault()));
        try {
            Path place = directory.resolve(name.isEmpty() ? folder : folder + "_" + name);
            if (stepsBefore > 0) {
                place = lastRun().orElse(place);
            }
            file = EventFile.create(place, now);
            if (stepsBefore > 0) {
                file.restart(now, stepsBefore + 1);
            }
        } catch (IOException e) {
            failure = message(e);
        }
    }

    /// The folder of the run that goes on: the names are dates, so it is the last by name.
    private Optional<Path> lastRun() throws IOException {
        if (!Files.isDirectory(directory)) {
            return Optional.empty();
        }
        try (Stream<Path> runs = Files.list(directory)) {
            return runs.filter(Files::isDirectory).max(Comparator.naturalOrder());
        }
    }

    @Override
    public void stepDone(Step step) {
        lastStep = step.number();
        if (file == null && failure == null) {
            open();
        }
        Map<String, Double> scalars = new LinkedHashMap<>();
        scalars.put("train/loss", step.loss());
        scalars.put("train/learning_rate", step.learningRate());
        scalars.put("train/grad_norm", step.gradientNorm());
        scalars.put("train/epoch", (double) step.number() * epochs / step.of());
        write(step.number(), scalars);
    }

    @Override
    public void epochDone(EpochResult epoch) {
        EvaluationReport report = epoch.validation();
        if (report != null) {
            write(lastStep, HuggingFaceMetrics.withLoss("eval/", report));
        }
    }

    private void write(long step, Map<String, Double> scalars) {
        if (file == null) {
            return;
        }
        try {
            file.add(Instant.now(), step, scalars);
        } catch (IOException e) {
            failure = message(e);
            close();
        }
    }

    /// Why the file ends early, in one line; empty if it does not.
    public Optional<String> failure() {
        return Optional.ofNullable(failure);
    }

    private String message(IOException e) {
        return "%s: cannot write events for TensorBoard: %s".formatted(directory, e.getMessage());
    }

    @Override
    public void close() {
        if (file != null) {
            try {
                file.close();
            } catch (IOException e) {
                failure = message(e);
            }
            file = null;
        }
    }
}
