package xlmr.cuda;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import xlmr.backend.AttentionShape;

/// The numbers that a recorded pass finds on the device: where attention's blocks work, for either
/// kind of kernel. They are the only arrays that may differ from one launch to the next.
///
/// @param small of attention in single precision
/// @param large of attention on tensor cores
record ReplayPlaces(AttentionPlaces small, AttentionPlaces large) {
    static ReplayPlaces of(AttentionShape shape) {
        return new ReplayPlaces(
                AttentionPlaces.ofQueries(shape, AttentionLaunches.FORWARD_ROWS),
                AttentionPlaces.ofQueries(shape, TensorCoreAttention.OWN_ROWS));
    }

    /// Both, one after the other; as pairs of numbers are, each begins at a multiple of 8 bytes.
    int[] numbers() {
        int[] first = small.numbers();
        int[] all = Arrays.copyOf(first, first.length + large.numbers().length);
        System.arraycopy(large.numbers(), 0, all, first.length, large.numbers().length);
        return all;
    }

    /// Where an array lies, or null if it is neither of them.
    ///
    /// @param address of [#numbers] on the device
    @Nullable DevicePointer find(int[] values, long address) {
        if (Arrays.equals(values, small.numbers())) {
            return new DevicePointer(address);
        }
        if (Arrays.equals(values, large.numbers())) {
            return new DevicePointer(address + (long) Integer.BYTES * small.numbers().length);
        }
        return null;
    }
}
