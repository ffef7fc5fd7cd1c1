package xlmr.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import xlmr.backend.AttentionShape;
import xlmr.backend.Backend;
import xlmr.backend.DropoutMask;
import xlmr.backend.Precision;
import xlmr.ptx.machine.KernelFault;
import xlmr.tensor.HostStorage;
import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;

/// What the host does around the kernels: memory, copies, errors, threads.
class CudaBackendTest {
    private static final FakeCuda CUDA = FakeCuda.install();

    private final FakeGpu gpu = CUDA.gpu();
    private Backend backend = CUDA.open();

    @BeforeEach
    void begin() {
        gpu.takeFault();
    }

    @AfterEach
    void everythingIsGivenBack() {
        gpu.capacity = Long.MAX_VALUE;
        gpu.launchesUntilRefusal = -1;
        gpu.takeFault();
        backend.close();
        assertThat(CUDA.leaks()).isEmpty();
    }

    @Test
    void aFullDeviceIsSaidInOneLineWithWhatToDo() {
        gpu.capacity = gpu.device.allocatedBytes() + 1_000_000;
        assertThatThrownBy(() -> backend.allocate(Shape.of(1000, 1000)))
                .isInstanceOf(CudaException.class)
                .hasMessageContaining("has no 4,000,000 bytes left")
                .hasMessageContaining("--batch-size")
                .hasMessageContaining("--device cpu");
        gpu.capacity = Long.MAX_VALUE;
        assertThat(tensor(1, 2).toArray()).containsExactly(1, 2);
    }

    @Test
    void memoryOfForgottenTensorsIsUsedAgainBeforeTheDeviceCountsAsFull() {
        gpu.capacity = gpu.device.allocatedBytes() + 8_000_000;
        for (int i = 0; i < 40; i++) {
            Tensor tensor = backend.allocate(Shape.of(250_000 + 40_000 * (i % 5))); // [n]
            backend.fill(tensor, i);
            assertThat(tensor.shape().elements()).isPositive();
        }
        assertThat(gpu.takeFault()).isNull();
    }

    @Test
    void memoryThatWasReleasedServesTheNextTensor() {
        Tensor first = backend.allocate(Shape.of(100, 100)); // [100, 100]
        int before = gpu.allocations;
        backend.release(first.storage());
        backend.allocate(Shape.of(100, 99));
        assertThat(gpu.allocations).isEqualTo(before);
    }

    @Test
    void aRefusedLaunchNamesTheKernelAndItsShape() {
        Tensor one = tensor(1, 2, 3);
        backend.add(one, one, one);
        gpu.launchesUntilRefusal = 0;
        assertThatThrownBy(() -> backend.add(one, one, one))
                .isInstanceOf(CudaException.class)
                .hasMessageContaining("cannot launch add<<<(1, 1), (256, 1), 0>>>")
                .hasMessageContaining("CUDA_ERROR_OUT_OF_MEMORY");
        gpu.launchesUntilRefusal = -1;
        assertThat(one.toArray()).containsExactly(2, 4, 6);
    }

    @Test
    void whatAKernelDidWrongIsReportedToWhoeverWaits() {
        Tensor table = tensor(1, 2, 3, 4).reshape(2, 2);
        Tensor output = backend.allocate(Shape.of(1, 2)); // [1, 2]
        backend.gatherRows(table, new int[] {5000}, output);
        assertThatThrownBy(output::toArray)
                .isInstanceOf(CudaException.class)
                .hasMessageContaining("CUDA_ERROR_LAUNCH_FAILED")
                .hasMessageContaining("--device cpu");
        assertThat(gpu.takeFault()).isInstanceOf(KernelFault.class);
    }

