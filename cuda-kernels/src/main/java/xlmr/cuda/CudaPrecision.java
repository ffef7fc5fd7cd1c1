package xlmr.cuda;

import static org.bytedeco.cuda.global.cublas.CUBLAS_COMPUTE_32F;
import static org.bytedeco.cuda.global.cublas.CUBLAS_COMPUTE_32F_FAST_16BF;
import static org.bytedeco.cuda.global.cublas.CUBLAS_COMPUTE_32F_FAST_TF32;

import xlmr.backend.BackendUnavailableException;

/// How matrix products and attention multiply. Operands, sums and results of an operation are
/// float32 in memory always.
public enum CudaPrecision {
    /// Float32, as the processor does.
    FP32(CUBLAS_COMPUTE_32F),
    /// Operands rounded to 10 bits of fraction, on tensor cores; attention as [#FP32].
    TF32(CUBLAS_COMPUTE_32F_FAST_TF32),
    /// Operands rounded to bfloat16, 7 bits of fraction, on tensor cores, attention's included.
    BF16(CUBLAS_COMPUTE_32F_FAST_16BF);

    /// System property that names one.
    public static final String PROPERTY = "xlmr.cuda.precision";

    private final int computeType;

    CudaPrecision(int computeType) {
        this.computeType = computeType;
    }

    int computeType() {
        return computeType;
    }

    /// What the property [#PROPERTY] asks for, else [#FP32].
    static CudaPrecision chosen() {
        String name = System.getProperty(PROPERTY, "fp32");
        for (CudaPrecision precision : values()) {
            if (precision.name().equalsIgnoreCase(name)) {
                return precision;
            }
        }
        throw new BackendUnavailableException(
                "device cuda: %s expects fp32, tf32 or bf16, found %s".formatted(PROPERTY, name));
    }
}
