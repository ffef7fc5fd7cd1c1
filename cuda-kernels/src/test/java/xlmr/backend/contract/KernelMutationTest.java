package xlmr.backend.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import xlmr.cuda.HalfFormat;
import xlmr.cuda.KernelSource;
import xlmr.cuda.Nvrtc;

/// Breaks the kernels in one place at a time and looks whether the contract notices. It takes long,
/// so it is asked for: `-Dxlmr.mutations=all`, or the name of a file, with `-Dxlmr.nvrtc=FOLDER`;
/// `-Dxlmr.mutations.every=20` takes every 20th mutant only, `-Dxlmr.mutations.only=TEXT` those
/// whose changed line has that in it. What each mutant came to is written to
/// `target/mutants-FILE.txt` on the way. Those that are not noticed have to be among
/// `survivors.txt`, each with the reason.
class KernelMutationTest {
    private static final double LEAST_SHARE = 0.95;

    /// A file that is broken, the family that it is compiled in, and the operations that use it.
    record Target(String file, String family, Pattern operations) {
        static Target of(String file, String family, String operations) {
            return new Target(file, family, Pattern.compile("(?:" + operations + ").*"));
        }

        /// Whether attention is on tensor cores.
        boolean hasTensorCores() {
            return family.contains("_mma_");
        }

        List<OperationCase> cases() {
            return hasTensorCores() ? TensorCoreCases.all() : EmulatedBackendContractTest.cases();
        }

        KernelSource source() {
            return KernelSource.all().stream()
                    .filter(source -> source.name().equals(family))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static final Target TENSOR_CORES =
            Target.of("attention_mma.cu", "attention_mma_fp16_64", "attention");

    static List<Target> targets() {
        return List.of(
                Target.of("elements.cu", "elements", "add|multiply|scale|dropout|fill|bfloat16"),
                Target.of(
                        "optimizer.cu",
                        "optimizer",
                        "adamW|sumOfSquares|readNumbers|fill of sev|catchUpRows|putRows"),
                Target.of("rows.cu", "rows", "(?!catch|put|adam).*Rows|(?!attention).*of \\["),
                Target.of(
                        "normalizations.cu",
                        "normalizations",
                        "layerNorm|linearAddNorm|[sS]oftmax|logSoftmax|biasGradient"),
                Target.of("losses.cu", "losses", ".*[eE]ntropy|mean"),
                Target.of("activations.cu", "activations", "activation|linearActivation"),
                Target.of("dropout.cuh", "elements", "dropout"),
                Target.of(
                        "reductions.cuh",
                        "normalizations",
                        "layerNorm|linearAddNorm|[sS]oftmax|logSoftmax|biasGradient"),
                Target.of("attention.cu", "attention", "attention"),
                TENSOR_CORES,
                new Target("tensor_cores.cuh", TENSOR_CORES.family(), TENSOR_CORES.operations()));
    }

    @Test
    void whatIsNotNoticedIsStillInTheSources() throws IOException {
        for (Survivors.Entry entry : Survivors.read()) {
            Target target =
                    targets().stream()
                            .filter(t -> t.file().equals(entry.file()))
                            .findFirst()
                            .orElseThrow(() -> new AssertionError("no file " + entry.file()));
            assertThat(Mutant.of(target.source(), target.file()))
                    .as("survivors.txt names a line that no mutant of %s has", target.file())
                    .anyMatch(entry::is);
        }
    }

    @ParameterizedTest
    @MethodSource("targets")
    @EnabledIfSystemProperty(named = "xlmr.mutations", matches = ".+")
    void theContractNoticesWhereAKernelIsBroken(Target target) throws IOException {
        String asked = System.getProperty("xlmr.mutations");
        assumeTrue(asked.equals("all") || asked.equals(target.file()));
        Nvrtc nvrtc = Nvrtc.require();
        List<OperationCase> cases =
                target.cases().stream()
                        .filter(c -> target.operations().matcher(c.name()).matches())
                        .toList();
        assertThat(cases).isNotEmpty();
        KernelSource source = target.source();
        MutationTrial trial =
                new MutationTrial(
                        source.name(),
                        compiled(nvrtc, source).orElseThrow(),
                        target.hasTensorCores() ? HalfFormat.FP16 : null,
                        cases);
        int noticed = 0;
        List<Mutant> survivors = new ArrayList<>();
        Path report = Path.of("target", "mutants-" + target.file() + ".txt");
        Files.createDirectories(report.toAbsolutePath().getParent());
        try (PrintWriter out = new PrintWriter(Files.newBufferedWriter(report), true)) {
            String only = System.getProperty("xlmr.mutations.only", "");
            List<Mutant> mutants =
                    Mutant.of(source, target.file()).stream()
                            .filter(mutant -> mutant.changed().contains(only))
                            .toList();
            int every = Integer.getInteger("xlmr.mutations.every", 1);
            for (int i = every / 2; i < mutants.size(); i += every) {
                Mutant mutant = mutants.get(i);
                Optional<String> ptx = compiled(nvrtc, mutant.source());
                if (ptx.isEmpty()) {
                    out.println("refused " + mutant);
                } else if (trial.isTheSame(ptx.get())) {
                    out.println("same " + mutant);
                } else if (trial.isNoticed(ptx.get())) {
                    out.println("noticed " + mutant);
                    noticed++;
                } else {
                    out.println("survived " + mutant);
                    survivors.add(mutant);
                }
            }
            out.printf("%d noticed, %d survived%n", noticed, survivors.size());
        }
        List<Survivors.Entry> known = Survivors.read();
        assertThat(survivors)
                .as("mutants that nothing notices and that survivors.txt does not explain")
                .allMatch(mutant -> known.stream().anyMatch(entry -> entry.is(mutant)));
        if (!System.getProperty("xlmr.mutations.only", "").isEmpty()) {
            return;
        }
        long counted =
                survivors.stream()
                        .filter(m -> known.stream().noneMatch(e -> e.is(m) && e.isEquivalent()))
                        .count();
        assertThat((double) noticed / (noticed + counted))
                .as("share of the mutants of %s that are noticed", target.file())
                .isGreaterThanOrEqualTo(LEAST_SHARE);
    }

    /// The PTX; nothing where the compiler refuses the mutant.
    private static Optional<String> compiled(Nvrtc nvrtc, KernelSource source) {
        try {
            return Optional.of(
                    nvrtc.compile(source, List.of("--gpu-architecture=compute_80")).ptx());
        } catch (IllegalStateException refused) {
            return Optional.empty();
        }
    }
}
