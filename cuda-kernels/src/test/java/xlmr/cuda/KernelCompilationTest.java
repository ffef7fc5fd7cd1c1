package xlmr.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The real compiler on all kernels. Where it is missing the tests are skipped;
/// `-Dxlmr.nvrtc=FOLDER` says where it is.
class KernelCompilationTest {
    private static final Optional<Nvrtc> NVRTC = Nvrtc.find();

    static List<KernelSource> families() {
        return KernelSource.all();
    }

    @ParameterizedTest
    @ValueSource(strings = {"sm_80", "sm_86", "sm_89", "sm_90", "sm_100", "sm_120"})
    void everyKernelCompilesWithoutWarningsOrSpills(String architecture) {
        Nvrtc nvrtc = nvrtc();
        for (KernelSource source : KernelSource.all()) {
            Nvrtc.Compiled compiled =
                    nvrtc.compile(
                            source,
                            List.of(
                                    "--gpu-architecture=" + architecture,
                                    "--warning-as-error=all-warnings",
                                    "--ptxas-options=-v",
                                    "--ptxas-options=-warn-spills"));
            assertThat(compiled.cubin()).isNotEmpty();
            Matcher spills = Pattern.compile("(\\d+) bytes spill stores").matcher(compiled.log());
            while (spills.find()) {
                assertThat(spills.group(1)).as(compiled.log()).isEqualTo("0");
            }
        }
    }

    /// `-Dxlmr.ptx.renew=true` writes it anew.
    @ParameterizedTest
    @MethodSource("families")
    void thePtxOfTheTestsIsOfTheseSources(KernelSource source) throws IOException {
        if (Boolean.getBoolean("xlmr.ptx.renew")) {
            Path folder =
                    Path.of(
                            System.getProperty("xlmr.repository"),
                            "cuda-kernels/src/test/resources/xlmr/cuda");
            String ptx = nvrtc().compile(source, List.of("--gpu-architecture=compute_80")).ptx();
            Files.writeString(
                    folder.resolve(source.name() + ".ptx"), CompiledKernels.header(source) + ptx);
            return;
        }
        assertThat(CompiledKernels.text(source))
                .as("run KernelCompilationTest with -Dxlmr.ptx.renew=true")
                .startsWith(CompiledKernels.header(source));
    }

    private static Nvrtc nvrtc() {
        assumeTrue(NVRTC.isPresent(), "no NVRTC: set -Dxlmr.nvrtc to the folder of libnvrtc.so");
        return NVRTC.orElseThrow();
    }
}
