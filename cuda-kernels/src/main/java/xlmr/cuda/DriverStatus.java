package xlmr.cuda;

import static org.bytedeco.cuda.global.cudart.cuGetErrorName;

import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;

/// What the driver's calls return, in words and with a remedy.
final class DriverStatus {
    static final int OUT_OF_MEMORY = 2;
    static final int NOT_FOUND = 500;
    static final int NOT_READY = 600;

    private DriverStatus() {}

    /// @throws CudaException unless the status is 0
    static void check(int status, String what) {
        if (status != 0) {
            throw new CudaException("device cuda: " + describe(status, what));
        }
    }

    /// One line.
    static String describe(int status, String what) {
        return "cannot %s: %s; %s".formatted(what, name(status), remedy(status));
    }

    private static String name(int status) {
        try (PointerPointer<BytePointer> text = new PointerPointer<>(1)) {
            text.put(0, new BytePointer());
            if (cuGetErrorName(status, text) != 0 || text.get(0) == null) {
                return "status " + status;
            }
            return text.get(BytePointer.class, 0).getString();
        }
    }

    /// What to do, by the numbers of `cuda.h`.
    private static String remedy(int status) {
        return switch (status) {
            case OUT_OF_MEMORY ->
                    "the GPU's memory is full: smaller batches, or end what else uses it"
                            + " (nvidia-smi lists it)";
            case 100 ->
                    "no GPU is visible: look at nvidia-smi and CUDA_VISIBLE_DEVICES, or use"
                            + " --device cpu";
            case 34, 803, 804, 999 ->
                    "the driver does not work as installed: nvidia-smi has to list the GPU first;"
                            + " reboot after an update, or use --device cpu";
            case 209, 218, 221, 222 ->
                    "the driver is too old for these kernels or this GPU: update it, or use"
                            + " --device cpu";
            case 700, 701, 702, 710, 714, 715, 716, 717, 718, 719 ->
                    "a kernel failed and this process cannot use the GPU any more: run `./xlmr cuda"
                            + " selftest`, and use --device cpu meanwhile";
            default -> "use --device cpu, and report this line";
        };
    }
}
