package xlmr.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import xlmr.ptx.Device;
import xlmr.ptx.Kernel;
import xlmr.ptx.LoadedModule;
import xlmr.ptx.syntax.PtxModule;

/// The PTX of all kernels, as NVRTC made it, on an emulated device.
public final class CompiledKernels {
    private final Map<String, Kernel> kernels = new HashMap<>();

    /// Loads all families.
    ///
    /// @param replaced PTX for some families in the place of what lies beside the tests
    public CompiledKernels(Device device, Map<String, String> replaced) {
        for (KernelSource source : KernelSource.all()) {
            String ptx = replaced.getOrDefault(source.name(), text(source));
            LoadedModule module = device.load(PtxModule.parse(ptx));
            for (Map.Entry<String, Kernel> entry : module.kernels().entrySet()) {
                if (kernels.put(entry.getKey(), entry.getValue()) != null) {
                    throw new IllegalStateException("two kernels are called " + entry.getKey());
                }
            }
        }
    }

    /// The kernel of that name.
    public Kernel get(String name) {
        Kernel kernel = kernels.get(name);
        if (kernel == null) {
            throw new IllegalArgumentException("there is no kernel " + name);
        }
        return kernel;
    }

    static String header(KernelSource source) {
        return "// Made of %s.cu, fingerprint %s\n".formatted(source.name(), source.fingerprint());
    }

    static String text(KernelSource source) {
        try (InputStream in = CompiledKernels.class.getResourceAsStream(source.name() + ".ptx")) {
            if (in == null) {
                throw new IllegalStateException("the PTX of " + source.name() + " is missing");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException exception) {
            throw new UncheckedIOException(exception);
        }
    }
}
