package xlmr.cuda;

import java.lang.System.Logger;
import java.lang.ref.WeakReference;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import xlmr.backend.AttentionShape;
import xlmr.backend.Replays;
import xlmr.tensor.Tensor;

/// Graphs of small passes: when a pass of the same sizes comes the second time it is recorded, and
/// from then on launched with one call. The property `xlmr.cuda.graphs` set to `false` turns it
/// off.
///
/// The sequences are numbers on the device, like the input: what is launched depends on how many
/// tokens, sequences and tiles there are, not on where each sequence begins. A pass has the same
/// bits either way.
///
/// All graphs use the same memory, which nobody else gets: they never run at once, and before each
/// launch the input is copied in, after it the output out. When memory is short they are given up.
final class CudaGraphs implements Replays, AutoCloseable {
    /// System property that turns it off.
    static final String PROPERTY = "xlmr.cuda.graphs";

    /// Of more tokens a device is busy for longer than it takes to ask.
    static final int MOST_TOKENS = 1024;

    private static final int MOST_GRAPHS = 64;
    private static final int MOST_SEEN = 512;
    private static final int MOST_REHEARSALS = 4;
    private static final Logger LOG = System.getLogger(CudaGraphs.class.getName());

    /// Identity of an owner that may be collected.
    private static final class Owner extends WeakReference<Object> {
        private final int hash;

        Owner(Object owner) {
            super(owner);
            hash = System.identityHashCode(owner);
        }

        @Override
        @SuppressWarnings("ReferenceEquality") // Owners may be records, equal and yet two.
        public boolean equals(@Nullable Object other) {
            return this == other
                    || (other instanceof Owner owner && get() != null && get() == owner.get());
        }

        @Override
        public int hashCode() {
            return hash;
        }
    }

    /// What decides which launches a pass consists of.
    private record Key(
            Owner owner, int tokens, int sequences, int tiles, int largeTiles, boolean causal) {}

    /// A recorded pass.
    ///
    /// @param places address of where the sequences begin
    /// @param input address of what goes in
    /// @param output address of what comes out
    private record Pass(DeviceGraph graph, long places, long input, long output) {}

    private final CudaDevice device;
    private final DeviceMemory memory;
    private final Map<Key, Pass> passes = new LinkedHashMap<>(16, 0.75f, true);

    /// Passes that came once, or, where true, that cannot be recorded.
    private final Map<Key, Boolean> seen = new LinkedHashMap<>(16, 0.75f, true);

    private DeviceMemory.@Nullable Shelf shelf;
    private boolean isOn = !"false".equalsIgnoreCase(System.getProperty(PROPERTY));
    private boolean isRecording;

    CudaGraphs(CudaDevice device, DeviceMemory memory) {
        this.device = device;
        this.memory = memory;
    }

    @Override
    public boolean replay(
            Object owner,
            AttentionShape shape,
            Tensor input,
            Tensor output,
            UnaryOperator<Tensor> body) {
        int tokens = shape.tokens();
        if (!isOn
                || tokens == 0
                || tokens > MOST_TOKENS
                || !Arrays.equals(shape.starts(), shape.keyStarts())) {
            return false;
        }
        try (CudaDevice.Entry entry = device.enter()) {
            ReplayPlaces places = ReplayPlaces.of(shape);
            Key key = key(owner, shape, places);
            Pass pass = passes.get(key);
            if (pass == null) {
                pass = recorded(entry, key, places, input, body);
            }
            if (pass == null) {
                return false;
            }
            long bytes = (long) Float.BYTES * input.shape().elements();
            entry.staging().copyIn(places.numbers(), pass.places);
            entry.copy(entry.address(input), pass.input, bytes);
            entry.renewWeights();
            pass.graph.launch();
            entry.copy(pass.output, entry.address(output), bytes);
            return true;
        }
    }

    private static Key key(Object owner, AttentionShape shape, ReplayPlaces places) {
        return new Key(
                new Owner(owner),
                shape.tokens(),
                shape.sequences(),
                places.small().tiles(),
                places.large().tiles(),
                shape.causal());
    }

