package xlmr.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// `libnccl.so.2`: sums of floats over the GPUs of a [FakeMachine]. A sum has its place in the
/// stream of each GPU, and is done when all have come to theirs. That all ask for the same is
/// checked, which the real one leaves to its user.
final class FakeNccl {
    private static final int INVALID_ARGUMENT = 4;
    private static final int INVALID_USAGE = 5;
    private static final int FLOATS = 7;
    private static final int SUM = 0;

    private final FakeMachine machine;
    private final FakeLibrary library;
    private final Map<Long, Communicator> communicators = new HashMap<>();

    /// What the next calls of a function return, by its name and the number of the GPU.
    final Map<String, Integer> refusals = new HashMap<>();

    int version = 22703;

    /// Sums that were asked for, and what happened asynchronously.
    int sums;

    int groups;
    int asynchronousError;
    private int openGroups;

    /// GPUs that add up together.
    private static final class Clique {
        final List<FakeGpu> gpus = new ArrayList<>();
        final List<Sum> sums = new ArrayList<>();
        boolean isAborted;
    }

    /// One of them.
    private static final class Communicator {
        final Clique clique;
        final int rank;
        int asked;

        Communicator(Clique clique, int rank) {
            this.clique = clique;
            this.rank = rank;
        }
    }

    /// One sum, as each GPU asks for it.
    private static final class Sum {
        final long count;
        final Map<Integer, long[]> places = new HashMap<>();
        final List<Integer> arrived = new ArrayList<>();
        boolean isDone;

        Sum(long count) {
            this.count = count;
        }
    }

    FakeNccl(FakeMachine machine) {
        this.machine = machine;
        library =
                new FakeLibrary("libnccl.so.2", machine)
                        .with("ncclGetVersion", this::version, ADDRESS)
                        .with("ncclCommInitAll", this::connect, ADDRESS, JAVA_INT, ADDRESS)
                        .with("ncclCommDestroy", a -> remove(a.address(0), false), ADDRESS)
                        .with("ncclCommAbort", a -> remove(a.address(0), true), ADDRESS)
                        .with("ncclCommGetAsyncError", this::asynchronous, ADDRESS, ADDRESS)
                        .with(
                                "ncclGroupStart",
                                a -> {
                                    openGroups++;
                                    return 0;
                                })
                        .with("ncclGroupEnd", a -> endGroup())
                        .with(
                                "ncclAllReduce",
                                this::sum,
                                ADDRESS,
                                ADDRESS,
                                JAVA_LONG,
                                JAVA_INT,
                                JAVA_INT,
                                ADDRESS,
                                ADDRESS)
                        .withWords("ncclGetErrorString", FakeNccl::words)
                        .withWords("ncclGetLastError", status -> "shm_open failed", ADDRESS);
    }

    FakeLibrary library() {
        return library;
    }

    /// What was not given back.
    String leaks() {
        return (communicators.isEmpty() ? "" : communicators.size() + " communicators ")
                + (openGroups == 0 ? "" : openGroups + " groups");
    }

    private int refusal(String function, int gpu) {
        Integer status = refusals.get(function + " " + gpu);
        return status == null ? 0 : status;
    }

    private int version(FakeLibrary.Arguments a) {
        a.pointer(0, 4).set(JAVA_INT, 0, version);
        return 0;
    }

    private int connect(FakeLibrary.Arguments a) {
        int count = a.number(1);
        MemorySegment numbers = a.pointer(2, 4L * count);
        Clique clique = new Clique();
        for (int rank = 0; rank < count; rank++) {
            int number = numbers.getAtIndex(JAVA_INT, rank);
            if (number >= machine.visible || clique.gpus.contains(machine.gpus.get(number))) {
                return INVALID_USAGE;
            }
            int refused = refusal("ncclCommInitAll", number);
            if (refused != 0) {
                return refused;
            }
            clique.gpus.add(machine.gpus.get(number));
        }
        MemorySegment places = a.pointer(0, 8L * count);
        for (int rank = 0; rank < count; rank++) {
            long handle = clique.gpus.get(rank).handle();
            communicators.put(handle, new Communicator(clique, rank));
            places.setAtIndex(JAVA_LONG, rank, handle);
        }
        return 0;
    }

