// What a step of the optimizer needs, of all tensors of a model at once: the norm of the gradients, AdamW, and zeros for the
// gradients of the next step.
//
// A block has a piece of 8192 elements of one tensor. Tables say where the tensors lie and which block is the first of each;
// behind the last tensor's line is one with the number of blocks.

#include "reductions.cuh"

#define PIECE 8192

// The tensor that a block works on: the last whose first block is not behind it. Tensors without elements have no block.
template <typename Line>
__device__ __forceinline__ int tensorOf(const Line* table, int tensors) {
    int low = 0;
    int high = tensors;
    while (high - low > 1) {
        int middle = (low + high) / 2;
        if (table[middle].firstBlock <= blockIdx.x) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

struct Elements {
    float* values;
    int count;
    unsigned firstBlock;
};

// All elements of all tensors = value.
extern "C" __global__ void __launch_bounds__(256) fillAll(const Elements* table, int tensors, float value) {
    Elements own = table[tensorOf(table, tensors)];
    int first = (blockIdx.x - own.firstBlock) * PIECE;
    int end = min(first + PIECE, own.count);
    for (int i = first + threadIdx.x; i < end; i += blockDim.x) {
        own.values[i] = value;
    }
}

// partial[block] = sum of squares of the block's piece, in double precision.
extern "C" __global__ void __launch_bounds__(256)
    sumOfSquaresPieces(const Elements* table, int tensors, double* partial) {
    Elements own = table[tensorOf(table, tensors)];
    int first = (blockIdx.x - own.firstBlock) * PIECE;
    int end = min(first + PIECE, own.count);
    double sum = 0.0;
    for (int i = first + threadIdx.x; i < end; i += blockDim.x) {
        sum = fma((double)own.values[i], (double)own.values[i], sum);
    }
    sum = blockSum(sum);
    if (threadIdx.x == 0) {
        partial[blockIdx.x] = sum;
    }
}

// numbers[t] = sum of the pieces of tensor t, in a fixed order; of tensors without pieces that have elements, the first
// element. A block a tensor.
extern "C" __global__ void __launch_bounds__(256)
    readNumbers(const Elements* table, const double* partial, double* numbers) {
    Elements own = table[blockIdx.x];
    unsigned end = table[blockIdx.x + 1].firstBlock;
    double sum = 0.0;
    for (unsigned i = own.firstBlock + threadIdx.x; i < end; i += blockDim.x) {
        sum += partial[i];
    }
    sum = blockSum(sum);
    if (threadIdx.x == 0) {
        numbers[blockIdx.x] = own.firstBlock == end && own.count > 0 ? (double)own.values[0] : sum;
    }
}

struct AdamWUpdate {
    float* parameter;
    const float* gradient;
    float* firstMoment;
    float* secondMoment;
    int count;
    unsigned firstBlock;
    float beta1;
    float oneMinusBeta1;
    float beta2;
    float oneMinusBeta2;
    float epsilon;
    float decay;
    float stepSize;
    float correction;
};

// m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g^2; p = p decay - stepSize m / (sqrt(v) / correction + epsilon),
// where g is the gradient times its scale. The numbers are those of `AdamWStep`.
extern "C" __global__ void __launch_bounds__(256) adamW(const AdamWUpdate* table, int tensors, float gradientScale) {
    AdamWUpdate own = table[tensorOf(table, tensors)];
    int first = (blockIdx.x - own.firstBlock) * PIECE;
    int end = min(first + PIECE, own.count);
    for (int i = first + threadIdx.x; i < end; i += blockDim.x) {
        float g = own.gradient[i] * gradientScale;
        float m = fmaf(own.beta1, own.firstMoment[i], own.oneMinusBeta1 * g);
        float v = fmaf(own.beta2, own.secondMoment[i], own.oneMinusBeta2 * g * g);
        own.firstMoment[i] = m;
        own.secondMoment[i] = v;
        own.parameter[i] =
            fmaf(own.parameter[i], own.decay, -own.stepSize * (m / (sqrtf(v) / own.correction + own.epsilon)));
    }
}