    /// Records a pass that came before; null if it did not, or cannot be recorded.
    private @Nullable Pass recorded(
            CudaDevice.Entry entry,
            Key key,
            ReplayPlaces places,
            Tensor input,
            UnaryOperator<Tensor> body) {
        Boolean refused = seen.get(key);
        if (refused == null) {
            remember(key, false);
            return null;
        }
        if (refused || isRecording) {
            return null;
        }
        forgetCollected();
        while (passes.size() >= MOST_GRAPHS) {
            Map.Entry<Key, Pass> eldest = passes.entrySet().iterator().next();
            passes.remove(eldest.getKey());
            eldest.getValue().graph().close();
        }
        try {
            Pass pass = record(entry, places, input, body);
            passes.put(key, pass);
            seen.remove(key);
            return pass;
        } catch (NotRecordableException reads) {
            remember(key, true);
            LOG.log(Logger.Level.DEBUG, reads.getMessage());
        } catch (CudaException failed) {
            isOn = false;
            clear();
            LOG.log(
                    Logger.Level.WARNING,
                    "{0}; small batches are launched kernel by kernel, as with -D{1}=false",
                    failed.getMessage(),
                    PROPERTY);
        }
        return null;
    }

    private void remember(Key key, boolean isRefused) {
        seen.put(key, isRefused);
        if (seen.size() > MOST_SEEN) {
            seen.remove(seen.keySet().iterator().next());
        }
    }

    /// Gives graphs back whose owner nobody can ask for any more.
    private void forgetCollected() {
        seen.keySet().removeIf(key -> key.owner().get() == null);
        passes.entrySet()
                .removeIf(
                        entry -> {
                            boolean isCollected = entry.getKey().owner().get() == null;
                            if (isCollected) {
                                entry.getValue().graph().close();
                            }
                            return isCollected;
                        });
    }

    /// Runs a pass until it asks the driver for no more memory, and records it then: kernels are
    /// loaded, weights are there, and what it takes from the shelf is on the shelf.
    private Pass record(
            CudaDevice.Entry entry, ReplayPlaces places, Tensor input, UnaryOperator<Tensor> body) {
        DeviceMemory.Shelf own = Objects.requireNonNullElseGet(shelf, memory::openShelf);
        shelf = own;
        int elements = input.shape().elements();
        isRecording = true;
        DeviceMemory.Block copy = memory.on(own, () -> memory.allocate(4L * elements));
        DeviceMemory.Block numbers =
                memory.on(own, () -> memory.allocate(4L * places.numbers().length));
        try {
            entry.copy(entry.address(input), copy.address(), 4L * elements);
            entry.staging().copyIn(places.numbers(), numbers.address());
            Tensor inside = entry.tensor(input.shape(), copy); // [N, C]
            entry.usePlaces(places, numbers.address());
            return memory.on(
                    own,
                    () -> {
                        long before = -1;
                        for (int i = 0;
                                i < MOST_REHEARSALS && before != memory.allocations();
                                i++) {
                            before = memory.allocations();
                            run(entry, body, inside);
                        }
                        Tensor[] result = new Tensor[1];
                        DeviceGraph graph =
                                entry.record(() -> result[0] = run(entry, body, inside));
                        return new Pass(
                                graph, numbers.address(), copy.address(), entry.address(result[0]));
                    });
        } finally {
            entry.usePlaces(null, 0);
            memory.release(copy);
            memory.release(numbers);
            isRecording = false;
        }
    }

    /// Rounded copies are neither found from before nor left behind: each record makes its own.
    private static Tensor run(CudaDevice.Entry entry, UnaryOperator<Tensor> body, Tensor input) {
        entry.forgetOperands();
        Tensor result = body.apply(input); // [N, C]
        entry.forgetOperands();
        return result;
    }

    /// How many graphs there are.
    int size() {
        return passes.size();
    }

    /// Gives all graphs up, and their memory to everybody.
    void clear() {
        if (isRecording) {
            return;
        }
        passes.values().forEach(pass -> pass.graph().close());
        passes.clear();
        seen.clear();
        DeviceMemory.Shelf own = shelf;
        if (own != null) {
            memory.close(own);
            shelf = null;
        }
    }

    @Override
    public void close() {
        isOn = false;
        clear();
    }
}
