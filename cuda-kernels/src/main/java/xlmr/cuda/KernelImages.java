package xlmr.cuda;

/// What a device runs of a family of kernels.
interface KernelImages {
    /// Machine code, or PTX.
    byte[] image(KernelSource source);

    /// What made it, for reports.
    String origin();
}
