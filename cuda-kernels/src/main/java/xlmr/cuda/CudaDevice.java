package xlmr.cuda;

import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.jspecify.annotations.Nullable;
import xlmr.tensor.HostStorage;
import xlmr.tensor.MappedStorage;
import xlmr.tensor.Shape;
import xlmr.tensor.Storage;
import xlmr.tensor.Tensor;

/// An open GPU: its driver, memory, kernels and matrix products, for one thread at a time.
final class CudaDevice implements AutoCloseable {
    /// Large read-only tables are sent in pieces of this many elements.
    private static final int PIECE = 1 << 20;

    /// How long closing waits for a thread that is in the device.
    private static final int CLOSING_SECONDS = 60;

    private final ReentrantLock lock = new ReentrantLock();
    private final CudaDriver driver;
    private final DeviceMemory memory;
    private final PinnedStaging staging;
    private final KernelModules kernels;
    private final MatrixProducts products;
    private final KernelArguments arguments = new KernelArguments();
    private final CudaGraphs graphs;
    private final String origin;
    private final @Nullable HalfFormat halfFormat;
    private final @Nullable HalfCopies halves;

    /// Copies of what never changes, made on first use and given back when it is collected.
    private final Map<Storage, DeviceMemory.Block> copies = new WeakHashMap<>();

    private DeviceMemory.@Nullable Block zeros;

    /// What a pass that is being recorded finds on the device, and where.
    private @Nullable ReplayPlaces places;

    private long placesAt;
    private boolean isClosed;

    private CudaDevice(CudaDriver driver, KernelImages images, CudaPrecision precision) {
        this.driver = driver;
        this.memory = new DeviceMemory(driver);
        this.graphs = new CudaGraphs(this, memory);
        memory.beforeShortage(graphs::clear);
        this.products = new MatrixProducts(driver, precision);
        this.staging = new PinnedStaging(driver);
        this.kernels = new KernelModules(driver, images);
        this.origin = images.origin();
        this.halfFormat = precision.halfFormat();
        this.halves = halfFormat == null ? null : new HalfCopies(memory, this::narrow);
    }

    /// The format in which matrices are multiplied on tensor cores; null for single precision.
    @Nullable HalfFormat halfFormat() {
        return halfFormat;
    }

    private void narrow(long from, long to, int count) {
        assert halfFormat != null;
        Object[] values = {new DevicePointer(from), new DevicePointer(to), count};
        KernelLaunch launch = Operation.ofElements("narrowTo" + halfFormat.kernels(), count);
        driver.launch(kernels.get(launch.kernel()), launch, arguments.pack(values));
    }

    /// Opens the device of that number, which compiles its kernels itself.
    static CudaDevice open(int ordinal, CudaPrecision precision) {
        CudaDriver driver = CudaDriver.open(ordinal);
        try {
            KernelImages images =
                    new CompiledImages(
                            new NvrtcCompiler(),
                            KernelCache.ofUser(),
                            driver.facts().architecture());
            return new CudaDevice(driver, images, precision);
        } catch (RuntimeException failed) {
            driver.close();
            throw failed;
        }
    }

    /// The right to use the device, until it is closed.
    final class Entry implements AutoCloseable {
        PinnedStaging staging() {
            return staging;
        }

        DeviceMemory memory() {
            return memory;
        }

        MatrixProducts products() {
            return products;
        }

        /// Copies on the device.
        void copy(long from, long to, long bytes) {
            driver.copyWithin(from, to, bytes);
        }

        /// What everything runs on, in order.
        CUstream_st stream() {
            return driver.stream();
        }

        /// Whether everything asked for so far is done.
        boolean isIdle() {
            return driver.isIdle();
        }

        /// A graph of what `body` launches.
        DeviceGraph record(Runnable body) {
            return DeviceGraph.record(driver, body);
        }

        /// From now on these arrays lie there already; null for none.
        void usePlaces(@Nullable ReplayPlaces known, long address) {
            places = known;
            placesAt = address;
        }

        /// Where an array lies already; null if it has to be copied.
        @Nullable DevicePointer place(int[] values) {
            ReplayPlaces known = places;
            return known == null ? null : known.find(values, placesAt);
        }

        /// A tensor in a block whose owner is somebody else.
        Tensor tensor(Shape shape, DeviceMemory.Block block) {
            return new Tensor(shape, new CudaStorage(CudaDevice.this, block, shape.elements()));
        }

        void launch(KernelLaunch launch, Object[] values) {
            driver.launch(kernels.get(launch.kernel()), launch, arguments.pack(values));
        }

        /// Where the elements of a tensor lie, to be read or written. What lies on the host is
        /// copied: for good where it never changes, and taken over where it may.
        long address(Tensor tensor) {
            if (halves != null) {
                halves.changed(place(tensor.storage()));
            }
            return readAddress(tensor);
        }

        /// Where an activation or gradient lies as matrix products multiply it.
        long operand(Tensor tensor) {
            long source = readAddress(tensor);
            int count = tensor.shape().elements();
            return halves == null ? source : halves.operand(place(tensor.storage()), source, count);
        }

        /// Where a weight lies as matrix products multiply it. Of one that never changes only the
        /// copy in 16 bits stays.
        long weight(Tensor tensor) {
            if (halves == null) {
                return readAddress(tensor);
            }
            Storage storage = place(tensor.storage());
            int count = tensor.shape().elements();
            DevicePointer known = halves.knownWeight(storage, count);
            if (known != null) {
                return known.address();
            }
            if (!storage.isReadOnly() || copies.containsKey(storage)) {
                return halves.weight(storage, readAddress(tensor), count, true);
            }
            DeviceMemory.Block passing = uploaded(storage);
            long half = halves.weight(storage, passing.address(), count, false);
            memory.release(passing);
            return half;
        }

