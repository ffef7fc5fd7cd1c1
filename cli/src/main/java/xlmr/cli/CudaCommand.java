package xlmr.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import xlmr.backend.Backend;
import xlmr.backend.BackendChoice;
import xlmr.backend.BackendProvider;
import xlmr.backend.BackendUnavailableException;
import xlmr.backend.Backends;
import xlmr.backend.DevicePreference;
import xlmr.backend.Precision;
import xlmr.checkpoint.AtomicFile;
import xlmr.data.Example;

/// Holds a GPU against the processor: does it compute the same, and how fast.
@Command(
        name = "cuda",
        description = {
            "Check a GPU against the processor (selftest), or measure both (bench).",
            "Needs an NVIDIA GPU and the GPU module (docs/cuda.md).",
            "bench measures PyTorch as well, where python3 or --python has one with CUDA."
        },
        footer = {
            "",
            "Exit code 0 if everything agrees, 1 if not or if there is no GPU.",
            "",
            "Examples:",
            "  xlmr cuda selftest",
            "  xlmr cuda bench --model xlm-roberta-base --output gpu.json",
            "  xlmr cuda bench --model xlm-roberta-base --python ~/torch/bin/python"
        })
final class CudaCommand implements Runnable {
    /// What float32 costs the logits of twelve layers.
    private static final double FLOAT32 = 1e-4;

    /// What operands of 7 bits of fraction cost them.
    private static final double ROUNDED = 5e-2;

    private final Streams streams;

    /// What to do.
    enum Action {
        /// Compare.
        SELFTEST,
        /// Measure.
        BENCH
    }

    @Parameters(index = "0", paramLabel = "selftest|bench", description = "What to do.")
    private Action action = Action.SELFTEST;

    @Mixin private ThreadsOption threads;

    @Option(
            names = "--model",
            paramLabel = "DIR",
            description = "Checkpoint to compute with. Default: the small embedded one.")
    private @Nullable Path model;

    @Option(
            names = "--size",
            paramLabel = "SIZE",
            description = {
                "base: work of the sizes of xlm-roberta-base, the default;",
                "small: everything once, in seconds, to see that it runs."
            })
    private WorkSize size = WorkSize.BASE;

    @Option(
            names = "--precision",
            paramLabel = "fp32|tf32|bf16|fp16",
            description = "How matrix products round what they multiply. Default: fp32.")
    private @Nullable Precision precision;

    @Option(
            names = "--python",
            paramLabel = "PATH",
            description = "Python whose PyTorch bench measures, too. Default: python3.")
    private String python = "python3";

    @Option(
            names = "--pytorch-device",
            paramLabel = "DEVICE",
            description = "Where PyTorch computes: cuda, the default, or cpu.")
    private String pytorchDevice = "cuda";

    @Option(names = "--json", description = "One JSON object instead of a table.")
    private boolean json;

    @Option(
            names = "--output",
            paramLabel = "FILE",
            description = "Write the JSON object to a file, too.")
    private @Nullable Path output;

    CudaCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public void run() {
        Precision chosen = precision();
        BackendChoice choice =
                Backends.create(DevicePreference.CUDA, chosen, Backends.Preference.AUTO, 1);
        BackendProvider provider =
                Backends.cudaProvider()
                        .orElseThrow(() -> new BackendUnavailableException("no GPU module"));
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("command", "cuda " + action.name().toLowerCase(Locale.ROOT));
        report.put("xlmr", Version.number());
        report.put("time", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        report.put("java", System.getProperty("java.runtime.version"));
        report.put("system", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        report.put("backend", choice.reason());
        report.put("precision", chosen.id());
        report.put("gpu", provider.describe());
        try (Backend device = choice.backend();
                Backend processor =
                        Backends.create(Backends.Preference.AUTO, threads.count()).backend()) {
            report.put("processor", processor.name());
            say(
                    "%s%nagainst %s, %s",
                    choice.reason(),
                    processor.name(),
                    threads.count() == 1 ? "1 thread" : threads.count() + " threads");
            List<String> failed =
                    switch (action) {
                        case SELFTEST -> selfTest(device, processor, report);
                        case BENCH -> {
                            bench(device, processor, report);
                            yield List.of();
                        }
                    };
            finish(report);
            if (!failed.isEmpty()) {
                throw new CommandException(
                        "the GPU computes something else than the processor: %s; use --device cpu, and report this with the output of --json"
                                .formatted(String.join("; ", failed)));
            }
        }
    }

    private List<String> selfTest(Backend device, Backend processor, Map<String, Object> report) {
        boolean exact = precision() == Precision.FP32;
        double limit = exact ? FLOAT32 : ROUNDED;
        List<DeviceCheck> checks = new ArrayList<>(new DeviceChecks(size).all(exact ? 2e-5 : 1e-2));
        checks.addAll(models().all(limit));
        List<Map<String, Object>> results = new ArrayList<>();
        List<String> failed = new ArrayList<>();
        for (DeviceCheck check : checks) {
            double difference = check.difference(device, processor);
            boolean agrees = difference <= check.limit();
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("name", check.name());
            result.put("difference", Double.isFinite(difference) ? difference : "infinite");
            result.put("limit", check.limit());
            result.put("agrees", agrees);
            results.add(result);
            say(
                    "%-62s %8.1e of %7.0e  %s",
                    check.name(), difference, check.limit(), agrees ? "agrees" : "DIFFERS");
            if (!agrees) {
                failed.add(check.name());
            }
        }
        report.put("checks", results);
        report.put("agrees", failed.isEmpty());
        if (failed.isEmpty()) {
            say("All %d checks agree.", checks.size());
        }
        return failed;
    }

    private void bench(Backend device, Backend processor, Map<String, Object> report) {
        DeviceModelChecks models = models();
        PyTorchBench.Outcome pytorch =
                new PyTorchBench(python, pytorchDevice, precision().id()).run(models);
        switch (pytorch) {
            case PyTorchBench.Missing(String reason) -> {
                say("PyTorch is not measured: %s", reason);
                report.put("pytorch", Map.of("missing", reason));
            }
            case PyTorchBench.Measured measured -> {
                say("%s", measured.title());
                report.put("pytorch", measured.facts());
            }
        }
        say("%n%-30s %12s %12s %12s", "median", "GPU", "PyTorch", "processor");
        Map<String, Object> results = new LinkedHashMap<>();
        List<DeviceBench.Workload> workloads = new DeviceBench(models).workloads();
        for (int i = 0; i < workloads.size(); i++) {
            DeviceBench.Workload workload = workloads.get(i);
            Map<String, Object> result = new LinkedHashMap<>();
            Speed onDevice = workload.speed(device);
            result.put("gpu", onDevice.json());
            String compared = "-";
            if (pytorch instanceof PyTorchBench.Measured measured) {
                Speed other = Speed.of(workload.amount(), measured.seconds().get(i));
                result.put("pytorch", other.json());
                compared = number(other.median());
            }
            Speed onProcessor = workload.speed(processor);
            result.put("processor", onProcessor.json());
            results.put(workload.name(), result);
            say(
                    "%-30s %12s %12s %12s",
                    workload.name(),
                    number(onDevice.median()),
                    compared,
                    number(onProcessor.median()));
        }
        report.put("rounds", size.rounds());
        report.put("results", results);
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value < 100 ? "%.1f" : "%,.0f", value);
    }

    private Precision precision() {
        return precision == null ? Precision.chosen() : precision;
    }

    private DeviceModelChecks models() {
        if (model == null && !EmbeddedFiles.present()) {
            throw new CommandException(
                    "this build carries no model of its own; name one with --model");
        }
        try {
            List<Example> examples = DemoData.read(EmbeddedFiles.data()).train();
            return new DeviceModelChecks(
                    model == null ? EmbeddedFiles.model() : model,
                    examples.subList(0, Math.min(size.examples(), examples.size())),
                    size);
        } catch (IOException exception) {
            throw new UncheckedIOException(exception);
        }
    }

    private void say(String format, Object... values) {
        if (!json) {
            streams.out().printf(Locale.ROOT, format + "%n", values);
        }
    }

    private void finish(Map<String, Object> report) {
        if (json) {
            Json.printLine(streams.out(), report);
        }
        if (output != null) {
            byte[] bytes = (Json.line(report) + "\n").getBytes(StandardCharsets.UTF_8);
            AtomicFile.write(output, channel -> channel.write(ByteBuffer.wrap(bytes)));
        }
    }
}
