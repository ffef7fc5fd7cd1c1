package xlmr.cuda;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import xlmr.tensor.Tensor;

/// One operation of a backend under way: it launches kernels, and owns the memory that they need
/// besides their tensors until it is closed.
///
/// Arguments of a launch are tensors, [DevicePointer]s, numbers of the parameter's size, or the
/// bytes of a struct.
abstract class Operation implements AutoCloseable {
    /// Threads of a block where elements are worked on one by one.
    static final int THREADS = 256;

    /// Threads of a block that has a row to itself.
    static final int ROW_THREADS = 128;

    /// Blocks of element kernels: as many as a large GPU has room for; what is left over is done in
    /// a loop.
    private static final int MOST_BLOCKS = 1024;

    /// Memory whose contents are undefined, until this operation is closed.
    abstract DevicePointer scratch(long bytes);

    /// A copy of an array on the device, until this operation is closed.
    abstract DevicePointer upload(int[] values);

    /// A copy of an array on the device, until this operation is closed.
    abstract DevicePointer upload(float[] values);

    /// Where the elements of a tensor lie on the device.
    abstract DevicePointer pointer(Tensor tensor);

    /// The numbers that kernels launched before have left, in one reading.
    abstract double[] readDoubles(DevicePointer pointer, int count);

    /// Launches a kernel.
    ///
    /// @param arguments without tensors
    abstract void launch(KernelLaunch launch, Object[] arguments);

    /// Gives the memory back, to be used again by what is launched later.
    @Override
    public abstract void close();

    /// A pointer that may be null.
    final DevicePointer uploadOrNull(float @Nullable [] values) {
        return values == null ? DevicePointer.NULL : upload(values);
    }

    /// A kernel that works on elements one by one; their number is its last argument.
    final void elements(String kernel, int n, Object... arguments) {
        Object[] all = Arrays.copyOf(arguments, arguments.length + 1);
        all[arguments.length] = n;
        start(ofElements(kernel, n), all);
    }

    /// The launch of a kernel that works on elements one by one.
    static KernelLaunch ofElements(String kernel, int n) {
        int blocks = Math.min(MOST_BLOCKS, Math.ceilDiv(n, THREADS));
        return new KernelLaunch(kernel, blocks, 1, THREADS, 1, 0);
    }

    /// A kernel of blocks in one row.
    final void rows(String kernel, int rows, int threads, Object... arguments) {
        start(new KernelLaunch(kernel, rows, 1, threads, 1, 0), arguments);
    }

    /// Launches, unless there is nothing to do.
    final void start(KernelLaunch launch, Object... arguments) {
        if (launch.gridX() == 0 || launch.gridY() == 0) {
            return;
        }
        Object[] plain = arguments.clone();
        for (int i = 0; i < plain.length; i++) {
            plain[i] = plain[i] instanceof Tensor tensor ? pointer(tensor) : plain[i];
        }
        launch(launch, plain);
    }
}
