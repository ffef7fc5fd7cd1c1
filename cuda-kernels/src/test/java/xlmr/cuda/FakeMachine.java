package xlmr.cuda;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/// The machine of the fake driver: GPUs with separate memories, and for each thread the one whose
/// context it has entered. Calls come one at a time, whatever thread they are of; the monitor of
/// this object is held meanwhile.
final class FakeMachine implements FakeLibrary.Failures {
    private static final int MOST = 3;

    final List<FakeGpu> gpus =
            IntStream.range(0, MOST).mapToObj(number -> new FakeGpu(this, number)).toList();

    private final Map<Long, FakeGpu> contexts = new HashMap<>();
    private final ThreadLocal<FakeGpu> current = new ThreadLocal<>();

    /// How many GPUs the driver shows.
    int visible = 1;

    /// The GPU of the calling thread; the first for one that has entered none.
    FakeGpu gpu() {
        FakeGpu entered = current.get();
        return entered == null ? gpus.getFirst() : entered;
    }

    /// Whether the calling thread has entered a context.
    boolean isEntered() {
        return current.get() != null;
    }

    /// The context of a GPU.
    long retain(int number) {
        FakeGpu gpu = gpus.get(number);
        gpu.contexts++;
        long handle = gpu.handle();
        contexts.put(handle, gpu);
        return handle;
    }

    /// Makes a context that of the calling thread.
    int enter(long context) {
        if (context == 0) {
            current.remove();
            return 0;
        }
        FakeGpu gpu = contexts.get(context);
        if (gpu == null) {
            return FakeGpu.INVALID_CONTEXT;
        }
        current.set(gpu);
        return 0;
    }

    @Override
    public int status(Throwable failure) {
        return gpu().status(failure);
    }
}