    /// Waits for what was asked for, unless it is ended at once.
    private int remove(long handle, boolean aborts) {
        Communicator gone = communicators.remove(handle);
        if (gone == null) {
            return INVALID_ARGUMENT;
        }
        if (aborts) {
            gone.clique.isAborted = true;
            machine.notifyAll();
        } else {
            gone.clique.gpus.get(gone.rank).await(Long.MAX_VALUE);
        }
        return 0;
    }

    private int asynchronous(FakeLibrary.Arguments a) {
        a.pointer(1, 4).set(JAVA_INT, 0, asynchronousError);
        return communicators.containsKey(a.address(0)) ? 0 : INVALID_ARGUMENT;
    }

    private int endGroup() {
        groups++;
        return --openGroups < 0 ? INVALID_USAGE : 0;
    }

    private int sum(FakeLibrary.Arguments a) {
        Communicator communicator = communicators.get(a.address(5));
        if (communicator == null || a.number(3) != FLOATS || a.number(4) != SUM) {
            return INVALID_ARGUMENT;
        }
        Clique clique = communicator.clique;
        FakeGpu gpu = clique.gpus.get(communicator.rank);
        int refused = refusal("ncclAllReduce", gpu.number);
        if (refused != 0) {
            return refused;
        }
        if (gpu != machine.gpu() || !gpu.streams.contains(a.address(6))) {
            return INVALID_USAGE;
        }
        long count = a.wide(2);
        int index = communicator.asked++;
        if (index == clique.sums.size()) {
            clique.sums.add(new Sum(count));
        }
        Sum sum = clique.sums.get(index);
        if (sum.count != count) {
            throw new IllegalStateException(
                    "sum %d is of %d elements on one GPU and of %d on another"
                            .formatted(index, sum.count, count));
        }
        // The memory has to be there now; it is read when all have come.
        gpu.requireAllocated(a.address(0), 4 * count);
        gpu.requireAllocated(a.address(1), 4 * count);
        sum.places.put(communicator.rank, new long[] {a.address(0), a.address(1)});
        sums++;
        gpu.inTurn(() -> {}, () -> isDone(clique, sum, communicator.rank));
        machine.notifyAll();
        return 0;
    }

    /// A GPU has come to a sum in its stream.
    private boolean isDone(Clique clique, Sum sum, int rank) {
        if (!sum.arrived.contains(rank)) {
            sum.arrived.add(rank);
        }
        for (int other = 0; other < clique.gpus.size(); other++) {
            if (!sum.isDone && sum.places.containsKey(other) && !sum.arrived.contains(other)) {
                // It goes on by itself, whether or not its host waits.
                clique.gpus.get(other).advance();
            }
        }
        if (!sum.isDone && sum.arrived.size() == clique.gpus.size()) {
            add(clique, sum);
            sum.isDone = true;
            machine.notifyAll();
        }
        return sum.isDone || clique.isAborted;
    }

    private static void add(Clique clique, Sum sum) {
        int bytes = Math.toIntExact(4 * sum.count);
        float[] total = new float[Math.toIntExact(sum.count)];
        // In another order than that of the host's sums.
        List<Integer> ranks = new ArrayList<>(sum.places.keySet());
        Collections.sort(ranks, Collections.reverseOrder());
        for (int rank : ranks) {
            FloatBuffer values =
                    ByteBuffer.wrap(
                                    clique.gpus
                                            .get(rank)
                                            .read(
                                                    Objects.requireNonNull(sum.places.get(rank))[0],
                                                    bytes))
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .asFloatBuffer();
            for (int i = 0; i < total.length; i++) {
                total[i] += values.get(i);
            }
        }
        ByteBuffer result = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        result.asFloatBuffer().put(total);
        for (int rank : ranks) {
            clique.gpus
                    .get(rank)
                    .write(Objects.requireNonNull(sum.places.get(rank))[1], result.array());
        }
    }

    private static String words(int status) {
        return switch (status) {
            case 1 -> "unhandled cuda error (run with NCCL_DEBUG=INFO for details)";
            case 2 -> "unhandled system error (run with NCCL_DEBUG=INFO for details)";
            case 3 -> "internal error - please report this issue to the NCCL developers";
            case INVALID_ARGUMENT -> "invalid argument (run with NCCL_DEBUG=WARN for details)";
            case INVALID_USAGE -> "invalid usage (run with NCCL_DEBUG=WARN for details)";
            case 6 -> "remote process exited or there was a network error";
            default -> "unknown result code";
        };
    }
}
