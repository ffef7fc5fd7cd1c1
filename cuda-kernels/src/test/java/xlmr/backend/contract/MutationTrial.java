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

/// Runs the cases of the contract that a broken kernel takes part in, those that noticed something
/// before and small ones first, until one of them notices. What the right kernels do in a case is
/// found out when the case is first come to: most are not.
final class MutationTrial {
    /// How much longer than the case's slowest launch of the right kernels a broken one may run.
    private static final long PATIENCE = 4;

    /// Instructions that every launch may run.
    private static final long LEAST = 20_000;

    /// A case.
    private static final class Known {
        final OperationCase operation;
        final long elements;
        long noticed;
        private @Nullable Right right;

        Known(OperationCase operation) {
            this.operation = operation;
            elements =
                    operation.operands().stream()
                            .mapToLong(operand -> operand.shape().elements())
                            .sum();
        }

        Right right(EmulatedBackend kernels) {
            Right known = right;
            if (known == null) {
                known = Right.of(operation, kernels);
                right = known;
            }
            return known;
        }
    }

    /// What the right kernels do in a case.
    ///
    /// @param expected what has to come out
    /// @param kernels that are launched
    /// @param longestLaunch in instructions of warps
    private record Right(double[][] expected, Set<String> kernels, long longestLaunch) {
        static Right of(OperationCase operation, EmulatedBackend kernels) {
            operation.run(kernels);
            Set<String> names = new HashSet<>();
            long longest = 0;
            for (LaunchReport report : kernels.takeReports()) {
                names.add(report.kernel());
                longest = Math.max(longest, report.warpInstructions());
            }
            kernels.freeAll();
            return new Right(operation.expected(), names, longest);
        }
    }

    private final String family;
    private final @Nullable HalfFormat attentionFormat;
    private final Map<String, String> rightKernels;
    private final EmulatedBackend right;
    private final List<Known> cases;

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
        right = new EmulatedBackend(Map.of(family, ptx), attentionFormat);
        right.limitInstructions(Long.MAX_VALUE);
        cases = new ArrayList<>(operations.stream().map(Known::new).toList());
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
                        .thenComparingLong(known -> known.elements));
        EmulatedBackend backend = new EmulatedBackend(Map.of(family, ptx), attentionFormat);
        for (Known known : cases) {
            Right expected = known.right(right);
            if (expected.kernels().stream().anyMatch(changed::contains)
                    && notices(known.operation, expected, backend)) {
                known.noticed++;
                return true;
            }
        }
        return false;
    }

    private static boolean notices(OperationCase operation, Right right, EmulatedBackend backend) {
        backend.limitInstructions(PATIENCE * right.longestLaunch() + LEAST);
        try {
            float[][] found = operation.run(backend);
            for (int i = 0; i < found.length; i++) {
                if (operation.difference(i, found[i], right.expected()[i]) != null) {
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
