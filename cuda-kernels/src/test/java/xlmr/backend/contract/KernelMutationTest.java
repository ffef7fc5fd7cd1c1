package xlmr.backend.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import xlmr.cuda.EmulatedBackend;
import xlmr.cuda.KernelSource;
import xlmr.cuda.Nvrtc;
import xlmr.ptx.machine.KernelFault;

/// Breaks the kernels in one place at a time and looks whether the contract sees it. It takes long,
/// so it is asked for: `-Dxlmr.mutations=all -Dxlmr.nvrtc=FOLDER`.
@EnabledIfSystemProperty(named = "xlmr.mutations", matches = ".+")
class KernelMutationTest {
    /// What is broken: a pattern, and what stands in its place then.
    private record Mutation(Pattern pattern, String replacement) {
        static Mutation of(String pattern, String replacement) {
            return new Mutation(Pattern.compile(pattern), replacement);
        }
    }

    private static final List<Mutation> MUTATIONS =
            List.of(
                    Mutation.of("__syncthreads\\(\\);", ""),
                    Mutation.of(" < ", " <= "),
                    Mutation.of(" >= ", " > "),
                    Mutation.of(" \\+= ", " = "),
                    Mutation.of(" \\+ ", " - "),
                    Mutation.of(" - ", " + "),
                    Mutation.of(" \\* ", " + "),
                    Mutation.of("\\b0\\.0f", "1.0f"),
                    Mutation.of("\\b(?:warp|block)Sum\\(", "("),
                    Mutation.of("\\b(?:warp|block)Maximum\\(", "("),
                    Mutation.of("\\b0x[0-9A-F]{8}u", "0x12345677u"),
                    Mutation.of("threadIdx\\.x & 31", "threadIdx.x & 15"));

    @ParameterizedTest
    @CsvSource({
        "normalizations, layerNorm|[sS]oftmax|logSoftmax|biasGradient",
        "attention, attention",
        "losses, .*[eE]ntropy.*|mean.*",
        "rows, .*Rows.*|.*of \\[.*",
        "elements, add.*|multiply.*|scale.*|dropout.*|fill.*",
        "optimizer, adamW|sumOfSquares"
    })
    void theContractSeesWhereAKernelIsBroken(String family, String operations) {
        String asked = System.getProperty("xlmr.mutations");
        assumeTrue(asked.equals("all") || asked.equals(family));
        Nvrtc nvrtc =
                Nvrtc.find().orElseThrow(() -> new AssertionError("no NVRTC: set -Dxlmr.nvrtc"));
        KernelSource source =
                KernelSource.all().stream()
                        .filter(s -> s.name().equals(family))
                        .findFirst()
                        .orElseThrow();
        Pattern concerned = Pattern.compile("(?:" + operations + ").*");
        List<OperationCase> cases =
                BackendContractTest.cases().stream()
                        .filter(operation -> concerned.matcher(operation.name()).matches())
                        .toList();
        Map<OperationCase, double[][]> expected = new HashMap<>();
        assertThat(cases).isNotEmpty();
        int killed = 0;
        List<String> survivors = new ArrayList<>();
        for (String text : mutants(source.text())) {
            String changed = changedLine(source.text(), text);
            Optional<String> ptx =
                    compiled(nvrtc, new KernelSource(family, text, source.headers()));
            if (ptx.isEmpty()) {
                continue;
            }
            if (isSeen(new EmulatedBackend(Map.of(family, ptx.get())), cases, expected)) {
                killed++;
            } else {
                survivors.add(changed);
            }
        }
        double share = (double) killed / (killed + survivors.size());
        assertThat(survivors)
                .as("%s: %d mutants seen, %d not", family, killed, survivors.size())
                .satisfies(list -> assertThat(share).isGreaterThanOrEqualTo(1));
    }

    private static Optional<String> compiled(Nvrtc nvrtc, KernelSource source) {
        try {
            return Optional.of(
                    nvrtc.compile(source, List.of("--gpu-architecture=compute_80")).ptx());
        } catch (IllegalStateException refused) {
            return Optional.empty();
        }
    }

    private static boolean isSeen(
            EmulatedBackend backend,
            List<OperationCase> cases,
            Map<OperationCase, double[][]> expected) {
        for (OperationCase operation : cases) {
            double[][] right = expected.computeIfAbsent(operation, OperationCase::expected);
            try {
                float[][] found = operation.run(backend);
                for (int i = 0; i < found.length; i++) {
                    if (operation.difference(i, found[i], right[i]) != null) {
                        return true;
                    }
                }
            } catch (KernelFault | AssertionError | IllegalStateException seen) {
                return true;
            }
            backend.freeAll();
        }
        return false;
    }

    /// All texts that differ from the source in one place outside of comments.
    private static List<String> mutants(String text) {
        List<String> mutants = new ArrayList<>();
        for (Mutation mutation : MUTATIONS) {
            Matcher matcher = mutation.pattern().matcher(text);
            while (matcher.find()) {
                int line = text.lastIndexOf('\n', matcher.start()) + 1;
                int comment = text.indexOf("//", line);
                if (comment < 0 || comment > matcher.start()) {
                    mutants.add(
                            text.substring(0, matcher.start())
                                    + mutation.replacement()
                                    + text.substring(matcher.end()));
                }
            }
        }
        return mutants;
    }

    private static String changedLine(String before, String after) {
        String[] old = before.split("\n", -1);
        String[] changed = after.split("\n", -1);
        for (int i = 0; i < old.length; i++) {
            if (!old[i].equals(changed[i])) {
                return "line %d: %s".formatted(i + 1, changed[i].strip());
            }
        }
        return "nothing";
    }
}
