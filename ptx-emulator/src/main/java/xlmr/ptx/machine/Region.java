package xlmr.ptx.machine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/// A piece of memory with its shadow: which bytes are there, which were written, and who touched
/// them. An allocation of global memory is one, the shared memory of a block, and the local memory
/// of a warp.
public final class Region {
    private static final VarHandle SHORTS =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    final long base;
    final byte[] bytes;
    final Bits initialized;

    /// The bytes that belong to a variable; none where all do.
    final @Nullable Bits addressable;

    @Nullable AccessHistory history;

    /// Whether the allocation was given back.
    boolean freed;

    /// Line of the `cp.async` that fills a word, or 0; only shared memory has it, which begins anew
    /// with every block.
    final int @Nullable [] filling;

    Region(long base, int size, @Nullable Bits addressable, boolean isShared) {
        this.base = base;
        this.bytes = new byte[size];
        this.initialized = new Bits(size);
        this.addressable = addressable;
        this.filling = isShared ? new int[size / 4 + 1] : null;
    }

    /// Its first address.
    public long base() {
        return base;
    }

    /// Its size in bytes.
    public int size() {
        return bytes.length;
    }

    /// Whether an access lies in it; the size may not be negative.
    boolean holds(long address, int size) {
        long offset = address - base;
        return offset >= 0 && offset <= bytes.length - size;
    }

    /// A history of accesses that is at least as fine as asked for.
    AccessHistory historyOf(int granuleShift, Epochs epochs) {
        AccessHistory known = history;
        if (known == null || known.granuleShift() > granuleShift) {
            known = new AccessHistory(bytes.length, granuleShift, epochs, filling != null);
            history = known;
        }
        return known;
    }

    /// A value of 1, 2, 4 or 8 bytes, without a sign.
    long get(int offset, int size) {
        return switch (size) {
            case 1 -> bytes[offset] & 0xffL;
            case 2 -> (short) SHORTS.get(bytes, offset) & 0xffffL;
            case 4 -> (int) INTS.get(bytes, offset) & 0xffffffffL;
            default -> (long) LONGS.get(bytes, offset);
        };
    }

    void put(int offset, int size, long value) {
        switch (size) {
            case 1 -> bytes[offset] = (byte) value;
            case 2 -> SHORTS.set(bytes, offset, (short) value);
            case 4 -> INTS.set(bytes, offset, (int) value);
            default -> LONGS.set(bytes, offset, value);
        }
    }

    /// Writes from outside of a launch.
    public void write(int offset, byte[] values) {
        System.arraycopy(values, 0, bytes, offset, values.length);
        initialized.setRange(offset, offset + values.length);
    }

    /// Fills with a byte from outside of a launch.
    public void fill(byte value) {
        java.util.Arrays.fill(bytes, value);
        initialized.setRange(0, bytes.length);
    }

    /// Reads from outside of a launch.
    ///
    /// @throws IllegalStateException where a byte was never written
    public byte[] read(int offset, int size) {
        if (!initialized.rangeSet(offset, offset + size)) {
            int first = offset;
            while (initialized.allSet(first, 1)) {
                first++;
            }
            throw new IllegalStateException(
                    "byte %d of the buffer at 0x%x was never written".formatted(first, base));
        }
        return java.util.Arrays.copyOfRange(bytes, offset, offset + size);
    }
}
