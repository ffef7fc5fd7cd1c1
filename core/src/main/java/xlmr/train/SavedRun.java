package xlmr.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import xlmr.checkpoint.Checkpoint;
import xlmr.checkpoint.CheckpointException;
import xlmr.checkpoint.JsonDocument;
import xlmr.checkpoint.SafetensorsWriter;
import xlmr.eval.EvaluationReport;
import xlmr.optim.LossScaling;
import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;

/// `trainer_state.json` and `history.safetensors` of a saved run: what it began as, its counters,
/// its epochs and its steps. Names that the Hugging Face Trainer has too mean the same.
final class SavedRun {
    /// The file that says that a folder is a saved run.
    static final String STATE = "trainer_state.json";

    private static final String HISTORY = "history.safetensors";
    private static final String FORMAT = "xlmr_run";
    private static final int VERSION = 1;

    private final Path folder;
    private final ObjectNode json;

    private SavedRun(Path folder, ObjectNode json) {
        this.folder = folder;
        this.json = json;
    }

    /// Whether a folder holds a run that was saved here: whether its state begins as ours do.
    static boolean isIn(Path folder) {
        Path file = folder.resolve(STATE);
        if (!Files.isRegularFile(file)) {
            return false;
        }
        try (InputStream stream = Files.newInputStream(file)) {
            String begin = new String(stream.readNBytes(64), StandardCharsets.UTF_8);
            return begin.contains('"' + FORMAT + '"');
        } catch (NoSuchFileException gone) {
            return false; // deleted by the run that it is of
        } catch (IOException e) {
            throw CheckpointException.of(file, e);
        }
    }

    /// Opens the state in a folder.
    ///
    /// @throws CheckpointException if it is damaged, or of another version
    static SavedRun open(Path folder) {
        SavedRun saved = new SavedRun(folder, JsonDocument.read(folder.resolve(STATE)));
        if (saved.json.path(FORMAT).asInt() != VERSION) {
            throw new CheckpointException(
                    folder.resolve(STATE).toString(),
                    "expected version %d of a saved run, found %s"
                            .formatted(VERSION, saved.json.path(FORMAT)),
                    "go on with the version of xlmr that it began with");
        }
        return saved;
    }

    /// What the run began as.
    RunFingerprint fingerprint() {
        SequencedMap<String, String> facts = new LinkedHashMap<>();
        json.path("began_as")
                .properties()
                .forEach(fact -> facts.put(fact.getKey(), fact.getValue().asText()));
        return new RunFingerprint(facts);
    }

    /// Updates made.
    long updates() {
        return whole(json, "global_step", 0, Integer.MAX_VALUE);
    }

    /// Updates of the whole run.
    long maxUpdates() {
        return whole(json, "max_steps", 0, Integer.MAX_VALUE);
    }

    /// Whether there is nothing left to train.
    boolean isFinished() {
        return json.path("finished").asBoolean();
    }

    /// The counters, steps and epochs.
    ///
    /// @param reports gives the report of an epoch, by its number
    TrainingState state(IntFunction<EvaluationReport> reports) {
        JsonNode running = json.path("running_epoch");
        JsonNode best = json.path("best");
        TrainingState.Counters counters =
                new TrainingState.Counters(
                        whole(json, "micro_batches", 0, Long.MAX_VALUE),
                        new TrainingState.RunningEpoch(
                                (int) whole(running, "number", 1, Integer.MAX_VALUE),
                                (int) whole(running, "batch", 0, Integer.MAX_VALUE),
                                number(running, "loss_sum"),
                                (int) whole(running, "examples", 0, Integer.MAX_VALUE),
                                number(running, "seconds")),
                        new EpochScore(
                                (int) whole(best, "epoch", 0, Integer.MAX_VALUE),
                                number(best, "score"),
                                number(best, "loss")),
                        number(json, "rate_factor"),
                        (int) whole(json, "epochs_without_gain", 0, Integer.MAX_VALUE),
                        isFinished(),
                        scaling());
        List<EpochResult> epochs = new ArrayList<>();
        for (JsonNode epoch : json.path("log_history")) {
            int number = (int) whole(epoch, "epoch", 1, Integer.MAX_VALUE);
            epochs.add(
                    new EpochResult(
                            number,
                            number(epoch, "training_loss"),
                            number(epoch, "seconds"),
                            epoch.has("validation") ? reports.apply(number) : null,
                            epoch.path("best").asBoolean()));
        }
        return new TrainingState(counters, steps(), epochs, notices());
    }

    private @Nullable LossScaling scaling() {
        JsonNode scaling = json.path("loss_scaling");
        if (scaling.isMissingNode()) {
            return null;
        }
        float scale = (float) number(scaling, "scale");
        if (!(scale > 0) || Float.isInfinite(scale)) {
            throw new CheckpointException(
                    folder.resolve(STATE).toString(),
                    "loss_scaling: expected a scale above 0, found %s".formatted(scale));
        }
        return new LossScaling(
                scale,
                (int) whole(scaling, "good_steps", 0, Integer.MAX_VALUE),
                whole(scaling, "skipped_steps", 0, updates()));
    }

    private List<Notice> notices() {
        List<Notice> notices = new ArrayList<>();
        for (JsonNode notice : json.path("notices")) {
            String id = notice.path("code").asText();
            for (Notice.Code code : Notice.Code.values()) {
                if (code.id().equals(id)) {
                    long step = whole(notice, "step", 0, Integer.MAX_VALUE);
                    notices.add(new Notice(code, step, notice.path("sentence").asText()));
                }
            }
        }
        return notices;
    }

