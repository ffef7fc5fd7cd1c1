package xlmr.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import xlmr.ptx.DeviceBuffer;
import xlmr.tensor.Tensor;

/// An operation in the emulator. Its memory is kept until the launcher frees all.
final class EmulatedOperation extends Operation {
    private final Launcher launcher;

    EmulatedOperation(Launcher launcher) {
        this.launcher = launcher;
    }

    @Override
    DevicePointer scratch(long bytes) {
        return pointer(launcher.allocate(bytes));
    }

    @Override
    DevicePointer upload(int[] values) {
        return pointer(launcher.upload(values));
    }

    @Override
    DevicePointer upload(float[] values) {
        return pointer(launcher.upload(values));
    }

    @Override
    DevicePointer pointer(Tensor tensor) {
        return pointer(launcher.pointer(tensor));
    }

    private static DevicePointer pointer(DeviceBuffer buffer) {
        return new DevicePointer(buffer.address());
    }

    @Override
    double[] readDoubles(DevicePointer pointer, int count) {
        double[] numbers = new double[count];
        ByteBuffer.wrap(launcher.read(pointer, 8 * count))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asDoubleBuffer()
                .get(numbers);
        return numbers;
    }

    @Override
    void launch(KernelLaunch launch, Object[] arguments) {
        Object[] packed = new Object[arguments.length];
        for (int i = 0; i < packed.length; i++) {
            packed[i] =
                    arguments[i] instanceof DevicePointer pointer
                            ? (Object) pointer.address()
                            : arguments[i];
        }
        launcher.launch(launch, packed);
    }

    @Override
    public void close() {}
}
