package xlmr.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/// `libcublas.so`: products of float matrices stored by columns, with operands rounded as the
/// compute type asks for.
final class FakeBlas {
    private static final int INVALID_VALUE = 7;
    private static final int NOT_SUPPORTED = 15;
    private static final int EXECUTION_FAILED = 13;
    private static final int FLOATS = 0;
    private static final int TRANSPOSED = 1;

    private final FakeMachine machine;
    private final FakeLibrary library;

    FakeBlas(FakeMachine machine) {
        this.machine = machine;
        this.library =
                new FakeLibrary("libcublas.so." + CudaLibraries.MAJOR, machine)
                        .with(
                                "cublasCreate_v2",
                                a -> {
                                    FakeGpu gpu = machine.gpu();
                                    gpu.blasHandles++;
                                    a.pointer(0, 8).set(JAVA_LONG, 0, gpu.handle());
                                    return 0;
                                },
                                ADDRESS)
                        .with(
                                "cublasDestroy_v2",
                                a -> {
                                    machine.gpu().await(Long.MAX_VALUE);
                                    machine.gpu().blasHandles--;
                                    return 0;
                                },
                                ADDRESS)
                        .with(
                                "cublasSetStream_v2",
                                a -> {
                                    machine.gpu().hasWorkspace = false;
                                    return 0;
                                },
                                ADDRESS,
                                ADDRESS)
                        .with(
                                "cublasSetWorkspace_v2",
                                a -> {
                                    boolean fits = a.address(1) % 256 == 0 && a.wide(2) > 0;
                                    machine.gpu().hasWorkspace = fits;
                                    return fits ? 0 : INVALID_VALUE;
                                },
                                ADDRESS,
                                ADDRESS,
                                JAVA_LONG)
                        .with(
                                "cublasGetVersion_v2",
                                a -> {
                                    a.pointer(1, 4).set(JAVA_INT, 0, 120901);
                                    return 0;
                                },
                                ADDRESS,
                                ADDRESS)
                        .withWords("cublasGetStatusName", status -> "CUBLAS_STATUS_" + status)
                        .with(
                                "cublasGemmEx",
                                this::multiply,
                                ADDRESS,
                                JAVA_INT,
                                JAVA_INT,
                                JAVA_INT,
                                JAVA_INT,
                                JAVA_INT,
                                ADDRESS,
                                ADDRESS,
                                JAVA_INT,
                                JAVA_INT,
                                ADDRESS,
                                JAVA_INT,
                                JAVA_INT,
                                ADDRESS,
                                ADDRESS,
                                JAVA_INT,
                                JAVA_INT,
                                JAVA_INT,
                                JAVA_INT);
    }

    FakeLibrary library() {
        return library;
    }

    private int multiply(FakeLibrary.Arguments a) {
        boolean turnsA = a.number(1) == TRANSPOSED;
        boolean turnsB = a.number(2) == TRANSPOSED;
        int m = a.number(3);
        int n = a.number(4);
        int k = a.number(5);
        float alpha = a.pointer(6, 4).get(JAVA_FLOAT, 0);
        float beta = a.pointer(13, 4).get(JAVA_FLOAT, 0);
        Matrix left = new Matrix(a.address(7), turnsA ? k : m, turnsA ? m : k, a.number(9));
        Matrix right = new Matrix(a.address(10), turnsB ? n : k, turnsB ? k : n, a.number(12));
        Matrix result = new Matrix(a.address(14), m, n, a.number(16));
        Element operands = Element.of(a.number(8));
        boolean areAlike = a.number(11) == a.number(8) && a.number(15) == FLOATS;
        if (operands == null
                || m <= 0
                || n <= 0
                || k <= 0
                || !areAlike
                || !left.fits()
                || !right.fits()
                || !result.fits()) {
            return INVALID_VALUE;
        }
        int dropped = droppedBits(a.number(17));
        if (operands != Element.FLOAT && dropped != 0) {
            return NOT_SUPPORTED;
        }
        FakeGpu gpu = machine.gpu();
        int refused = gpu.hasWorkspace ? gpu.graphs.spoiled() : gpu.graphs.forbidden();
        if (refused != 0) {
            return EXECUTION_FAILED;
        }
        gpu.later(
                () -> {
                    float[] x = rounded(left.read(gpu, operands), dropped);
                    float[] y = rounded(right.read(gpu, operands), dropped);
                    float[] z =
                            beta == 0
                                    ? new float[result.elements()]
                                    : result.read(gpu, Element.FLOAT);
                    product(
                            x,
                            left.stride,
                            turnsA,
                            y,
                            right.stride,
                            turnsB,
                            z,
                            result.stride,
                            new int[] {m, n, k},
                            alpha,
                            beta);
                    result.write(gpu, z);
                });
        return 0;
    }

