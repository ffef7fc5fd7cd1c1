package xlmr.cuda;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import xlmr.ptx.Device;
import xlmr.ptx.Kernel;
import xlmr.ptx.LoadedModule;
import xlmr.ptx.machine.Dimensions;
import xlmr.ptx.machine.Region;

/// The state of the fake driver: an emulated device, what was allocated on it and beside it, and a
/// stream that does its work as late as it may, so that what nobody waited for is not there.
final class FakeGpu implements FakeLibrary.Failures {
    static final int INVALID_VALUE = 1;
    static final int OUT_OF_MEMORY = 2;
    static final int INVALID_CONTEXT = 201;
    static final int NOT_FOUND = 500;
    static final int LAUNCH_FAILED = 719;

    /// Bytes that a copy to the host leaves until it was waited for: as floats not a number.
    private static final byte UNFINISHED = -1;

    private static final long INSTRUCTIONS = 200_000_000;

    static final int NOT_READY = 600;

    /// How long the host waits for a stream that waits for another GPU.
    private static final long PATIENCE_MILLISECONDS = 20_000;

    /// Work that was asked for and not done yet. Done in the order of asking.
    ///
    /// @param turn says whether it may be done, where it waits for other GPUs
    private record Work(Runnable body, long mark, BooleanSupplier turn) {
        Work(Runnable body, long mark) {
            this(body, mark, () -> true);
        }
    }

    final FakeMachine machine;
    final int number;
    final Device device;
    final FakeGraphs graphs = new FakeGraphs(this);
    final Map<Long, LoadedModule> modules = new HashMap<>();
    final Map<Long, Kernel> functions = new HashMap<>();
    private final Map<String, LoadedModule> decoded = new HashMap<>();
    private final FakePinned pinned = new FakePinned();
    private final Map<Long, Long> events = new HashMap<>();
    private final Deque<Work> queue = new ArrayDeque<>();
    private long marks;
    private long handles;
    private @Nullable Throwable fault;

    /// Contexts and streams that were made and not given back.
    int contexts;

    final Set<Long> streams = new HashSet<>();
    int blasHandles;
    int programs;

    /// Without memory of the caller's, cuBLAS takes some itself, which a capture would show.
    boolean hasWorkspace;

    /// How often the driver was asked for memory, for launches, and to wait.
    int allocations;

    int launches;
    int waits;

    /// Bytes that were copied to the device.
    long bytesIn;

    /// Number of bytes that the device has.
    long capacity = Long.MAX_VALUE;

    /// After so many launches the next one is refused; negative for never.
    int launchesUntilRefusal = -1;

    /// What was asked of the stream without waiting.
    private int queries;

    private boolean isAsking;

    /// @param number addresses and handles of two GPUs are never the same
    FakeGpu(FakeMachine machine, int number) {
        this.machine = machine;
        this.number = number;
        this.device = new Device(1, INSTRUCTIONS, (0x10L + number) << 32);
        this.handles = 0x1000 + ((long) number << 32);
    }

    /// A new number for a handle.
    long handle() {
        return ++handles;
    }

    /// Asks for work; during a capture, for its place in the graph.
    void later(Runnable body) {
        if (!graphs.take(body)) {
            queue.add(new Work(body, 0));
        }
    }

    /// Asks for work that waits for its turn, and with it all that comes after.
    void inTurn(Runnable body, BooleanSupplier turn) {
        queue.add(new Work(body, 0, turn));
    }

    /// Does what can be done without waiting for the host.
    ///
    /// @return whether that is all
    boolean advance() {
        while (!queue.isEmpty() && fault == null) {
            if (isAsking || !hasTurn()) {
                return false;
            }
            work();
        }
        return true;
    }

    /// Whether the first of what is to be done has its turn. Other GPUs go on for it, and would ask
    /// this one again.
    private boolean hasTurn() {
        isAsking = true;
        try {
            return queue.element().turn().getAsBoolean();
        } finally {
            isAsking = false;
        }
    }

    /// Whether all is done; late, as a busy device.
    int query() {
        if (fault != null) {
            return LAUNCH_FAILED;
        }
        if (queue.isEmpty()) {
            return 0;
        }
        boolean isDone = ++queries % 3 == 0 && advance();
        return fault != null ? LAUNCH_FAILED : isDone ? 0 : NOT_READY;
    }

    /// The first of what is to be done.
    private Work work() {
        Work work = queue.remove();
        try {
            work.body().run();
        } catch (RuntimeException | Error failure) {
            fault = failure;
        }
        return work;
    }

    /// Waits until the first of what is to be done has its turn.
    private void awaitTurn() {
        long end = System.nanoTime() + PATIENCE_MILLISECONDS * 1_000_000;
        // Meanwhile the thread of another GPU may have done it.
        while (!queue.isEmpty() && !hasTurn()) {
            if (System.nanoTime() > end) {
                fault = new IllegalStateException("GPU %d waits for ever".formatted(number));
                return;
            }
            try {
                // Calls of other threads come in meanwhile.
                machine.wait(100);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                fault = interrupted;
                return;
            }
        }
    }

    /// Marks the place in the stream.
    void record(long event) {
        events.put(event, ++marks);
        queue.add(new Work(() -> {}, marks));
    }

    long newEvent() {
        long event = handle();
        events.put(event, 0L);
        return event;
    }

    int destroyEvent(long event) {
        return events.remove(event) == null ? INVALID_VALUE : 0;
    }

    /// Does the work up to an event, or all of it.
    int await(long mark) {
        waits++;
        return run(mark);
    }

