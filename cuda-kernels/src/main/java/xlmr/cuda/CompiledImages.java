package xlmr.cuda;

import java.nio.file.Path;

/// Kernels compiled for one device when they are first needed, and kept on the disk.
final class CompiledImages implements KernelImages {
    private final NvrtcCompiler compiler;
    private final KernelCache cache;
    private final String target;
    private final String version;

    /// @param architecture 80 for compute capability 8.0
    CompiledImages(NvrtcCompiler compiler, KernelCache cache, int architecture) {
        this.compiler = compiler;
        this.cache = cache;
        this.target = compiler.target(architecture);
        this.version = compiler.version();
    }

    @Override
    public byte[] image(KernelSource source) {
        Path file = cache.file(source, target, version);
        return cache.read(file)
                .orElseGet(
                        () -> {
                            byte[] image = compiler.compile(source, target);
                            cache.write(file, image);
                            return image;
                        });
    }

    @Override
    public String origin() {
        return "NVRTC %s for %s".formatted(version, target);
    }
}
