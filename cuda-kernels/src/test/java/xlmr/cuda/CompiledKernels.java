package xlmr.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import xlmr.ptx.Device;
import xlmr.ptx.Kernel;
import xlmr.ptx.LoadedModule;
import xlmr.ptx.syntax.PtxModule;

/// The PTX of all kernels, as NVRTC made it, on an emulated device.
public final class CompiledKernels {
    private static final Pattern ENTRY = Pattern.compile("\\.entry (\\w+)\\(");

    private final Device device;

    /// PTX of each kernel's family, by the kernel's name.
    private final Map<String, String> texts = new HashMap<>();

    private final Map<String, LoadedModule> loaded = new HashMap<>();

    /// Families are decoded when one of their kernels is asked for.
    ///
    /// @param replaced PTX for some families in the place of what lies beside the tests
    public CompiledKernels(Device device, Map<String, String> replaced) {
        this.device = device;
        for (KernelSource source : KernelSource.all()) {
            String ptx = replaced.getOrDefault(source.name(), text(source));
            Matcher entries = ENTRY.matcher(ptx);
            while (entries.find()) {
                if (texts.put(entries.group(1), ptx) != null) {
                    throw new IllegalStateException("two kernels are called " + entries.group(1));
                }
            }
        }
    }

    /// The names of all kernels.
    static Set<String> names() {
        return new CompiledKernels(new Device(), Map.of()).texts.keySet();
    }

    /// The kernel of that name.
    public Kernel get(String name) {
        String ptx = texts.get(name);
        if (ptx == null) {
            throw new IllegalArgumentException("there is no kernel " + name);
        }
        return loaded.computeIfAbsent(ptx, text -> device.load(PtxModule.parse(text))).kernel(name);
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
