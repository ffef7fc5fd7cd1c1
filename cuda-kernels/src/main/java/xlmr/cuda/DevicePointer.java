package xlmr.cuda;

/// An address in the memory of a device, as an argument of a launch.
///
/// @param address 0 for none
record DevicePointer(long address) {
    /// No memory: what a kernel takes where an argument is left out.
    static final DevicePointer NULL = new DevicePointer(0);
}