    private List<TrainingListener.Step> steps() {
        int updates = (int) updates();
        List<TrainingListener.Step> steps = new ArrayList<>(updates);
        if (updates == 0) {
            return steps;
        }
        Checkpoint file = Checkpoint.open(folder.resolve(HISTORY));
        float[] losses = file.floats("loss");
        float[] norms = file.floats("grad_norm");
        float[] rates = file.floats("learning_rate");
        long[] counts = file.integers("epoch_examples_tokens");
        if (losses.length != updates
                || norms.length != updates
                || rates.length != updates
                || counts.length != 3 * updates) {
            throw new CheckpointException(
                    folder.resolve(HISTORY).toString(),
                    "expected %d steps, found %d".formatted(updates, losses.length));
        }
        for (int i = 0; i < updates; i++) {
            steps.add(
                    new TrainingListener.Step(
                            i + 1,
                            maxUpdates(),
                            Math.toIntExact(counts[3 * i]),
                            losses[i],
                            norms[i],
                            rates[i],
                            Math.toIntExact(counts[3 * i + 1]),
                            Math.toIntExact(counts[3 * i + 2])));
        }
        return steps;
    }

    private long whole(JsonNode node, String name, long least, long most) {
        JsonNode value = node.path(name);
        if (!value.isIntegralNumber()
                || !value.canConvertToLong()
                || value.asLong() < least
                || value.asLong() > most) {
            throw new CheckpointException(
                    folder.resolve(STATE).toString(),
                    "%s: expected a whole number from %d to %d, found %s"
                            .formatted(name, least, most, value));
        }
        return value.asLong();
    }

    private double number(JsonNode node, String name) {
        JsonNode value = node.path(name);
        if (!value.isNumber() && !value.isNull()) {
            throw new CheckpointException(
                    folder.resolve(STATE).toString(),
                    "%s: expected a number, found %s".formatted(name, value));
        }
        return value.isNull() ? Double.NaN : value.asDouble();
    }

    /// Writes the state into a folder. `trainer_state.json` comes last.
    ///
    /// @param maxUpdates of the whole run
    static void write(
            Path folder,
            TrainingState state,
            RunFingerprint fingerprint,
            TrainingOptions options,
            long maxUpdates) {
        writeHistory(folder.resolve(HISTORY), state.steps());
        TrainingState.Counters counters = state.counters();
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put(FORMAT, VERSION)
                .put("global_step", state.updates())
                .put("max_steps", maxUpdates)
                .put("num_train_epochs", options.epochs())
                .put("train_batch_size", options.batching().size())
                .put("micro_batches", counters.microBatches())
                .put("rate_factor", counters.rateFactor())
                .put("epochs_without_gain", counters.epochsWithoutGain())
                .put("finished", counters.finished());
        put(
                put(
                        json.putObject("best").put("epoch", counters.best().epoch()),
                        "score",
                        counters.best().score()),
                "loss",
                counters.best().loss());
        TrainingState.RunningEpoch running = counters.running();
        json.putObject("running_epoch")
                .put("number", running.number())
                .put("batch", running.batch())
                .put("loss_sum", running.lossSum())
                .put("examples", running.examples())
                .put("seconds", running.seconds());
        LossScaling scaling = counters.scaling();
        if (scaling != null) {
            json.putObject("loss_scaling")
                    .put("scale", scaling.scale())
                    .put("good_steps", scaling.goodSteps())
                    .put("skipped_steps", scaling.skipped());
        }
        ArrayNode notices = json.putArray("notices");
        for (Notice notice : state.notices()) {
            notices.addObject()
                    .put("code", notice.code().id())
                    .put("step", notice.step())
                    .put("sentence", notice.sentence());
        }
        ArrayNode epochs = json.putArray("log_history");
        state.epochs().forEach(epoch -> epochs.add(EpochJson.of(epoch)));
        ObjectNode began = json.putObject("began_as");
        fingerprint.facts().forEach(began::put);
        JsonDocument.write(folder.resolve(STATE), json);
    }

    private static ObjectNode put(ObjectNode json, String name, double value) {
        @Nullable Double finite = Double.isFinite(value) ? value : null;
        return json.put(name, finite);
    }

    private static void writeHistory(Path file, List<TrainingListener.Step> steps) {
        int updates = steps.size();
        if (updates == 0) {
            return;
        }
        float[] losses = new float[updates];
        float[] norms = new float[updates];
        float[] rates = new float[updates];
        long[] counts = new long[3 * updates];
        for (int i = 0; i < updates; i++) {
            TrainingListener.Step step = steps.get(i);
            losses[i] = (float) step.loss();
            norms[i] = (float) step.gradientNorm();
            rates[i] = (float) step.learningRate();
            counts[3 * i] = step.epoch();
            counts[3 * i + 1] = step.examples();
            counts[3 * i + 2] = step.tokens();
        }
        Shape shape = Shape.of(updates);
        new SafetensorsWriter()
                .add("loss", Tensor.of(shape, losses)) // [S]
                .add("grad_norm", Tensor.of(shape, norms)) // [S]
                .add("learning_rate", Tensor.of(shape, rates)) // [S]
                .addIntegers("epoch_examples_tokens", Shape.of(updates, 3), counts)
                .write(file);
    }
}
