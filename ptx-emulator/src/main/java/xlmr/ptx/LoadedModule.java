package xlmr.ptx;

import java.util.Map;

/// A module that a device has loaded: its kernels are decoded, its variables have memory.
///
/// @param kernels by name, in the order of the module
/// @param variables of the module in global and constant memory, by name
public record LoadedModule(Map<String, Kernel> kernels, Map<String, DeviceBuffer> variables) {

    /// The kernel of that name.
    ///
    /// @throws IllegalArgumentException where there is none
    public Kernel kernel(String name) {
        Kernel kernel = kernels.get(name);
        if (kernel == null) {
            throw new IllegalArgumentException(
                    "the module has no kernel '" + name + "', only " + kernels.keySet());
        }
        return kernel;
    }

    /// The variable of that name.
    ///
    /// @throws IllegalArgumentException where there is none
    public DeviceBuffer variable(String name) {
        DeviceBuffer variable = variables.get(name);
        if (variable == null) {
            throw new IllegalArgumentException(
                    "the module has no variable '" + name + "', only " + variables.keySet());
        }
        return variable;
    }
}
