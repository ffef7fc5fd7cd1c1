package xlmr.cuda;

import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The memory of a device in blocks of rounded sizes, which are kept when they come back: a steady
/// step asks the driver for nothing. All work runs in order on one stream, so a block may be handed
/// out again as soon as the last launch that uses it is on its way.
///
/// Blocks come back by [#release]. Those of tensors whose owner forgot it come back when the owner
/// is collected, the last net.
///
/// What is launched again and again without being asked for anew, a recorded graph, writes to the
/// same addresses whenever it runs. Its blocks stand on a shelf of their own, from which nobody
/// else is given any.
final class DeviceMemory implements AutoCloseable {
    /// The driver's own alignment.
    private static final long SMALLEST = 256;

    /// A free block serves a request if it is at most this many times as large.
    private static final double LARGEST_WASTE = 1.25;

    private static final int COLLECTIONS = 5;
    private static final long PATIENCE_MILLISECONDS = 40;

    /// A piece of memory with one owner.
    static final class Block {
        private final long address;
        private final long bytes;

        /// Counts the owners; 0 for none.
        private long owner;

        private Shelf shelf;

        private Block(long address, long bytes, Shelf shelf) {
            this.address = address;
            this.bytes = bytes;
            this.shelf = shelf;
        }

        long address() {
            return address;
        }

        long bytes() {
            return bytes;
        }
    }

    /// Where blocks without owner stand, by their size.
    static final class Shelf {
        private final TreeMap<Long, Deque<Block>> free = new TreeMap<>();
        private final double largestWaste;
        private boolean isOpen = true;

        private Shelf(double largestWaste) {
            this.largestWaste = largestWaste;
        }

        private @Nullable Block take(long rounded) {
            Map.Entry<Long, Deque<Block>> entry = free.ceilingEntry(rounded);
            if (entry == null || entry.getKey() > rounded * largestWaste) {
                return null;
            }
            Block block = entry.getValue().pop();
            if (entry.getValue().isEmpty()) {
                free.remove(entry.getKey());
            }
            return block;
        }

        private void put(Block block) {
            free.computeIfAbsent(block.bytes, size -> new ArrayDeque<>()).push(block);
        }
    }

    /// What is left of an owner that was collected.
    private static final class Remains extends PhantomReference<Object> {
        private final Block block;
        private final long number;

        Remains(Object owner, Block block, ReferenceQueue<Object> queue) {
            super(owner, queue);
            this.block = block;
            this.number = block.owner;
        }
    }

    private final CudaDriver driver;
    private final Shelf common = new Shelf(LARGEST_WASTE);
    private Shelf current = common;
    private Runnable beforeShortage = () -> {};
    private final Set<Block> blocks = new HashSet<>();
    private final Set<Remains> remains = new HashSet<>();
    private final ReferenceQueue<Object> collected = new ReferenceQueue<>();
    private long bytes;
    private long allocations;
    private long owners;

    DeviceMemory(CudaDriver driver) {
        this.driver = driver;
    }

    /// Memory whose contents are undefined.
    ///
    /// @throws CudaException if the device has no more
    Block allocate(long wanted) {
        takeBackCollected();
        long rounded = rounded(Math.max(1, wanted));
        Block block = current.take(rounded);
        if (block == null) {
            block = common.take(rounded);
        }
        if (block == null) {
            block = fromDriver(rounded, wanted);
        }
        block.shelf = current;
        block.owner = ++owners;
        return block;
    }

    /// A shelf for what keeps its addresses.
    Shelf openShelf() {
        // Whatever is large enough serves: other blocks would only be taken beside it.
        return new Shelf(Double.POSITIVE_INFINITY);
    }

    /// What `body` allocates stands on that shelf from now on.
    <T> T on(Shelf shelf, Supplier<T> body) {
        Shelf before = current;
        current = shelf;
        try {
            return body.get();
        } finally {
            current = before;
        }
    }

    /// Gives the blocks of a shelf to everybody, also those that come back later.
    void close(Shelf shelf) {
        shelf.isOpen = false;
        shelf.free.values().forEach(some -> some.forEach(common::put));
        shelf.free.clear();
    }

    /// Is run when the device has no more memory, before the error: what gives some back.
    void beforeShortage(Runnable body) {
        beforeShortage = body;
    }

    private Block fromDriver(long rounded, long wanted) {
        long address = driver.allocate(rounded);
        for (int attempt = 0; address == 0 && attempt < COLLECTIONS; attempt++) {
            if (attempt > 0) {
                waitForCollection();
            }
            beforeShortage.run();
            giveFreeBack();
            address = driver.allocate(rounded);
        }
        if (address == 0) {
            throw new CudaException(
                    "device cuda: %s has no %,d bytes left beside the %,d that are in use; smaller batches (--batch-size), or end what else uses it (nvidia-smi lists it), or use --device cpu"
                            .formatted(driver.facts().name(), wanted, bytes));
        }
        Block block = new Block(address, rounded, current);
        blocks.add(block);
        bytes += rounded;
        allocations++;
        return block;
    }

    /// Memory of tensors that nobody can reach any more comes back after a garbage collection.
    private void waitForCollection() {
        System.gc();
        try {
            Thread.sleep(PATIENCE_MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        takeBackCollected();
    }

    /// Takes a block back; its contents are used no more by what is launched from now on.
    void release(Block block) {
        if (block.owner != 0) {
            block.owner = 0;
            (block.shelf.isOpen ? block.shelf : common).put(block);
        }
    }

    /// Takes the block back when its owner is collected, if nobody did before.
    void releaseWith(Object owner, Block block) {
        remains.add(new Remains(owner, block, collected));
    }

    private void takeBackCollected() {
        while (collected.poll() instanceof Remains dead) {
            remains.remove(dead);
            if (dead.block.owner == dead.number) {
                release(dead.block);
            }
        }
    }

    private void giveFreeBack() {
        driver.synchronize();
        for (Deque<Block> some : common.free.values()) {
            for (Block block : some) {
                driver.free(block.address);
                blocks.remove(block);
                bytes -= block.bytes;
            }
        }
        common.free.clear();
    }

    /// How often the driver was asked for memory.
    long allocations() {
        return allocations;
    }

    /// Bytes taken from the driver.
    long bytes() {
        return bytes;
    }

    /// The next multiple of an eighth of the power of two below.
    private static long rounded(long wanted) {
        long step = Math.max(SMALLEST, Long.highestOneBit(wanted) >>> 3);
        return Math.ceilDiv(wanted, step) * step;
    }

    /// Gives everything back, whoever owns it.
    @Override
    public void close() {
        blocks.forEach(block -> driver.free(block.address));
        blocks.clear();
        common.free.clear();
        remains.clear();
        bytes = 0;
    }
}
