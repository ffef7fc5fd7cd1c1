package xlmr.backend.cpu;

import java.util.concurrent.ConcurrentLinkedDeque;

/// Arrays that one thread at a time computes in. They only grow, so a steady workload allocates
/// nothing.
final class Scratch {
    private final float[][] arrays = new float[12][0];

    /// Array number `slot`, of at least `size` elements and undefined contents; valid until the
    /// same slot is asked for a larger one.
    float[] array(int slot, int size) {
        if (arrays[slot].length < size) {
            arrays[slot] = new float[size + size / 8];
        }
        return arrays[slot];
    }

    /// Those that nobody uses at the moment.
    static final class Pool {
        private final ConcurrentLinkedDeque<Scratch> idle = new ConcurrentLinkedDeque<>();

        /// One for the caller alone until it gives it back.
        Scratch take() {
            Scratch scratch = idle.pollFirst();
            return scratch == null ? new Scratch() : scratch;
        }

        void give(Scratch scratch) {
            idle.addFirst(scratch);
        }
    }
}
