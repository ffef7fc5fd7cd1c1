// What a step of the optimizer needs: the norm of the gradients, and AdamW.

#include "reductions.cuh"

// partial[block] = sum of squares of the block's piece of 8192 elements, in double precision.
extern "C" __global__ void __launch_bounds__(256) sumOfSquaresPieces(const float* values, double* partial, int n) {
    int first = blockIdx.x * 8192;
    int end = min(first + 8192, n);
    double sum = 0.0;
    for (int i = first + threadIdx.x; i < end; i += blockDim.x) {
        sum = fma((double)values[i], (double)values[i], sum);
    }
    sum = blockSum(sum);
    if (threadIdx.x == 0) {
        partial[blockIdx.x] = sum;
    }
}

// total = sum of the pieces, in a fixed order.
extern "C" __global__ void __launch_bounds__(256) addSquares(const double* partial, double* total, int pieces) {
    double sum = 0.0;
    for (int i = threadIdx.x; i < pieces; i += blockDim.x) {
        sum += partial[i];
    }
    sum = blockSum(sum);
    if (threadIdx.x == 0) {
        total[0] = sum;
    }
}

// m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g^2; p = p decay - stepSize m / (sqrt(v) / correction + epsilon),
// where g is the gradient times its scale. The numbers are those of `AdamWStep`.
extern "C" __global__ void adamW(
    float* parameter,
    const float* gradient,
    float* firstMoment,
    float* secondMoment,
    float gradientScale,
    float beta1,
    float oneMinusBeta1,
    float beta2,
    float oneMinusBeta2,
    float epsilon,
    float decay,
    float stepSize,
    float correction,
    int n) {
    FOR_EACH(i, n) {
        float g = gradient[i] * gradientScale;
        float m = fmaf(beta1, firstMoment[i], oneMinusBeta1 * g);
        float v = fmaf(beta2, secondMoment[i], oneMinusBeta2 * g * g);
        firstMoment[i] = m;
        secondMoment[i] = v;
        parameter[i] = fmaf(parameter[i], decay, -stepSize * (m / (sqrtf(v) / correction + epsilon)));
    }
}
