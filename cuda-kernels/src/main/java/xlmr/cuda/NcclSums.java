package xlmr.cuda;

import static org.bytedeco.cuda.global.nccl.ncclAllReduce;
import static org.bytedeco.cuda.global.nccl.ncclCommAbort;
import static org.bytedeco.cuda.global.nccl.ncclCommDestroy;
import static org.bytedeco.cuda.global.nccl.ncclCommGetAsyncError;
import static org.bytedeco.cuda.global.nccl.ncclCommInitAll;
import static org.bytedeco.cuda.global.nccl.ncclFloat32;
import static org.bytedeco.cuda.global.nccl.ncclGetVersion;
import static org.bytedeco.cuda.global.nccl.ncclGroupEnd;
import static org.bytedeco.cuda.global.nccl.ncclGroupStart;
import static org.bytedeco.cuda.global.nccl.ncclInProgress;
import static org.bytedeco.cuda.global.nccl.ncclSuccess;
import static org.bytedeco.cuda.global.nccl.ncclSum;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.bytedeco.cuda.nccl.ncclComm;
import org.bytedeco.javacpp.PointerPointer;
import xlmr.backend.AllReduce;
import xlmr.backend.Backend;
import xlmr.backend.BackendUnavailableException;
import xlmr.tensor.Tensor;

/// Adds up over GPUs of one process by NCCL: each rank has a GPU, a thread and a communicator, and
/// its sums run on the stream of its GPU, after what made the gradients and before what uses them.
///
/// All tensors of a call are one group, which NCCL brings to the wire together; so no copies into
/// larger buffers are made.
final class NcclSums implements AllReduce {
    /// The first whose communicators may be ended from another thread while one is in a call.
    private static final int OLDEST = 21400;

    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final long PAUSE_NANOSECONDS = 20_000;

    private final List<CudaDevice> devices;
    private final List<ncclComm> communicators;
    private final int version;
    private boolean isOver;

    private NcclSums(List<CudaDevice> devices, List<ncclComm> communicators, int version) {
        this.devices = List.copyOf(devices);
        this.communicators = communicators;
        this.version = version;
    }

    /// Connects the devices.
    ///
    /// @throws BackendUnavailableException if NCCL is missing or too old
    /// @throws CudaException if they cannot be connected
    static NcclSums over(List<CudaDevice> devices) {
        int version = found();
        int[] ordinals = devices.stream().mapToInt(device -> device.facts().ordinal()).toArray();
        List<ncclComm> communicators = new ArrayList<>();
        try (PointerPointer<ncclComm> places = new PointerPointer<>(ordinals.length)) {
            NcclStatus.check(
                    ncclCommInitAll(places, ordinals.length, ordinals),
                    "connect %d GPUs".formatted(ordinals.length));
            for (int rank = 0; rank < ordinals.length; rank++) {
                communicators.add(places.get(ncclComm.class, rank));
            }
        }
        return new NcclSums(devices, communicators, version);
    }

    /// Loads NCCL and asks for its version.
    private static int found() {
        CudaLibraries.loadNccl();
        int[] version = new int[1];
        NcclStatus.check(ncclGetVersion(version), "ask for its version");
        if (version[0] < OLDEST) {
            throw new BackendUnavailableException(
                    "device cuda: NCCL %s is too old, expected %s or newer; pip install -U %s, or name one GPU, such as --device cuda:0"
                            .formatted(words(version[0]), words(OLDEST), CudaLibraries.NCCL_WHEEL));
        }
        return version[0];
    }

    /// The version of the NCCL that is here, such as `2.27.3`.
    ///
    /// @throws BackendUnavailableException if it is missing or too old
    static String versionHere() {
        return words(found());
    }

    /// Such as `2.27.3`.
    String version() {
        return words(version);
    }

    private static String words(int version) {
        return "%d.%d.%d".formatted(version / 10000, version % 10000 / 100, version % 100);
    }

    @Override
    public int ranks() {
        return devices.size();
    }

    @Override
    public void sum(int rank, Backend backend, List<Tensor> tensors) {
        try (CudaDevice.Entry entry = devices.get(rank).enter()) {
            long[] addresses = tensors.stream().mapToLong(entry::address).toArray();
            ncclComm communicator = communicator(rank);
            NcclStatus.check(ncclGroupStart(), "begin a sum over GPUs");
            int status = ncclSuccess;
            for (int i = 0; i < addresses.length && status == ncclSuccess; i++) {
                NativeAddress place = new NativeAddress(addresses[i]);
                status =
                        ncclAllReduce(
                                place,
                                place,
                                tensors.get(i).shape().elements(),
                                ncclFloat32,
                                ncclSum,
                                communicator,
                                entry.stream());
            }
            int end = ncclGroupEnd();
            NcclStatus.check(
                    status == ncclSuccess ? end : status,
                    "add up %d tensors over %d GPUs".formatted(addresses.length, ranks()));
        }
    }

    private synchronized ncclComm communicator(int rank) {
        requireConnection();
        return communicators.get(rank);
    }

    private synchronized void requireConnection() {
        if (isOver) {
            throw new CudaException(
                    "device cuda: the GPUs are no longer connected, since one of them failed");
        }
    }

    /// Asks and does not block, so that a GPU that another leaves alone is noticed.
    @Override
    public void await(int rank) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!isDone(rank)) {
            if (System.nanoTime() > end) {
                throw new CudaException(
                        "device cuda: a sum over %d GPUs is not done after %d s; look at nvidia-smi, set NCCL_DEBUG=INFO to see what NCCL waits for, or name one GPU, such as --device cuda:0"
                                .formatted(ranks(), PATIENCE.toSeconds()));
            }
            LockSupport.parkNanos(PAUSE_NANOSECONDS);
        }
    }

    private boolean isDone(int rank) {
        try (CudaDevice.Entry entry = devices.get(rank).enter()) {
            boolean isIdle = entry.isIdle();
            int[] status = new int[1];
            NcclStatus.check(
                    ncclCommGetAsyncError(communicator(rank), status), "ask how a sum goes");
            if (status[0] != ncclInProgress) {
                NcclStatus.check(status[0], "add up over %d GPUs".formatted(ranks()));
            }
            return isIdle;
        }
    }

    /// May come while another thread is in a call or its GPU waits, which NCCL then ends.
    @Override
    public synchronized void abort() {
        if (!isOver) {
            isOver = true;
            communicators.forEach(communicator -> ncclCommAbort(communicator));
        }
    }

    @Override
    public synchronized void close() {
        if (!isOver) {
            isOver = true;
            communicators.forEach(communicator -> ncclCommDestroy(communicator));
        }
    }
}
