package xlmr.cuda;

import static org.bytedeco.cuda.global.cublas.CUBLAS_COMPUTE_32F;
import static org.bytedeco.cuda.global.cublas.CUBLAS_COMPUTE_32F_FAST_TF32;
import static org.bytedeco.cuda.global.cudart.CUDA_R_16BF;
import static org.bytedeco.cuda.global.cudart.CUDA_R_16F;
import static org.bytedeco.cuda.global.cudart.CUDA_R_32F;

import org.jspecify.annotations.Nullable;
import xlmr.backend.Precision;

/// How matrix products and attention multiply. Weights, sums and results of an operation are
/// float32 in memory always; what is multiplied in 16 bits is a rounded copy, see [HalfCopies].
enum CudaPrecision {
    /// Float32, as the processor does.
    FP32(CUBLAS_COMPUTE_32F, CUDA_R_32F, null),
    /// Operands rounded to 10 bits of fraction, on tensor cores; attention as [#FP32].
    TF32(CUBLAS_COMPUTE_32F_FAST_TF32, CUDA_R_32F, null),
    /// Operands in bfloat16, 7 bits of fraction, on tensor cores, attention's included.
    BF16(CUBLAS_COMPUTE_32F, CUDA_R_16BF, HalfFormat.BF16),
    /// The same in float16, 10 bits of fraction: a number beyond 65504 is infinite, one below 6e-8
    /// is 0, so that training scales its loss.
    FP16(CUBLAS_COMPUTE_32F, CUDA_R_16F, HalfFormat.FP16);

    private final int computeType;
    private final int operandType;
    private final @Nullable HalfFormat halfFormat;

    CudaPrecision(int computeType, int operandType, @Nullable HalfFormat halfFormat) {
        this.computeType = computeType;
        this.operandType = operandType;
        this.halfFormat = halfFormat;
    }

    int computeType() {
        return computeType;
    }

    /// How cuBLAS calls what lies in memory.
    int operandType() {
        return operandType;
    }

    /// The format of operands in 16 bits; null for those in 32.
    @Nullable HalfFormat halfFormat() {
        return halfFormat;
    }

    static CudaPrecision of(Precision precision) {
        return switch (precision) {
            case FP32 -> FP32;
            case TF32 -> TF32;
            case BF16 -> BF16;
            case FP16 -> FP16;
        };
    }
}