    @Test
    void arraysLargerThanTheStagingArriveWhole() {
        float[] values = new float[3_000_000];
        Random random = new Random(1);
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat();
        }
        Tensor tensor = backend.allocate(Shape.of(values.length)); // [n]
        backend.write(values, tensor);
        backend.write(new float[] {7}, tensor(1));
        assertThat(tensor.toArray()).isEqualTo(values);
        float[] part = new float[5];
        tensor.storage().read(2_999_000, part, 1, 3);
        assertThat(part)
                .containsExactly(0, values[2_999_000], values[2_999_001], values[2_999_002], 0);
    }

    @Test
    void manySmallArraysDoNotOvertakeEachOther() {
        List<Tensor> tensors = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            Tensor tensor = backend.allocate(Shape.of(10_000)); // [n]
            float[] values = new float[10_000];
            Arrays.fill(values, i);
            backend.write(values, tensor);
            Arrays.fill(values, -1);
            tensors.add(tensor);
        }
        for (int i = 0; i < tensors.size(); i++) {
            float[] last = new float[1];
            tensors.get(i).storage().read(9_999, last, 0, 1);
            assertThat(last[0]).isEqualTo(i);
        }
    }

    @Test
    void weightsThatTrainAreTakenOver() {
        HostStorage host = new HostStorage(new float[] {1, 2, 3});
        Tensor weight = new Tensor(Shape.of(3), host);
        backend.scale(weight, 2);
        backend.scale(weight, 2);
        assertThat(weight.toArray()).containsExactly(4, 8, 12);
        assertThatThrownBy(host::values)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("moved to another device, cuda:0");
    }

    @Test
    void aClosedBackendSaysSo() {
        Tensor tensor = tensor(1);
        backend.close();
        assertThatThrownBy(tensor::toArray).hasMessageContaining("the backend is closed");
        assertThatThrownBy(() -> backend.allocate(Shape.of(1)))
                .hasMessageContaining("the backend is closed");
        backend.close();
        backend = CUDA.open();
    }

    @Test
    void aTensorOfAnotherDeviceIsRefused() {
        try (Backend other = CUDA.open()) {
            Tensor foreign = other.allocate(Shape.of(1)); // [1]
            assertThatThrownBy(() -> backend.scale(foreign, 2))
                    .hasMessageContaining("a tensor of another device");
        }
    }

    @Test
    void severalThreadsAtOnceGetTheBitsOfOne() throws Exception {
        Tensor weight = random(40, 33); // [out, in]
        Tensor input = random(25, 33); // [N, in]
        Tensor bias = random(40); // [out]
        Callable<float[]> call =
                () -> {
                    Tensor output = backend.allocate(Shape.of(25, 40)); // [N, out]
                    backend.linear(input, weight, bias, output);
                    backend.softmax(output, output);
                    return output.toArray();
                };
        float[] alone = call.call();
        try (ExecutorService callers = Executors.newFixedThreadPool(3)) {
            List<Future<float[]>> results = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                results.add(callers.submit(call));
            }
            for (Future<float[]> result : results) {
                assertThat(result.get()).isEqualTo(alone);
            }
        }
    }

    @Test
    void roundedOperandsCostWhatTheirFractionSays() {
        Tensor input = random(20, 64); // [N, in]
        Tensor weight = random(30, 64); // [out, in]
        float[] exact = product(backend, input.toArray(), weight.toArray());
        float[] tf32 = productIn("tf32", input, weight);
        float[] bf16 = productIn("bf16", input, weight);
        // Two roundings of half a unit each, in a sum of 64 products of about 1.
        assertThat(distance(exact, tf32)).isBetween(1e-5, 64 * 0x1p-10);
        assertThat(distance(exact, bf16)).isBetween(1e-3, 64 * 0x1p-7);
    }

    @Test
    void attentionIsOnTensorCoresWhereBf16IsAskedFor() {
        float[] query = random(70, 32).toArray(); // [N, C]
        float[] exact = attention(backend, query);
        System.setProperty(Precision.PROPERTY, "bf16");
        try (Backend rounded = CUDA.open()) {
            // Half a unit of 2^-7 for the operands and the weights, which sum up to 1.
            assertThat(distance(exact, attention(rounded, query))).isBetween(1e-4, 0x1p-6);
        } finally {
            System.clearProperty(Precision.PROPERTY);
        }
    }

    /// Of a sequence to itself, by two heads.
    private static float[] attention(Backend backend, float[] values) {
        Tensor tokens = backend.allocate(Shape.of(70, 32)); // [N, C]
        backend.write(values, tokens);
        Tensor output = backend.allocate(Shape.of(70, 32)); // [N, C]
        Tensor logSumExp = backend.allocate(Shape.of(70, 2)); // [N, H]
        AttentionShape shape = AttentionShape.of(new int[] {0, 70}, 2, false);
        backend.attention(tokens, tokens, tokens, shape, DropoutMask.NONE, output, logSumExp);
        return output.toArray();
    }

    private static float[] productIn(String precision, Tensor input, Tensor weight) {
        float[] left = input.toArray();
        float[] right = weight.toArray();
        System.setProperty(Precision.PROPERTY, precision);
        try (Backend rounded = CUDA.open()) {
            return product(rounded, left, right);
        } finally {
            System.clearProperty(Precision.PROPERTY);
        }
    }

    private static float[] product(Backend backend, float[] left, float[] right) {
        Tensor input = backend.allocate(Shape.of(20, 64)); // [N, in]
        Tensor weight = backend.allocate(Shape.of(30, 64)); // [out, in]
        backend.write(left, input);
        backend.write(right, weight);
        Tensor output = backend.allocate(Shape.of(20, 30)); // [N, out]
        backend.linear(input, weight, null, output);
        return output.toArray();
    }

    private static double distance(float[] one, float[] other) {
        double largest = 0;
        for (int i = 0; i < one.length; i++) {
            largest = Math.max(largest, Math.abs(one[i] - other[i]));
        }
        return largest;
    }

    /// The fake must not forgive: what a program reads too early is not what was computed.
    @Test
    void aCopyThatNobodyWaitedForIsNotThereYet() {
        try (CudaDriver driver = CudaDriver.open(0)) {
            MemorySegment pinned = driver.allocatePinned(16);
            long address = driver.allocate(256);
            pinned.set(ValueLayout.JAVA_FLOAT, 0, 42);
            driver.copyIn(pinned.asSlice(0, 4), address);
            // The device reads it when it comes to it.
            pinned.set(ValueLayout.JAVA_FLOAT, 0, 43);
            driver.copyOut(address, pinned.asSlice(8, 4));
            assertThat(pinned.get(ValueLayout.JAVA_FLOAT, 8)).isNaN();
            driver.synchronize();
            assertThat(pinned.get(ValueLayout.JAVA_FLOAT, 8)).isEqualTo(43);
            driver.free(address);
            driver.freePinned(pinned);
        }
    }

    private Tensor random(int... sizes) {
        Shape shape = Shape.of(sizes);
        Random random = new Random(shape.elements());
        float[] values = new float[shape.elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        Tensor tensor = backend.allocate(shape); // [as asked]
        backend.write(values, tensor);
        return tensor;
    }

    private Tensor tensor(float... values) {
        Tensor tensor = backend.allocate(Shape.of(values.length)); // [n]
        backend.write(values, tensor);
        return tensor;
    }
}
