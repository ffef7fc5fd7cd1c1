package xlmr.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import xlmr.checkpoint.CheckpointException;
import xlmr.checkpoint.JsonDocument;
import xlmr.model.XlmRobertaConfig;
import xlmr.train.Tune;

/// The workloads of [DeviceBench] in PyTorch, where there is one: a script of our own, which is
/// given to Python with the sizes.
///
/// @param python to run, a path or a name that the system finds
/// @param device as PyTorch calls it, `cuda` or `cpu`
/// @param precision of matrix products, as `xlmr.cuda.precision` has it
record PyTorchBench(String python, String device, String precision) {
    private static final String SCRIPT = "pytorch_bench.py";
    private static final long LONGEST_MINUTES = 30;

    /// What came of it.
    sealed interface Outcome {}

    /// There is nothing to compare with.
    ///
    /// @param reason in words
    record Missing(String reason) implements Outcome {}

    /// It ran.
    ///
    /// @param facts versions and device
    /// @param seconds of each round of each workload
    record Measured(Map<String, Object> facts, List<double[]> seconds) implements Outcome {
        /// Versions and device in words.
        String title() {
            return "PyTorch %s, CUDA %s, on %s"
                    .formatted(fact("torch"), fact("cuda"), fact("device"));
        }

        private Object fact(String name) {
            return facts.getOrDefault(name, "unknown");
        }
    }

    /// Runs the workloads.
    Outcome run(DeviceModelChecks models) {
        Path errors;
        try {
            errors = Files.createTempFile("xlmr-pytorch", ".txt");
        } catch (IOException exception) {
            throw new UncheckedIOException(exception);
        }
        try {
            return run(Json.line(work(models)), errors);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return new Missing("interrupted");
        } finally {
            errors.toFile().delete();
        }
    }

    private Outcome run(String work, Path errors) throws InterruptedException {
        Process process;
        try {
            process =
                    new ProcessBuilder(python, "-c", script(), work)
                            .redirectError(errors.toFile())
                            .start();
        } catch (IOException absent) {
            return new Missing(
                    "%s cannot be run; --python PATH names the Python that has torch"
                            .formatted(python));
        }
        try (InputStream out = process.getInputStream()) {
            process.getOutputStream().close();
            String text = new String(out.readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(LONGEST_MINUTES, TimeUnit.MINUTES)) {
                return new Missing("%s did not end".formatted(python));
            }
            if (process.exitValue() != 0) {
                return new Missing("%s failed: %s".formatted(python, lastLine(errors)));
            }
            return outcome(text.strip());
        } catch (IOException unreadable) {
            return new Missing("%s: %s".formatted(python, unreadable.getMessage()));
        } finally {
            process.destroyForcibly();
        }
    }

    private Outcome outcome(String text) {
        ObjectNode answer;
        try {
            // What a library prints before it is not ours.
            answer = JsonDocument.parse(python, text.substring(text.lastIndexOf('\n') + 1));
        } catch (CheckpointException notJson) {
            return new Missing("%s answered something else than a result".formatted(python));
        }
        if (answer.has("missing")) {
            return new Missing("%s: %s".formatted(python, answer.get("missing").asText()));
        }
        Map<String, Object> facts = new LinkedHashMap<>();
        for (String name : List.of("torch", "cuda", "python", "device")) {
            facts.put(name, answer.path(name).asText());
        }
        facts.put("attention", "scaled_dot_product_attention");
        facts.put("precision", precision);
        List<double[]> seconds =
                answer.path("seconds").valueStream().map(PyTorchBench::numbers).toList();
        return new Measured(facts, seconds);
    }

    private static double[] numbers(JsonNode array) {
        return array.valueStream().mapToDouble(JsonNode::asDouble).toArray();
    }

    /// The sizes, as the script reads them.
    private Map<String, Object> work(DeviceModelChecks models) {
        WorkSize size = models.size();
        XlmRobertaConfig config = models.classifier(Tune.HEAD).config();
        Map<String, Object> work = new LinkedHashMap<>();
        work.put("device", device);
        work.put("precision", precision);
        work.put("rounds", size.rounds());
        work.put("vocabulary", config.vocabSize());
        work.put("positions", config.maxPositionEmbeddings());
        work.put("columns", config.hiddenSize());
        work.put("heads", config.numAttentionHeads());
        work.put("layers", config.numHiddenLayers());
        work.put("wide", config.intermediateSize());
        work.put("dropout", config.hiddenDropoutProb());
        work.put("attention_dropout", config.attentionProbsDropoutProb());
        work.put("classes", models.labels().names().size());
        work.put(
                "inference",
                List.of(List.of(size.rows(), size.length()), List.of(1, size.length())));
        work.put("batch", DeviceModelChecks.BATCH);
        work.put("lengths", models.encoded().lengths());
        return work;
    }

    private static String script() {
        try (InputStream in = PyTorchBench.class.getResourceAsStream(SCRIPT)) {
            if (in == null) {
                throw new IllegalStateException(SCRIPT + " is missing from the jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException exception) {
            throw new UncheckedIOException(exception);
        }
    }

    private static String lastLine(Path errors) {
        try {
            List<String> lines =
                    Files.readAllLines(errors).stream().filter(l -> !l.isBlank()).toList();
            return lines.isEmpty() ? "it gave no reason" : lines.getLast().strip();
        } catch (IOException unreadable) {
            return "its errors cannot be read";
        }
    }
}
