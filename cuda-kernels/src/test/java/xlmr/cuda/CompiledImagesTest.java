package xlmr.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Compiling at run time, and what is kept of it.
class CompiledImagesTest {
    private static final FakeCuda CUDA = FakeCuda.install();

    @TempDir private Path folder;

    private final KernelSource elements = KernelSource.all().getFirst();

    CompiledImagesTest() {
        CudaLibraries.load();
    }

    @Test
    void aFamilyIsCompiledOnceForAllProcesses() {
        int before = CUDA.nvrtc().compilations;
        byte[] image = images(80).image(elements);
        assertThat(CUDA.nvrtc().compilations).isEqualTo(before + 1);
        assertThat(CUDA.nvrtc().option).isEqualTo("--gpu-architecture=sm_80");
        assertThat(images(80).image(elements)).isEqualTo(image);
        assertThat(CUDA.nvrtc().compilations).isEqualTo(before + 1);
    }

    @Test
    void aDamagedFileIsNoticedAndReplaced() throws IOException {
        byte[] image = images(80).image(elements);
        Path file = onlyFile();
        byte[] bytes = Files.readAllBytes(file);
        for (int damage : new int[] {0, 40, bytes.length - 1}) {
            byte[] damaged = bytes.clone();
            damaged[damage] ^= 1;
            Files.write(file, damaged);
            int before = CUDA.nvrtc().compilations;
            assertThat(images(80).image(elements)).isEqualTo(image);
            assertThat(CUDA.nvrtc().compilations).isEqualTo(before + 1);
            assertThat(Files.readAllBytes(file)).isEqualTo(bytes);
        }
        Files.write(file, new byte[5]);
        assertThat(images(80).image(elements)).isEqualTo(image);
    }

    @Test
    void anotherSourceOrArchitectureIsAnotherFile() {
        KernelCache cache = new KernelCache(folder);
        KernelSource changed =
                new KernelSource("elements", elements.text() + "\n", elements.headers());
        assertThat(cache.file(changed, "sm_80", "12.9"))
                .isNotEqualTo(cache.file(elements, "sm_80", "12.9"));
        assertThat(cache.file(elements, "sm_90", "12.9"))
                .isNotEqualTo(cache.file(elements, "sm_80", "12.9"));
        assertThat(cache.file(elements, "sm_80", "13.1"))
                .isNotEqualTo(cache.file(elements, "sm_80", "12.9"));
    }

    @Test
    void aFolderThatCannotBeWrittenToIsDoneWithout() throws IOException {
        Path blocked = folder.resolve("file");
        Files.writeString(blocked, "in the way");
        KernelImages images = new CompiledImages(new NvrtcCompiler(), new KernelCache(blocked), 80);
        assertThat(images.image(elements)).isNotEmpty();
    }

    @Test
    void theTargetIsMachineCodeWhereTheCompilerKnowsTheGenerationAndPtxWhereItIsNewer() {
        int[] known = {75, 80, 86, 87, 90};
        assertThat(NvrtcCompiler.target(80, known)).isEqualTo("sm_80");
        assertThat(NvrtcCompiler.target(89, known)).isEqualTo("sm_86");
        assertThat(NvrtcCompiler.target(87, known)).isEqualTo("sm_87");
        assertThat(NvrtcCompiler.target(90, known)).isEqualTo("sm_90");
        assertThat(NvrtcCompiler.target(120, known)).isEqualTo("compute_90");
        assertThatThrownBy(() -> NvrtcCompiler.target(70, known))
                .isInstanceOf(CudaException.class)
                .hasMessageContaining("compute capability 7.0")
                .hasMessageContaining("--device cpu");
    }

    @Test
    void whatDoesNotCompileIsSaidWithTheCompilersFirstError() {
        KernelSource broken = new KernelSource("elements", "#error", Map.of());
        assertThatThrownBy(() -> images(80).image(broken))
                .isInstanceOf(CudaException.class)
                .hasMessageContaining("elements.cu does not compile for sm_80")
                .hasMessageContaining("error: these are not the kernels");
        assertThat(CUDA.leaks()).isEmpty();
    }

    private KernelImages images(int architecture) {
        return new CompiledImages(new NvrtcCompiler(), new KernelCache(folder), architecture);
    }

    private Path onlyFile() throws IOException {
        try (var files = Files.list(folder)) {
            return files.findFirst().orElseThrow();
        }
    }
}
