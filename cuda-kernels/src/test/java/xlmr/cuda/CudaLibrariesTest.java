package xlmr.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What is said where one of NVIDIA's libraries is missing.
class CudaLibrariesTest {
    @Test
    void whereNcclIsMissingItIsSaidHowToGetIt() {
        UnsatisfiedLinkError error =
                new UnsatisfiedLinkError(
                        "/x/libjninccl.so: libnccl.so.2: cannot open shared object file");
        assertThat(CudaLibraries.explainNccl(error))
                .contains("several GPUs need NCCL, and libnccl.so.2 is missing")
                .contains("pip install " + CudaLibraries.NCCL_WHEEL)
                .contains("--device cuda:0")
                .doesNotContain("\n");
    }

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

    @Test
    void thePackagesAreThoseOfTheBindings() {
        String ending = CudaLibraries.MAJOR == 12 ? "-cu12" : "";
        UnsatisfiedLinkError error = new UnsatisfiedLinkError("libcublas.so: no such file");
        assertThat(CudaLibraries.explain(error))
                .contains(
                        "pip install nvidia-cuda-runtime%1$s nvidia-cublas%1$s nvidia-cuda-nvrtc%1$s"
                                .formatted(ending))
                .contains("CUDA toolkit " + CudaLibraries.MAJOR);
    }

    @Test
    void ofSeveralVersionsTheOneOfTheBindingsIsLoaded(@TempDir Path folder) throws IOException {
        Path older = Files.createDirectories(folder.resolve("lib"));
        Path fitting = Files.createDirectories(folder.resolve("cu/lib"));
        Files.createFile(older.resolve("libnvrtc.so.11"));
        Files.createFile(older.resolve("libnvrtc.so.120"));
        Files.createFile(older.resolve("libnvrtc-builtins.so.12.9"));
        Files.createFile(fitting.resolve("libnvrtc.so.12.9.86"));
        assertThat(CudaLibraries.find(folder, "libnvrtc.so.12"))
                .contains(fitting.resolve("libnvrtc.so.12.9.86").toAbsolutePath());
        assertThat(CudaLibraries.find(folder, "libnvrtc.so.13")).isEmpty();
        Files.createFile(fitting.resolve("libnccl.so.2"));
        assertThat(CudaLibraries.find(folder, CudaLibraries.NCCL))
                .contains(fitting.resolve("libnccl.so.2").toAbsolutePath());
        assertThat(CudaLibraries.find(folder, "libnvrtc-builtins.so.12"))
                .contains(older.resolve("libnvrtc-builtins.so.12.9").toAbsolutePath());
    }
}
