package xlmr.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What is said where one of NVIDIA's libraries is missing.
class CudaLibrariesTest {
    @ParameterizedTest
    @CsvSource({
        "libcuda.so.1: cannot open shared object file, libcuda.so.1 is missing, nvidia-smi",
        "libcudart.so.12: cannot open shared object file, libcudart.so.12 is missing, pip install",
        "libcublas.so.12: cannot open shared object file, libcublas.so.12 is missing, XLMR_CUDA",
        "libnvrtc.so.12: cannot open shared object file, libnvrtc.so.12 is missing, pip install",
        "something else, something else, Linux on x86-64"
    })
    void theLibraryAndTheRemedyAreNamedInOneLine(String cause, String what, String remedy) {
        UnsatisfiedLinkError error = new UnsatisfiedLinkError("no jnicudart in java.library.path");
        error.initCause(new UnsatisfiedLinkError("/tmp/libjnicudart.so: " + cause));
        String line = CudaLibraries.explain(error);
        assertThat(line)
                .startsWith("device cuda: ")
                .contains(remedy)
                .endsWith("use --device cpu")
                .doesNotContain("\n");
        if (!what.equals("something else")) {
            assertThat(line).contains(what);
        }
    }
}
