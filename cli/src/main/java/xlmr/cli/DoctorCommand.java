package xlmr.cli;

import java.lang.management.ManagementFactory;
import java.lang.management.RuntimeMXBean;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import xlmr.backend.Backend;
import xlmr.backend.BackendChoice;
import xlmr.backend.Backends;

/// Says what xlmr runs on, and what would make it faster.
@Command(
        name = "doctor",
        description =
                "Say what xlmr runs on (JDK, vector lanes, backend, threads, memory, GPU) and what"
                        + " would make it faster.",
        footer = {"", "Exit code 0, with warnings or without."})
final class DoctorCommand implements Runnable {
    private static final double GIBIBYTE = 1L << 30;
    private static final int ENOUGH_HEAP_GIBIBYTES = 2;

    private final Streams streams;

    @Mixin private ComputeOptions compute;

    @Option(names = "--json", description = "One JSON object instead of a table.")
    private boolean json;

    DoctorCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public void run() {
        Map<String, Object> facts = facts();
        List<String> warnings = warnings();
        BackendChoice choice = compute.choose();
        try (Backend backend = choice.backend()) {
            facts.put("backend", choice.reason());
            facts.put("threads", backend.threads());
        }
        choice.warning().ifPresent(warnings::add);
        facts.put(
                "gpu",
                Backends.cudaProvider()
                        .map(provider -> gpu(provider.describe()))
                        .orElse("no GPU module in this build (docs/cuda.md)"));
        if (json) {
            facts.put("warnings", warnings);
            Json.printLine(streams.out(), facts);
            return;
        }
        facts.forEach(
                (name, value) -> streams.out().printf("%-15s %s%n", name.replace('_', ' '), value));
        warnings.forEach(warning -> streams.out().println("warning         " + warning));
        if (warnings.isEmpty()) {
            streams.out().println("All well.");
        }
    }

    private Object gpu(Map<String, Object> found) {
        if (json) {
            return found;
        }
        Object problem = found.get("problem");
        return problem != null
                ? problem
                : "%s, compute capability %s, driver for CUDA %s, NVRTC %s for %s%s"
                        .formatted(
                                found.get("device"),
                                found.get("compute_capability"),
                                found.get("driver_cuda"),
                                found.get("nvrtc"),
                                found.get("target"),
                                several(found));
    }

    private static String several(Map<String, Object> found) {
        return found.get("devices") instanceof Integer count && count > 1
                ? "; %d GPUs, NCCL %s".formatted(count, found.get("nccl"))
                : "";
    }

    private static Map<String, Object> facts() {
        Runtime runtime = Runtime.getRuntime();
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("xlmr", Version.number());
        facts.put(
                "java",
                System.getProperty("java.vm.name")
                        + " "
                        + System.getProperty("java.runtime.version"));
        facts.put("java_home", System.getProperty("java.home"));
        facts.put("system", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        facts.put("cores", runtime.availableProcessors());
        facts.put("memory", gibibytes(physicalMemory()));
        facts.put("heap_limit", gibibytes(runtime.maxMemory()));
        facts.put("vector_api", hasVectorModule() ? "available" : "not loaded");
        facts.put("native_access", DoctorCommand.class.getModule().isNativeAccessEnabled());
        facts.put("fast_start", startsFromCache() ? "class cache in use" : "no class cache");
        return facts;
    }

    private static List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        if (Runtime.getRuntime().maxMemory() < ENOUGH_HEAP_GIBIBYTES * GIBIBYTE) {
            warnings.add(
                    "the heap may not grow beyond %s; fine-tuning a base model needs about 3 GiB: XLMR_JAVA_OPTIONS=-Xmx4g"
                            .formatted(gibibytes(Runtime.getRuntime().maxMemory())));
        }
        if (Runtime.getRuntime().availableProcessors() == 1) {
            warnings.add("only one core may be used; more make training faster in proportion");
        }
        return warnings;
    }

    private static boolean hasVectorModule() {
        return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
    }

    private static boolean startsFromCache() {
        RuntimeMXBean runtime = ManagementFactory.getRuntimeMXBean();
        return runtime.getInputArguments().stream()
                .anyMatch(option -> option.startsWith("-XX:AOTCache="));
    }

    private static long physicalMemory() {
        return ManagementFactory.getOperatingSystemMXBean()
                        instanceof com.sun.management.OperatingSystemMXBean system
                ? system.getTotalMemorySize()
                : Runtime.getRuntime().maxMemory();
    }

    private static String gibibytes(long bytes) {
        return "%.1f GiB".formatted(bytes / GIBIBYTE);
    }
}