    int awaitEvent(long event) {
        Long mark = events.get(event);
        return mark == null ? INVALID_VALUE : mark == 0 ? 0 : await(mark);
    }

    private int run(long until) {
        if (until != Long.MAX_VALUE && queue.stream().noneMatch(work -> work.mark() == until)) {
            return fault == null ? 0 : LAUNCH_FAILED;
        }
        while (!queue.isEmpty() && fault == null) {
            awaitTurn();
            if (fault == null && !queue.isEmpty() && work().mark() == until) {
                break;
            }
        }
        return fault == null ? 0 : LAUNCH_FAILED;
    }

    /// Allocates device memory, if there is as much.
    long allocate(long bytes) {
        allocations++;
        if (device.allocatedBytes() + bytes > capacity) {
            return 0;
        }
        return device.allocate(bytes).address();
    }

    /// Frees device memory, which waits for all work as the real one does.
    int free(long address) {
        run(Long.MAX_VALUE);
        try {
            device.memory().free(address);
            return 0;
        } catch (IllegalArgumentException unknown) {
            return INVALID_VALUE;
        }
    }

    MemorySegment allocatePinned(long bytes) {
        return pinned.allocate(bytes);
    }

    int freePinned(long address) {
        run(Long.MAX_VALUE);
        return pinned.free(address) ? 0 : INVALID_VALUE;
    }

    /// @throws IllegalArgumentException where these bytes are not of this GPU
    void requireAllocated(long address, long bytes) {
        region(address, bytes);
    }

    private Region region(long address, long bytes) {
        Region region = device.memory().find(address, Math.toIntExact(bytes));
        if (region == null) {
            throw new IllegalArgumentException(
                    "%d bytes at 0x%x are not on the device".formatted(bytes, address));
        }
        return region;
    }

    /// The pinned memory is read when the work is done, not when it is asked for.
    int copyIn(long to, long from, long bytes) {
        if (graphs.spoiled() != 0) {
            return graphs.spoiled();
        }
        region(to, bytes);
        pinned.find(from, bytes);
        bytesIn += bytes;
        later(
                () -> {
                    Region target = region(to, bytes);
                    target.write(
                            (int) (to - target.base()),
                            pinned.find(from, bytes).toArray(ValueLayout.JAVA_BYTE));
                });
        return 0;
    }

    int copyOut(long to, long from, long bytes) {
        if (graphs.spoiled() != 0) {
            return graphs.spoiled();
        }
        region(from, bytes);
        pinned.find(to, bytes).fill(UNFINISHED);
        later(
                () ->
                        MemorySegment.copy(
                                MemorySegment.ofArray(read(from, bytes)),
                                0,
                                pinned.find(to, bytes),
                                0,
                                bytes));
        return 0;
    }

    int copyWithin(long to, long from, long bytes) {
        if (graphs.spoiled() != 0) {
            return graphs.spoiled();
        }
        region(from, bytes);
        region(to, bytes);
        later(() -> write(to, read(from, bytes)));
        return 0;
    }

    /// Bytes of the device.
    ///
    /// @throws IllegalStateException where one was never written
    byte[] read(long address, long bytes) {
        Region region = region(address, bytes);
        return region.read((int) (address - region.base()), (int) bytes);
    }

    void write(long address, byte[] bytes) {
        Region region = region(address, bytes.length);
        region.write((int) (address - region.base()), bytes);
    }

    /// Loads PTX, which is decoded once.
    long load(String ptx) {
        long handle = handle();
        modules.put(
                handle,
                decoded.computeIfAbsent(
                        ptx, text -> device.load(xlmr.ptx.syntax.PtxModule.parse(text))));
        return handle;
    }

    int launch(
            Kernel kernel, Dimensions grid, Dimensions block, int sharedBytes, byte[] parameters) {
        if (graphs.spoiled() != 0) {
            return graphs.spoiled();
        }
        if (launchesUntilRefusal == 0) {
            return OUT_OF_MEMORY;
        }
        launchesUntilRefusal--;
        launches++;
        later(() -> device.launchPacked(kernel, grid, block, sharedBytes, parameters));
        return 0;
    }

    @Override
    public int status(Throwable failure) {
        if (fault == null) {
            fault = failure;
        }
        return LAUNCH_FAILED;
    }

    /// What went wrong first, and forgets it.
    @Nullable Throwable takeFault() {
        Throwable first = fault;
        fault = null;
        if (first != null) {
            queue.clear();
        }
        return first;
    }

    /// What was not given back, in one line; empty if there is nothing.
    String leaks() {
        long kernelsBytes =
                decoded.values().stream()
                        .flatMap(module -> module.variables().values().stream())
                        .mapToLong(variable -> variable.size())
                        .sum();
        StringBuilder text = new StringBuilder();
        append(text, "bytes of the device", device.allocatedBytes() - kernelsBytes);
        append(text, "pieces of pinned memory", pinned.left());
        append(text, "events", events.size());
        append(text, "modules", modules.size());
        append(text, "streams", streams.size());
        append(text, "contexts", contexts);
        append(text, "cuBLAS handles", blasHandles);
        append(text, "NVRTC programs", programs);
        append(text, "graphs", graphs.left());
        append(text, "pieces of work", queue.size());
        return text.toString();
    }

    private static void append(StringBuilder text, String what, long count) {
        if (count != 0) {
            text.append(text.isEmpty() ? "" : ", ").append(count).append(' ').append(what);
        }
    }
}
