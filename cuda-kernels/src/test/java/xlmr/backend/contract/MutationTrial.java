package xlmr.backend.contract;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import xlmr.cuda.EmulatedBackend;
import xlmr.cuda.HalfFormat;
import xlmr.ptx.machine.KernelFault;
import xlmr.ptx.machine.LaunchReport;

/// Runs the cases of the contract that a broken kernel takes part in, the cheap ones and those that
/// noticed something before first, until one of them notices.
final class MutationTrial {
    /// How much longer than the case's slowest launch of the right kernels a broken one may run.
    private static final long PATIENCE = 4;

    /// Instructions that every launch may run.
    private static final long LEAST = 20_000;

    /// A case, with what is known of it from the right kernels.
    private static final class Known {
        final OperationCase operation;
        final double[][] expected;
        final Set<String> kernels = new HashSet<>();
        long cost;
        long longestLaunch;
        long noticed;

        Known(OperationCase operation) {
            this.operation = operation;
            expected = operation.expected();
        }
    }

    private final String family;
    private final @Nullable HalfFormat attentionFormat;
    private final Map<String, String> rightKernels;
    private final List<Known> cases = new ArrayList<>();

    /// Runs all cases once with the right kernels.
    ///
    /// @param ptx of the family as it is
    /// @param attentionFormat of attention on tensor cores; null for single precision
    MutationTrial(
            String family,
            String ptx,
            @Nullable HalfFormat attentionFormat,
            List<OperationCase> operations) {
        this.family = family;
        this.attentionFormat = attentionFormat;
        rightKernels = kernels(ptx);
        EmulatedBackend backend = new EmulatedBackend(Map.of(family, ptx), attentionFormat);
        backend.limitInstructions(Long.MAX_VALUE);
        for (OperationCase operation : operations) {
            Known known = new Known(operation);
            operation.run(backend);
            for (LaunchReport report : backend.takeReports()) {
                known.kernels.add(report.kernel());
                known.cost += report.warpInstructions();
                known.longestLaunch = Math.max(known.longestLaunch, report.warpInstructions());
            }
            backend.freeAll();
            known.kernels.retainAll(rightKernels.keySet());
            if (!known.kernels.isEmpty()) {
                cases.add(known);
            }
        }
    }

    /// Whether the compiler makes the same of the mutant as of the source.
    boolean isTheSame(String ptx) {
        return changedKernels(ptx).isEmpty();
    }

    /// Whether a case notices.
    boolean isNoticed(String ptx) {
        Set<String> changed = changedKernels(ptx);
        cases.sort(
                Comparator.comparingLong((Known known) -> -known.noticed)
                        .thenComparingLong(known -> known.cost));
        EmulatedBackend backend = new EmulatedBackend(Map.of(family, ptx), attentionFormat);
        for (Known known : cases) {
            if (known.kernels.stream().anyMatch(changed::contains) && notices(known, backend)) {
                known.noticed++;
                return true;
            }
        }
        return false;
    }

    private static boolean notices(Known known, EmulatedBackend backend) {
        backend.limitInstructions(PATIENCE * known.longestLaunch + LEAST);
        try {
            float[][] found = known.operation.run(backend);
            for (int i = 0; i < found.length; i++) {
                if (known.operation.difference(i, found[i], known.expected[i]) != null) {
                    return true;
                }
            }
            backend.takeReports();
            backend.freeAll();
            return false;
        } catch (KernelFault | AssertionError fault) {
            return true;
        }
    }

    private Set<String> changedKernels(String ptx) {
        Map<String, String> now = kernels(ptx);
        Set<String> changed = new HashSet<>();
        now.forEach(
                (name, text) -> {
                    if (!text.equals(rightKernels.get(name))) {
                        changed.add(name);
                    }
                });
        return changed;
    }

    private static final Pattern ENTRY = Pattern.compile("\\.entry (\\w+)\\(");

    /// The PTX of each kernel, with what all of them share.
    private static Map<String, String> kernels(String ptx) {
        Map<String, String> kernels = new LinkedHashMap<>();
        String[] parts = ptx.split("(?=\\.visible \\.entry )", -1);
        Map<String, String> shared = new HashMap<>();
        for (String part : parts) {
            Matcher matcher = ENTRY.matcher(part);
            if (matcher.find()) {
                kernels.put(matcher.group(1), part);
            } else {
                shared.put("", part.replaceAll("(?m)^//.*$", ""));
            }
        }
        kernels.replaceAll((name, text) -> shared.getOrDefault("", "") + text);
        return kernels;
    }
}
