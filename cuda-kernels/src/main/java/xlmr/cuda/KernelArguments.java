package xlmr.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The arguments of one launch in native memory: an array of pointers to values. The driver copies
/// them when it is called, so the next launch uses the same memory.
final class KernelArguments implements AutoCloseable {
    private static final int MOST = 32;
    private static final int BYTES_EACH = 64;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment pointers = arena.allocate(ValueLayout.ADDRESS, MOST);
    private final MemorySegment values = arena.allocate((long) MOST * BYTES_EACH, BYTES_EACH);

    KernelArguments() {
        for (int i = 0; i < MOST; i++) {
            pointers.setAtIndex(
                    ValueLayout.ADDRESS, i, values.asSlice((long) i * BYTES_EACH, BYTES_EACH));
        }
    }

    /// Writes the values.
    ///
    /// @return the address of the array of pointers
    long pack(Object[] arguments) {
        assert arguments.length <= MOST : arguments.length;
        for (int i = 0; i < arguments.length; i++) {
            long at = (long) i * BYTES_EACH;
            switch (arguments[i]) {
                case DevicePointer pointer ->
                        values.set(ValueLayout.JAVA_LONG, at, pointer.address());
                case Integer number -> values.set(ValueLayout.JAVA_INT, at, number);
                case Float number -> values.set(ValueLayout.JAVA_FLOAT, at, number);
                case Double number -> values.set(ValueLayout.JAVA_DOUBLE, at, number);
                case byte[] struct -> {
                    assert struct.length <= BYTES_EACH : struct.length;
                    MemorySegment.copy(struct, 0, values, ValueLayout.JAVA_BYTE, at, struct.length);
                }
                default ->
                        throw new IllegalArgumentException(
                                "no argument of a kernel: " + arguments[i]);
            }
        }
        return pointers.address();
    }

    @Override
    public void close() {
        arena.close();
    }
}
