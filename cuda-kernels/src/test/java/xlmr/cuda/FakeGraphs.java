package xlmr.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Graphs of the fake driver. While a stream is captured, what it is asked for becomes part of a
/// graph and is not done; what waits, allocates or frees is refused and spoils the capture, until
/// it is ended (CUDA C++ Programming Guide, "Prohibited and Unhandled Operations").
final class FakeGraphs {
    static final int UNSUPPORTED = 900;
    static final int INVALIDATED = 901;
    static final int ILLEGAL_STATE = 401;
    static final int WRONG_THREAD = 908;

    private static final int THREAD_LOCAL = 1;

    /// A capture that was begun.
    private static final class Capture {
        final Thread thread = Thread.currentThread();
        final List<Runnable> work = new ArrayList<>();
        boolean isSpoiled;
    }

    private final FakeGpu gpu;
    private final Map<Long, List<Runnable>> graphs = new HashMap<>();
    private final Map<Long, List<Runnable>> executables = new HashMap<>();
    private @Nullable Capture capture;

    /// How many graphs were captured to their end, and how many launched.
    int captured;

    int launched;

    FakeGraphs(FakeGpu gpu) {
        this.gpu = gpu;
    }

    /// The driver's functions.
    ///
    /// @param current the GPU that is asked
    static void addTo(FakeLibrary library, Supplier<FakeGpu> current) {
        library.with(
                        "cuStreamBeginCapture_v2",
                        a -> current.get().graphs.begin(a.number(1)),
                        ADDRESS,
                        JAVA_INT)
                .with("cuStreamEndCapture", a -> current.get().graphs.end(a), ADDRESS, ADDRESS)
                .with(
                        "cuGraphInstantiateWithFlags",
                        a -> current.get().graphs.instantiate(a),
                        ADDRESS,
                        ADDRESS,
                        JAVA_LONG)
                .with(
                        "cuGraphLaunch",
                        a -> current.get().graphs.launch(a.address(0)),
                        ADDRESS,
                        ADDRESS)
                .with(
                        "cuGraphDestroy",
                        a -> remove(current.get().graphs.graphs, a.address(0)),
                        ADDRESS)
                .with(
                        "cuGraphExecDestroy",
                        a -> remove(current.get().graphs.executables, a.address(0)),
                        ADDRESS);
    }

    /// The status of what may not be asked for during a capture; 0 while there is none.
    int forbidden() {
        Capture current = capture;
        if (current == null) {
            return 0;
        }
        int status = current.isSpoiled ? INVALIDATED : UNSUPPORTED;
        current.isSpoiled = true;
        return status;
    }

    /// The status of what a stream may be asked for.
    int spoiled() {
        return capture != null && capture.isSpoiled ? INVALIDATED : 0;
    }

    /// Takes work of the stream into the graph.
    ///
    /// @return false if there is no capture
    boolean take(Runnable body) {
        return capture != null && capture.work.add(body);
    }

    private int begin(int mode) {
        if (capture != null) {
            return ILLEGAL_STATE;
        }
        if (mode != THREAD_LOCAL) {
            return FakeGpu.INVALID_VALUE;
        }
        capture = new Capture();
        return 0;
    }

    private int end(FakeLibrary.Arguments a) {
        Capture ended = capture;
        a.pointer(1, 8).set(JAVA_LONG, 0, 0);
        if (ended == null) {
            return ILLEGAL_STATE;
        }
        if (ended.thread != Thread.currentThread()) {
            return WRONG_THREAD;
        }
        capture = null;
        if (ended.isSpoiled) {
            return INVALIDATED;
        }
        long graph = gpu.handle();
        graphs.put(graph, ended.work);
        captured++;
        a.pointer(1, 8).set(JAVA_LONG, 0, graph);
        return 0;
    }

    private int instantiate(FakeLibrary.Arguments a) {
        List<Runnable> work = graphs.get(a.address(1));
        if (work == null || a.wide(2) != 0) {
            return FakeGpu.INVALID_VALUE;
        }
        long executable = gpu.handle();
        executables.put(executable, List.copyOf(work));
        a.pointer(0, 8).set(JAVA_LONG, 0, executable);
        return 0;
    }

    private int launch(long executable) {
        List<Runnable> work = executables.get(executable);
        if (work == null || capture != null) {
            return FakeGpu.INVALID_VALUE;
        }
        launched++;
        work.forEach(gpu::later);
        return 0;
    }

    private static int remove(Map<Long, List<Runnable>> handles, long handle) {
        return handles.remove(handle) == null ? FakeGpu.INVALID_VALUE : 0;
    }

    /// Graphs, ready ones and captures that were not given back.
    int left() {
        return graphs.size() + executables.size() + (capture == null ? 0 : 1);
    }
}
