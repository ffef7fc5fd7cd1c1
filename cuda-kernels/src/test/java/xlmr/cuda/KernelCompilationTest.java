package xlmr.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The real compiler on all kernels. `-Dxlmr.nvrtc=FOLDER` says where it is; without it these tests
/// are skipped, or fail under the Maven profile `cuda-proof`.
class KernelCompilationTest {
    private static final boolean RENEWS_BUDGET = Boolean.getBoolean("xlmr.budget.renew");
    private static final ConcurrentLinkedQueue<KernelUse> USES = new ConcurrentLinkedQueue<>();

    static List<KernelSource> families() {
        return KernelSource.all();
    }

    static List<String> architectures() {
        return KernelBudget.ARCHITECTURES;
    }

    @ParameterizedTest
    @MethodSource("architectures")
    void everyKernelCompilesWithoutWarningsWithinItsBudget(String architecture) throws IOException {
        Nvrtc nvrtc = Nvrtc.orSkip();
        List<KernelUse> uses = new ArrayList<>();
        for (KernelSource source : KernelSource.all()) {
            Nvrtc.Compiled compiled =
                    nvrtc.compile(
                            source,
                            List.of(
                                    "--gpu-architecture=" + architecture,
                                    "--warning-as-error=all-warnings",
                                    "--ptxas-options=-v",
                                    "--ptxas-options=-warn-spills",
                                    "--ptxas-options=-Werror"));
            assertThat(compiled.cubin()).as("%s for %s", source.name(), architecture).isNotEmpty();
            uses.addAll(KernelUse.of(compiled.log()));
        }
        assertThat(uses).hasSizeGreaterThan(KernelSource.all().size());
        USES.addAll(uses);
        if (!RENEWS_BUDGET) {
            KernelBudget budget = KernelBudget.read();
            assertThat(uses.stream().flatMap(use -> budget.excess(use).stream()))
                    .as("-Dxlmr.budget.renew=true accepts what the kernels take now")
                    .isEmpty();
            assertThat(budget.lines().keySet())
                    .as("kernels of budget.txt that there are no more")
                    .isSubsetOf(uses.stream().map(KernelUse::kernel).toList());
        }
    }

    /// `-Dxlmr.budget.renew=true` writes it anew.
    @AfterAll
    static void renewBudget() throws IOException {
        if (RENEWS_BUDGET) {
            Files.writeString(
                    resources().resolve("budget.txt"), KernelBudget.of(List.copyOf(USES)).text());
        }
    }

    /// `-Dxlmr.ptx.renew=true` writes it anew.
    @ParameterizedTest
    @MethodSource("families")
    void thePtxOfTheTestsIsOfTheseSources(KernelSource source) throws IOException {
        if (Boolean.getBoolean("xlmr.ptx.renew")) {
            String ptx =
                    Nvrtc.orSkip().compile(source, List.of("--gpu-architecture=compute_80")).ptx();
            Files.writeString(
                    resources().resolve(source.name() + ".ptx"),
                    CompiledKernels.header(source) + ptx);
            return;
        }
        assertThat(CompiledKernels.text(source))
                .as("run KernelCompilationTest with -Dxlmr.ptx.renew=true")
                .startsWith(CompiledKernels.header(source));
    }

    private static Path resources() {
        return Path.of(
                System.getProperty("xlmr.repository"), "cuda-kernels/src/test/resources/xlmr/cuda");
    }
}