        /// Brings the 16-bit copies of weights up to date.
        void renewWeights() {
            if (halves != null) {
                halves.renewWeights();
            }
        }

        /// Forgets the 16-bit copies of what is no weight.
        void forgetOperands() {
            if (halves != null) {
                halves.forgetOperands();
            }
        }

        /// The storage itself, or that of the device that has taken its elements over.
        private Storage place(Storage storage) {
            return switch (storage) {
                case HostStorage host -> takenOver(host);
                case MappedStorage mapped when !mapped.isReadOnly() -> takenOver(mapped);
                default -> storage;
            };
        }

        private long readAddress(Tensor tensor) {
            return switch (tensor.storage()) {
                case CudaStorage own -> own(own).address();
                case HostStorage host -> own(takenOver(host)).address();
                case MappedStorage mapped when !mapped.isReadOnly() ->
                        own(takenOver(mapped)).address();
                case Storage constant when constant.isReadOnly() -> copy(constant).address();
                case Storage other ->
                        throw new IllegalArgumentException(
                                "device cuda: expected a tensor of this device or a constant, found %s in %s"
                                        .formatted(
                                                tensor.shape(), other.getClass().getSimpleName()));
            };
        }

        /// Zeros as an array of ints.
        long zeros(int count) {
            DeviceMemory.Block known = zeros;
            if (known == null || known.bytes() < 4L * count) {
                // A graph may read the smaller ones still, so they stay; each is half of the next.
                known =
                        memory.allocate(
                                Math.max(4L * count, known == null ? 0 : 2 * known.bytes()));
                staging.copyIn(new int[(int) (known.bytes() / 4)], known.address());
                zeros = known;
            }
            return known.address();
        }

        private DeviceMemory.Block own(CudaStorage storage) {
            if (storage.device() != CudaDevice.this) {
                throw new IllegalStateException(
                        "device cuda: a tensor of another device; load the model again for this"
                                + " one");
            }
            return storage.block();
        }

        private CudaStorage takenOver(HostStorage host) {
            if (host.moved() instanceof CudaStorage moved) {
                return moved;
            }
            float[] values = host.values();
            CudaStorage place = newStorage(values.length);
            staging.copyIn(values, 0, values.length, place.block().address());
            host.moveTo(place);
            return place;
        }

        /// The word embedding, while it trains.
        private CudaStorage takenOver(MappedStorage mapped) {
            if (mapped.moved() instanceof CudaStorage moved) {
                return moved;
            }
            DeviceMemory.Block block = uploaded(mapped);
            CudaStorage place = new CudaStorage(CudaDevice.this, block, mapped.capacity());
            memory.releaseWith(place, block);
            mapped.moveTo(place);
            return place;
        }

        private DeviceMemory.Block copy(Storage constant) {
            DeviceMemory.Block known = copies.get(constant);
            if (known != null) {
                return known;
            }
            DeviceMemory.Block block = uploaded(constant);
            memory.releaseWith(constant, block);
            copies.put(constant, block);
            return block;
        }

        private DeviceMemory.Block uploaded(Storage constant) {
            long count = constant.capacity();
            DeviceMemory.Block block = memory.allocate(count * Float.BYTES);
            float[] piece = new float[(int) Math.min(PIECE, count)];
            for (long from = 0; from < count; from += PIECE) {
                int some = (int) Math.min(PIECE, count - from);
                constant.read(from, piece, 0, some);
                staging.copyIn(piece, 0, some, block.address() + from * Float.BYTES);
            }
            return block;
        }

        @Override
        public void close() {
            lock.unlock();
        }
    }

    /// Waits until no other thread is in, and enters.
    Entry enter() {
        lock.lock();
        if (isClosed) {
            lock.unlock();
            throw new IllegalStateException(
                    "device cuda: the backend is closed, and with it went what it held");
        }
        try {
            driver.enter();
        } catch (RuntimeException failed) {
            lock.unlock();
            throw failed;
        }
        return new Entry();
    }

    /// A tensor whose contents are undefined.
    Tensor allocate(Shape shape) {
        try (Entry _ = enter()) {
            return new Tensor(shape, newStorage(shape.elements()));
        }
    }

    private CudaStorage newStorage(long elements) {
        DeviceMemory.Block block = memory.allocate(elements * Float.BYTES);
        CudaStorage storage = new CudaStorage(this, block, elements);
        memory.releaseWith(storage, block);
        return storage;
    }

    CudaGraphs graphs() {
        return graphs;
    }

    DeviceFacts facts() {
        return driver.facts();
    }

    /// How often the driver was asked for memory.
    long allocations() {
        return memory.allocations();
    }

    String name() {
        return "cuda:%d %s".formatted(driver.facts().ordinal(), driver.facts().name());
    }

    /// What compiled the kernels and multiplies matrices.
    String libraries() {
        return origin + ", cuBLAS " + products.version();
    }

    /// Gives everything back; no tensor of it may be used any more. A device in which a thread
    /// hangs is left to the end of the process.
    @Override
    public void close() {
        try {
            if (!lock.tryLock(CLOSING_SECONDS, TimeUnit.SECONDS)) {
                return;
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return;
        }
        try {
            if (isClosed) {
                return;
            }
            isClosed = true;
            driver.enter();
            driver.synchronize();
            copies.clear();
            graphs.close();
            kernels.close();
            products.close();
            staging.close();
            memory.close();
            driver.close();
            arguments.close();
        } finally {
            lock.unlock();
        }
    }
}
