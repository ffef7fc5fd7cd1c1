// Rows of tables, as embeddings are, and of sequences, as pooling sees them.

#include "reductions.cuh"

// output[i] = table[rows[i]]. A block a row.
extern "C" __global__ void gatherRows(const float* table, const int* rows, float* output, int columns) {
    size_t from = (size_t)rows[blockIdx.x] * columns;
    size_t to = (size_t)blockIdx.x * columns;
    for (int c = threadIdx.x; c < columns; c += blockDim.x) {
        output[to + c] = table[from + c];
    }
}

// output[i] += table[rows[i]]. A block a row.
extern "C" __global__ void addGatheredRows(const float* table, const int* rows, float* output, int columns) {
    size_t from = (size_t)rows[blockIdx.x] * columns;
    size_t to = (size_t)blockIdx.x * columns;
    for (int c = threadIdx.x; c < columns; c += blockDim.x) {
        output[to + c] += table[from + c];
    }
}

// dTable[r] += dOutput[i] for all i with rows[i] = r, in their order, without atomic operations: the i that belong to
// the k-th row that occurs, `distinct[k]`, are `positions[starts[k]]` to before `positions[starts[k + 1]]`. A block has
// such a row.
extern "C" __global__ void scatterAddRows(
    const float* dOutput, const int* distinct, const int* starts, const int* positions, float* dTable, int columns) {
    int first = starts[blockIdx.x];
    int end = starts[blockIdx.x + 1];
    size_t to = (size_t)distinct[blockIdx.x] * columns;
    for (int c = threadIdx.x; c < columns; c += blockDim.x) {
        float sum = dTable[to + c];
        for (int i = first; i < end; i++) {
            sum += dOutput[(size_t)positions[i] * columns + c];
        }
        dTable[to + c] = sum;
    }
}

// output[b] = mean of the rows starts[b] to before starts[b + 1]. Block (x, y) has segment y.
extern "C" __global__ void meanOfSegments(const float* input, const int* starts, float* output, int columns) {
    int c = blockIdx.x * blockDim.x + threadIdx.x;
    if (c >= columns) {
        return;
    }
    int first = starts[blockIdx.y];
    int end = starts[blockIdx.y + 1];
    // Long segments would lose digits: what each addition loses is added to the next one (Kahan).
    float sum = 0.0f;
    float lost = 0.0f;
    for (int n = first; n < end; n++) {
        float term = __fadd_rn(input[(size_t)n * columns + c], lost);
        float next = __fadd_rn(sum, term);
        lost = __fsub_rn(term, __fsub_rn(next, sum));
        sum = next;
    }
    output[(size_t)blockIdx.y * columns + c] = sum / (end - first);
}

// dInput[n] += dOutput[b] / rows of the segment.
extern "C" __global__ void meanOfSegmentsGradient(const float* dOutput, const int* starts, float* dInput, int columns) {
    int c = blockIdx.x * blockDim.x + threadIdx.x;
    if (c >= columns) {
        return;
    }
    int first = starts[blockIdx.y];
    int end = starts[blockIdx.y + 1];
    float change = dOutput[(size_t)blockIdx.y * columns + c] / (end - first);
    for (int n = first; n < end; n++) {
        dInput[(size_t)n * columns + c] += change;
    }
}

// The first of the largest rows of a segment in a column; NaN is larger than any number.
__device__ __forceinline__ int largestRow(const float* input, int first, int end, int columns, int c) {
    int best = first;
    float largest = input[(size_t)first * columns + c];
    for (int n = first + 1; n < end; n++) {
        float x = input[(size_t)n * columns + c];
        if (x > largest || (x != x && largest == largest)) {
            best = n;
            largest = x;
        }
    }
    return best;
}

// output[b] = the largest of the rows of a segment, column by column. Block (x, y) has segment y.
extern "C" __global__ void maximumOfSegments(const float* input, const int* starts, float* output, int columns) {
    int c = blockIdx.x * blockDim.x + threadIdx.x;
    if (c < columns) {
        int row = largestRow(input, starts[blockIdx.y], starts[blockIdx.y + 1], columns, c);
        output[(size_t)blockIdx.y * columns + c] = input[(size_t)row * columns + c];
    }
}

// dInput += dOutput at the row that the maximum came from.
extern "C" __global__ void maximumOfSegmentsGradient(
    const float* input, const int* starts, const float* dOutput, float* dInput, int columns) {
    int c = blockIdx.x * blockDim.x + threadIdx.x;
    if (c < columns) {
        int row = largestRow(input, starts[blockIdx.y], starts[blockIdx.y + 1], columns, c);
        dInput[(size_t)row * columns + c] += dOutput[(size_t)blockIdx.y * columns + c];
    }
}