    /// c = alpha a b + beta c, everything by columns; sums in double precision.
    static void product(
            float[] a,
            int strideA,
            boolean turnsA,
            float[] b,
            int strideB,
            boolean turnsB,
            float[] c,
            int strideC,
            int[] sizes,
            float alpha,
            float beta) {
        for (int j = 0; j < sizes[1]; j++) {
            for (int i = 0; i < sizes[0]; i++) {
                double sum = 0;
                for (int l = 0; l < sizes[2]; l++) {
                    float x = a[turnsA ? l + i * strideA : i + l * strideA];
                    float y = b[turnsB ? j + l * strideB : l + j * strideB];
                    sum += (double) x * y;
                }
                int at = i + j * strideC;
                c[at] = (float) (alpha * sum + (beta == 0 ? 0 : (double) beta * c[at]));
            }
        }
    }

    /// Bits of the fraction that the compute type does not keep: `CUBLAS_COMPUTE_32F`,
    /// `..._FAST_16BF`, `..._FAST_TF32`.
    private static int droppedBits(int computeType) {
        return switch (computeType) {
            case 68 -> 0;
            case 75 -> 16;
            case 77 -> 13;
            default -> throw new IllegalArgumentException("compute type " + computeType);
        };
    }

    /// To nearest, ties to even.
    private static float[] rounded(float[] values, int droppedBits) {
        if (droppedBits == 0) {
            return values;
        }
        float[] rounded = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            int bits = Float.floatToRawIntBits(values[i]);
            int half = (1 << (droppedBits - 1)) - 1 + (bits >>> droppedBits & 1);
            rounded[i] =
                    Float.isFinite(values[i])
                            ? Float.intBitsToFloat(bits + half & -1 << droppedBits)
                            : values[i];
        }
        return rounded;
    }

    /// What operands are in memory, by the numbers of `cudaDataType`.
    private enum Element {
        FLOAT(FLOATS, 4),
        HALF(2, 2),
        BFLOAT16(14, 2);

        private final int type;
        private final int bytes;

        Element(int type, int bytes) {
            this.type = type;
            this.bytes = bytes;
        }

        static @Nullable Element of(int type) {
            for (Element element : values()) {
                if (element.type == type) {
                    return element;
                }
            }
            return null;
        }
    }

    /// A matrix on the device, by columns.
    private record Matrix(long address, int rows, int columns, int stride) {
        boolean fits() {
            return stride >= rows;
        }

        /// From the first to the last; what lies between columns is included.
        int elements() {
            return Math.toIntExact((columns - 1L) * stride + rows);
        }

        float[] read(FakeGpu gpu, Element element) {
            float[] values = new float[elements()];
            long size = (long) element.bytes * values.length;
            ByteBuffer bytes =
                    ByteBuffer.wrap(gpu.read(address, size)).order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < values.length; i++) {
                values[i] =
                        switch (element) {
                            case FLOAT -> bytes.getFloat(4 * i);
                            case HALF -> Float.float16ToFloat(bytes.getShort(2 * i));
                            case BFLOAT16 -> Float.intBitsToFloat(bytes.getShort(2 * i) << 16);
                        };
            }
            return values;
        }

        void write(FakeGpu gpu, float[] values) {
            ByteBuffer bytes =
                    ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asFloatBuffer().put(values);
            gpu.write(address, bytes.array());
        }
    }
}
