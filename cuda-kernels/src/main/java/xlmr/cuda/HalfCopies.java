package xlmr.cuda;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;
import xlmr.tensor.Storage;

/// The 16-bit copies of what matrix products multiply; the float32 numbers stay what they are.
///
/// That of a weight is kept as long as the weight, and made again where the weight has changed
/// since. Of activations and gradients the last few are kept: three maps in a row read the same
/// input, and two products of the backward pass the same gradient.
final class HalfCopies {
    private static final int RECENT = 3;
    private static final int BYTES = 2;

    /// Converts on the device.
    interface Narrowing {
        /// Rounds `count` floats.
        void narrow(long from, long to, int count);
    }

    private static final class Copy {
        private final DeviceMemory.Block block;
        private final long source;
        private final int count;
        private boolean isStale;

        Copy(DeviceMemory.Block block, long source, int count) {
            this.block = block;
            this.source = source;
            this.count = count;
        }
    }

    private final DeviceMemory memory;
    private final Narrowing narrowing;
    private final Map<Storage, Copy> weights = new WeakHashMap<>();
    private final Map<Storage, Copy> recent = new LinkedHashMap<>(8, 0.75f, true);

    HalfCopies(DeviceMemory memory, Narrowing narrowing) {
        this.memory = memory;
        this.narrowing = narrowing;
    }

    /// The copy of a weight, if it is there and as the weight is.
    @Nullable DevicePointer knownWeight(Storage storage, int count) {
        Copy copy = weights.get(storage);
        if (copy == null || copy.count < count) {
            return null;
        }
        renew(copy);
        return new DevicePointer(copy.block.address());
    }

    /// Makes the copy of a weight.
    ///
    /// @param source where its float32 numbers lie
    /// @param isKept whether they stay there
    long weight(Storage storage, long source, int count, boolean isKept) {
        Copy copy = make(isKept ? source : 0, count);
        narrowing.narrow(source, copy.block.address(), count);
        memory.releaseWith(storage, copy.block);
        weights.put(storage, copy);
        return copy.block.address();
    }

    /// The copy of an activation or gradient.
    long operand(Storage storage, long source, int count) {
        Copy known = recent.get(storage);
        if (known != null && known.count == count) {
            return known.block.address();
        }
        changed(storage);
        Copy copy = make(source, count);
        narrowing.narrow(source, copy.block.address(), count);
        recent.put(storage, copy);
        if (recent.size() > RECENT) {
            Iterator<Copy> oldest = recent.values().iterator();
            memory.release(oldest.next().block);
            oldest.remove();
        }
        return copy.block.address();
    }

    /// Somebody may write to a storage: its copy is no longer of use as it is.
    void changed(Storage storage) {
        Copy copy = recent.remove(storage);
        if (copy != null) {
            memory.release(copy.block);
        }
        Copy weight = weights.get(storage);
        if (weight != null) {
            weight.isStale = true;
        }
    }

    /// Brings all weights up to date that have changed: a recorded pass reads them as they lie.
    void renewWeights() {
        weights.values().forEach(this::renew);
    }

    /// Gives all copies but those of weights back.
    void forgetOperands() {
        recent.values().forEach(copy -> memory.release(copy.block));
        recent.clear();
    }

    private Copy make(long source, int count) {
        return new Copy(memory.allocate((long) BYTES * count), source, count);
    }

    private void renew(Copy copy) {
        if (copy.isStale && copy.source != 0) {
            narrowing.narrow(copy.source, copy.block.address(), copy.count);
        }
        copy.isStale = false;
    }
}
