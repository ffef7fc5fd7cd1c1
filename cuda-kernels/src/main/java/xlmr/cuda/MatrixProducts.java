package xlmr.cuda;

import static org.bytedeco.cuda.global.cublas.CUBLAS_GEMM_DEFAULT;
import static org.bytedeco.cuda.global.cublas.CUBLAS_OP_N;
import static org.bytedeco.cuda.global.cublas.CUBLAS_OP_T;
import static org.bytedeco.cuda.global.cublas.cublasCreate_v2;
import static org.bytedeco.cuda.global.cublas.cublasDestroy_v2;
import static org.bytedeco.cuda.global.cublas.cublasGemmEx;
import static org.bytedeco.cuda.global.cublas.cublasGetStatusName;
import static org.bytedeco.cuda.global.cublas.cublasGetVersion_v2;
import static org.bytedeco.cuda.global.cublas.cublasSetStream_v2;
import static org.bytedeco.cuda.global.cublas.cublasSetWorkspace_v2;
import static org.bytedeco.cuda.global.cudart.CUDA_R_32F;

import org.bytedeco.cuda.cublas.cublasContext;
import org.bytedeco.javacpp.FloatPointer;

/// Matrix products by cuBLAS on the stream of a driver.
///
/// cuBLAS counts by columns: what lies in memory as a matrix `[N, C]` by rows, it sees as `[C, N]`.
/// So all three products are asked for with their sides changed over.
final class MatrixProducts implements AutoCloseable {
    private final cublasContext handle = new cublasContext();
    private final FloatPointer one = new FloatPointer(1f);
    private final FloatPointer zero = new FloatPointer(0f);
    private final CudaPrecision precision;
    private final CudaDriver driver;

    /// Memory that cuBLAS works in: what it takes by itself would become part of every recorded
    /// graph. 0 if there was none left.
    private final long workspace;

    MatrixProducts(CudaDriver driver, CudaPrecision precision) {
        this.precision = precision;
        this.driver = driver;
        check(cublasCreate_v2(handle), "start cuBLAS");
        check(cublasSetStream_v2(handle, driver.stream()), "give cuBLAS its stream");
        // What NVIDIA recommends, which is what cuBLAS would take.
        long bytes = driver.facts().major() >= 9 ? 32L << 20 : 4L << 20;
        workspace = driver.allocate(bytes);
        if (workspace != 0) {
            check(
                    cublasSetWorkspace_v2(handle, new NativeAddress(workspace), bytes),
                    "give cuBLAS its memory");
        }
    }

    /// Its version, such as `12.9.1`.
    String version() {
        int[] number = new int[1];
        check(cublasGetVersion_v2(handle, number), "ask cuBLAS for its version");
        return "%d.%d.%d".formatted(number[0] / 10000, number[0] % 10000 / 100, number[0] % 100);
    }

    /// output = input weightᵀ, added to what is there if `adds`. `[N, in] x [out, in] -> [N, out]`
    void timesTransposed(
            long input, long weight, long output, int rows, int in, int out, boolean adds) {
        multiply(CUBLAS_OP_T, CUBLAS_OP_N, out, rows, in, weight, in, input, in, output, out, adds);
    }

    /// dInput += dOutput weight. `[N, out] x [out, in] -> [N, in]`
    void addTimes(long dOutput, long weight, long dInput, int rows, int in, int out) {
        multiply(
                CUBLAS_OP_N,
                CUBLAS_OP_N,
                in,
                rows,
                out,
                weight,
                in,
                dOutput,
                out,
                dInput,
                in,
                true);
    }

    /// dWeight += dOutputᵀ input. `[N, out] x [N, in] -> [out, in]`
    void addTransposedTimes(long dOutput, long input, long dWeight, int rows, int in, int out) {
        multiply(
                CUBLAS_OP_N,
                CUBLAS_OP_T,
                in,
                out,
                rows,
                input,
                in,
                dOutput,
                out,
                dWeight,
                in,
                true);
    }

    private void multiply(
            int transposeA,
            int transposeB,
            int m,
            int n,
            int k,
            long a,
            int strideA,
            long b,
            int strideB,
            long c,
            int strideC,
            boolean adds) {
        int status =
                cublasGemmEx(
                        handle,
                        transposeA,
                        transposeB,
                        m,
                        n,
                        k,
                        one,
                        new NativeAddress(a),
                        precision.operandType(),
                        strideA,
                        new NativeAddress(b),
                        precision.operandType(),
                        strideB,
                        adds ? one : zero,
                        new NativeAddress(c),
                        CUDA_R_32F,
                        strideC,
                        precision.computeType(),
                        CUBLAS_GEMM_DEFAULT);
        if (status != 0) {
            check(status, "multiply [%d, %d] by [%d, %d]".formatted(n, k, k, m));
        }
    }

    private static void check(int status, String what) {
        if (status != 0) {
            throw new CudaException(
                    "device cuda: cannot %s: %s; %s"
                            .formatted(
                                    what, cublasGetStatusName(status).getString(), remedy(status)));
        }
    }

    /// By the numbers of `cublas_api.h`.
    private static String remedy(int status) {
        return switch (status) {
            case 1 ->
                    "the driver does not fit cuBLAS: update the driver, or install an older %s, or use --device cpu"
                            .formatted(CudaLibraries.wheel("nvidia-cublas"));
            case 3 -> "the GPU's memory is full: smaller batches, or end what else uses it";
            default -> "use --device cpu, and report this line";
        };
    }

    @Override
    public void close() {
        cublasDestroy_v2(handle);
        if (workspace != 0) {
            driver.free(workspace);
        }
        one.close();
        zero.close();
    }
}
