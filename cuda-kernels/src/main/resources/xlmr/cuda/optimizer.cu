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

// The moments of the rows of a table lie in slots, 256 of a block, whose places the lists say.
__device__ __forceinline__ float* slotOf(float* const* blocks, int slot, int columns) {
    return blocks[slot / 256] + (size_t)(slot % 256) * columns;
}

// Rows of a table make up for the updates from their own up to before `until`, with gradient 0: m = beta1 m; v = beta2 v;
// p = p decay - size m / (sqrt(v) / correction + epsilon). Rows whose slot is negative have no moments and only decay. A
// block a row; decays, sizes and corrections are of each update, one array behind the other.
extern "C" __global__ void __launch_bounds__(128) catchUpRows(
    float* table,
    const int* rows,
    const int* slots,
    const int* from,
    int until,
    float* const* firstMoments,
    float* const* secondMoments,
    const float* history,
    float beta1,
    float beta2,
    float epsilon,
    int columns) {
    float* parameter = table + (size_t)rows[blockIdx.x] * columns;
    const float* sizes = history + until;
    const float* corrections = sizes + until;
    int slot = slots[blockIdx.x];
    for (int c = threadIdx.x; c < columns; c += blockDim.x) {
        float p = parameter[c];
        if (slot < 0) {
            for (int number = from[blockIdx.x]; number < until; number++) {
                p *= history[number];
            }
        } else {
            float* first = slotOf(firstMoments, slot, columns);
            float* second = slotOf(secondMoments, slot, columns);
            float m = first[c];
            float v = second[c];
            for (int number = from[blockIdx.x]; number < until; number++) {
                m *= beta1;
                v *= beta2;
                p = fmaf(p, history[number], -sizes[number] * (m / (sqrtf(v) / corrections[number] + epsilon)));
            }
            first[c] = m;
            second[c] = v;
        }
        parameter[c] = p;
    }
}

// One update of rows of a table, as `adamW`; gradient i is that of row rows[i]. A block a row.
extern "C" __global__ void __launch_bounds__(128) adamWRows(
    float* table,
    const int* rows,
    const int* slots,
    const float* gradients,
    float* const* firstMoments,
    float* const* secondMoments,
    float gradientScale,
    float beta1,
    float oneMinusBeta1,
    float beta2,
    float oneMinusBeta2,
    float epsilon,
    float decay,
    float stepSize,
    float correction,
    int columns) {
    float* parameter = table + (size_t)rows[blockIdx.x] * columns;
    const float* gradient = gradients + (size_t)blockIdx.x * columns;
    float* first = slotOf(firstMoments, slots[blockIdx.x], columns);
    float* second = slotOf(secondMoments, slots[blockIdx.x], columns);
    for (int c = threadIdx.x; c < columns; c += blockDim.x) {
        float g = gradient[c] * gradientScale;
        float m = fmaf(beta1, first[c], oneMinusBeta1 * g);
        float v = fmaf(beta2, second[c], oneMinusBeta2 * g * g);
        first[c] = m;
        second[c] = v;
        parameter[c] = fmaf(parameter[c], decay, -stepSize * (m / (sqrtf(v) / correction + epsilon)));
    }
}

// table[rows[i]] = values[i]. A block a row.
extern "C" __global__ void __launch_bounds__(128)
    putRows(const float* values, const int* rows, float* table, int columns) {
    float* to = table + (size_t)rows[blockIdx.x] * columns;
    for (int c = threadIdx.x; c < columns; c += blockDim.x) {
        to[c] = values[(size_t)blockIdx.x * columns + c];
    }
}
