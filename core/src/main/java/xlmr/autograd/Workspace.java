package xlmr.autograd;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import xlmr.backend.Backend;
import xlmr.tensor.Shape;
import xlmr.tensor.Storage;
import xlmr.tensor.Tensor;

/// Recycled memory for the results of operations, so that a steady step allocates no large array.
///
/// Storages are handed out in rounded sizes, since every batch has another number of tokens, and
/// come back by [#release] or all together by [#reset]. Owned by one thread.
public final class Workspace {
    /// A free storage serves a request if it is at most this many times as large.
    private static final double LARGEST_WASTE = 3;

    private final Backend backend;
    private final TreeMap<Long, List<Storage>> free = new TreeMap<>();
    private final List<Storage> live = new ArrayList<>();
    private double growth = 1;

    /// An empty workspace of a backend.
    public Workspace(Backend backend) {
        this.backend = backend;
    }

    /// Says how large the batch is that comes next, and how large one may become: until [#reset],
    /// memory is taken for the largest at once, and none is left behind by smaller ones.
    public void expect(int tokens, int most) {
        growth = Math.max(1, (double) most / tokens);
    }

    /// A tensor with undefined contents, valid until released.
    Tensor take(Shape shape) {
        // A scalar stays one; what is left of a quotient of batches must not ask for one more.
        long wanted =
                shape.elements() <= 1
                        ? shape.elements()
                        : (long) Math.ceil(shape.elements() * growth * (1 - 1e-9));
        var fitting = free.ceilingEntry(wanted);
        Storage storage;
        if (fitting != null && fitting.getKey() <= Math.max(64, wanted * LARGEST_WASTE)) {
            storage = takeFree(fitting);
        } else {
            // A larger batch than any before takes the place of a smaller one's memory, not more
            // memory.
            var outgrown = free.lowerEntry(wanted);
            if (outgrown != null && outgrown.getKey() >= wanted / LARGEST_WASTE) {
                backend.release(takeFree(outgrown));
            }
            storage = backend.allocate(Shape.of(rounded(wanted))).storage();
        }
        live.add(storage);
        return new Tensor(shape, storage);
    }

    private Storage takeFree(Map.Entry<Long, List<Storage>> entry) {
        Storage storage = entry.getValue().removeLast();
        if (entry.getValue().isEmpty()) {
            free.remove(entry.getKey());
        }
        return storage;
    }

    /// How many storages are handed out: a mark for [#releaseSince].
    int mark() {
        return live.size();
    }

    /// Takes back what was handed out since `mark`, except the storage of `kept`.
    void releaseSince(int mark, Tensor kept) {
        boolean keptIsNewer = false;
        for (int i = live.size() - 1; i >= mark; i--) {
            Storage storage = live.remove(i);
            if (storage == kept.storage()) {
                keptIsNewer = true;
            } else {
                giveBack(storage);
            }
        }
        if (keptIsNewer) {
            live.add(kept.storage());
        }
    }

    /// Takes back all that was handed out since `mark`.
    void releaseSince(int mark) {
        for (int i = live.size() - 1; i >= mark; i--) {
            giveBack(live.remove(i));
        }
    }

    /// What was handed out since `mark` and not taken back, by identity.
    Set<Storage> handedOutSince(int mark) {
        Set<Storage> storages = Collections.newSetFromMap(new IdentityHashMap<>());
        storages.addAll(live.subList(mark, live.size()));
        return storages;
    }

    /// Takes back one tensor.
    void release(Tensor tensor) {
        release(tensor.storage());
    }

    /// Takes back one storage.
    void release(Storage storage) {
        for (int i = live.size() - 1; i >= 0; i--) {
            if (live.get(i) == storage) {
                live.remove(i);
                giveBack(storage);
                return;
            }
        }
    }

    /// Takes back everything; no tensor handed out before may be used any more.
    public void reset() {
        live.forEach(this::giveBack);
        live.clear();
        growth = 1;
    }

    /// Takes back everything, and gives all memory back to the backend.
    void close() {
        reset();
        free.values().forEach(storages -> storages.forEach(backend::release));
        free.clear();
    }

    private void giveBack(Storage storage) {
        free.computeIfAbsent(storage.capacity(), size -> new ArrayList<>()).add(storage);
    }

    /// The next multiple of an eighth of the power of two below.
    private static int rounded(long elements) {
        long step = Math.max(16, Long.highestOneBit(Math.max(1, elements)) >>> 3);
        long up = (elements + step - 1) / step * step;
        return (int) Math.min(up, Integer.MAX_VALUE - 8);
    }
}
