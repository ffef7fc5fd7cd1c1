package xlmr.backend;

/// What kind of device shall compute.
public enum DevicePreference {
    /// A GPU if the module for it is there and finds one, else the processor.
    AUTO,
    /// The processor.
    CPU,
    /// An NVIDIA GPU, or an error.
    CUDA;

    /// The preference of this name, in any case.
    ///
    /// @throws IllegalArgumentException that lists the names
    public static DevicePreference of(String name) {
        for (DevicePreference preference : values()) {
            if (preference.name().equalsIgnoreCase(name)) {
                return preference;
            }
        }
        throw new IllegalArgumentException(
                "device: expected auto, cpu or cuda, found %s".formatted(name));
    }
}
