package xlmr.cuda;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.bytedeco.cuda.cudart.CUfunc_st;
import org.bytedeco.cuda.cudart.CUmod_st;

/// The kernels on a device; a family is loaded when one of its kernels is first asked for.
final class KernelModules implements AutoCloseable {
    /// What the preprocessor puts behind names.
    private static final Pattern ENDING = Pattern.compile("(OfProduct)?(Gradient)?$");

    private final CudaDriver driver;
    private final KernelImages images;
    private final List<KernelSource> sources = KernelSource.all();
    private final Map<String, CUmod_st> modules = new HashMap<>();
    private final Map<String, CUfunc_st> functions = new HashMap<>();

    KernelModules(CudaDriver driver, KernelImages images) {
        this.driver = driver;
        this.images = images;
    }

    /// The kernel of that name.
    CUfunc_st get(String kernel) {
        CUfunc_st known = functions.get(kernel);
        if (known != null) {
            return known;
        }
        for (KernelSource source : candidates(kernel)) {
            CUmod_st module = modules.get(source.name());
            if (module == null) {
                module = driver.load(images.image(source), source.name());
                modules.put(source.name(), module);
            }
            CUfunc_st function = driver.function(module, kernel);
            if (function != null) {
                functions.put(kernel, function);
                return function;
            }
        }
        throw new IllegalStateException("no family of kernels has one called " + kernel);
    }

    /// The families whose text speaks of a kernel; those that have its name in front of a bracket
    /// first. Some names are put together by the preprocessor.
    private List<KernelSource> candidates(String kernel) {
        Pattern declared = Pattern.compile("\\b" + kernel + "\\s*\\(");
        Pattern named = Pattern.compile("\\b" + ENDING.matcher(kernel).replaceFirst("") + "\\b");
        List<KernelSource> found = new ArrayList<>();
        List<KernelSource> others = new ArrayList<>();
        for (KernelSource source : sources) {
            if (declared.matcher(source.text()).find()) {
                found.add(source);
            } else if (named.matcher(source.text()).find()) {
                others.add(source);
            }
        }
        found.addAll(others);
        return found;
    }

    @Override
    public void close() {
        functions.clear();
        modules.values().forEach(driver::unload);
        modules.clear();
    }
}
