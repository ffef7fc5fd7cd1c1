package xlmr.cuda;

/// What a device is.
///
/// @param ordinal its number
/// @param name as the driver gives it
/// @param major of its compute capability
/// @param minor of its compute capability
/// @param multiprocessors how many
/// @param memoryBytes in all
/// @param driverVersion the newest CUDA version that the driver knows, 12090 for 12.9
record DeviceFacts(
        int ordinal,
        String name,
        int major,
        int minor,
        int multiprocessors,
        long memoryBytes,
        int driverVersion) {
    /// 80 for compute capability 8.0.
    int architecture() {
        return 10 * major + minor;
    }

    /// The driver's CUDA version as people write it.
    String driver() {
        return "%d.%d".formatted(driverVersion / 1000, driverVersion % 1000 / 10);
    }

    @Override
    public String toString() {
        return "%s (compute capability %d.%d, %.1f GiB, driver for CUDA %s)"
                .formatted(name, major, minor, memoryBytes / (double) (1L << 30), driver());
    }
}
