// Losses with their gradients. A loss is first the costs of its rows or elements, then their sum, taken by one block in a
// fixed order and in double precision: there are few.

#include "reductions.cuh"

// loss = factor times the sum of the costs.
extern "C" __global__ void __launch_bounds__(256) sumCosts(const float* costs, double factor, float* loss, int n) {
    double sum = 0.0;
    for (int i = threadIdx.x; i < n; i += blockDim.x) {
        sum += costs[i];
    }
    sum = blockSum(sum);
    if (threadIdx.x == 0) {
        loss[0] = (float)(sum * factor);
    }
}

// The largest of a row and the logarithm of the sum of exp(x - largest).
__device__ __forceinline__ void logSumExp(const float* x, int columns, float& largest, float& logarithm) {
    float mine = NEGATIVE_INFINITY;
    for (int c = threadIdx.x; c < columns; c += blockDim.x) {
        mine = larger(mine, x[c]);
    }
    largest = blockMaximum(mine);
    float sum = 0.0f;
    for (int c = threadIdx.x; c < columns; c += blockDim.x) {
        sum += expf(x[c] - largest);
    }
    logarithm = logf(blockSum(sum));
}

__device__ __forceinline__ float classWeight(const float* weights, int label) {
    return weights == nullptr ? 1.0f : weights[label];
}

// costs[n] = (1 - smoothing) w[y] (-log p[y]) + smoothing / K sum of w[k] (-log p[k]); 0 where the label is ignored. A
// block a row; `weights` may be null.
extern "C" __global__ void __launch_bounds__(128) crossEntropy(
    const float* logits,
    const int* labels,
    int ignored,
    float smoothing,
    const float* weights,
    float* costs,
    int classes) {
    const float* x = logits + (size_t)blockIdx.x * classes;
    int label = labels[blockIdx.x];
    float largest = 0.0f;
    float logarithm = 0.0f;
    float spread = 0.0f;
    if (label != ignored) {
        logSumExp(x, classes, largest, logarithm);
        if (smoothing > 0.0f) {
            for (int k = threadIdx.x; k < classes; k += blockDim.x) {
                spread = fmaf(classWeight(weights, k), logarithm - (x[k] - largest), spread);
            }
            spread = blockSum(spread);
        }
    }
    if (threadIdx.x == 0) {
        float cost = 0.0f;
        if (label != ignored) {
            float hard = classWeight(weights, label) * (logarithm - (x[label] - largest));
            cost = (1.0f - smoothing) * hard + smoothing / classes * spread;
        }
        costs[blockIdx.x] = cost;
    }
}

// dLogits[k] += factor ((1 - smoothing) w[y] (p[k] - [k = y]) + smoothing / K (p[k] sum of w - w[k])). A block a row.
extern "C" __global__ void __launch_bounds__(128) crossEntropyGradient(
    const float* logits,
    const int* labels,
    int ignored,
    float smoothing,
    const float* weights,
    float weightOfAll,
    float factor,
    float* dLogits,
    int classes) {
    int label = labels[blockIdx.x];
    if (label == ignored) {
        return;
    }
    size_t row = (size_t)blockIdx.x * classes;
    float largest;
    float logarithm;
    logSumExp(logits + row, classes, largest, logarithm);
    for (int k = threadIdx.x; k < classes; k += blockDim.x) {
        float p = expf(logits[row + k] - largest - logarithm);
        float hard = classWeight(weights, label) * (p - (k == label ? 1.0f : 0.0f));
        float spread = (p * weightOfAll - classWeight(weights, k)) / classes;
        float change = (1.0f - smoothing) * hard + smoothing * spread;
        dLogits[row + k] = fmaf(factor, change, dLogits[row + k]);
    }
}

// The largest of a column over rows, and the logarithm of the sum of exp(x - largest); for one warp.
__device__ __forceinline__ void columnLogSumExp(
    const float* logits, int first, int end, int columns, int column, float& largest, float& logarithm) {
    float mine = NEGATIVE_INFINITY;
    for (int n = first + threadIdx.x; n < end; n += 32) {
        mine = larger(mine, logits[(size_t)n * columns + column]);
    }
    largest = warpMaximum(mine);
    float sum = 0.0f;
    for (int n = first + threadIdx.x; n < end; n += 32) {
        sum += expf(logits[(size_t)n * columns + column] - largest);
    }
    logarithm = logf(warpSum(sum));
}

// Cross-entropy down the rows of segments: costs[b, k] = -log p[label] / segments that count in column k, or 0 where the
// label is -1. Block (x, y) of one warp has column x of segment y.
extern "C" __global__ void __launch_bounds__(32) segmentCrossEntropy(
    const float* logits, const int* starts, const int* labels, const int* counted, float* costs, int columns) {
    int column = blockIdx.x;
    int at = blockIdx.y * columns + column;
    float cost = 0.0f;
    if (labels[at] >= 0) {
        int first = starts[blockIdx.y];
        float largest;
        float logarithm;
        columnLogSumExp(logits, first, starts[blockIdx.y + 1], columns, column, largest, logarithm);
        float x = logits[(size_t)(first + labels[at]) * columns + column];
        cost = (logarithm - (x - largest)) / counted[column];
    }
    if (threadIdx.x == 0) {
        costs[at] = cost;
    }
}

// dLogits[n, k] += factor / segments that count in column k (p[n] - [n = label]).
extern "C" __global__ void __launch_bounds__(32) segmentCrossEntropyGradient(
    const float* logits,
    const int* starts,
    const int* labels,
    const int* counted,
    float factor,
    float* dLogits,
    int columns) {
    int column = blockIdx.x;
    int label = labels[blockIdx.y * columns + column];
    if (label < 0) {
        return;
    }
    int first = starts[blockIdx.y];
    int end = starts[blockIdx.y + 1];
    float largest;
    float logarithm;
    columnLogSumExp(logits, first, end, columns, column, largest, logarithm);
    float share = factor / counted[column];
    for (int n = first + threadIdx.x; n < end; n += 32) {
        size_t at = (size_t)n * columns + column;
        float p = expf(logits[at] - largest - logarithm);
        dLogits[at] = fmaf(share, p - (n == first + label ? 1.0f : 0.0f), dLogits[at]);
    }
}

// costs = max(x, 0) - x y + log(1 + exp(-|x|)), which never overflows.
extern "C" __global__ void binaryCrossEntropy(const float* logits, const float* labels, float* costs, int n) {
    FOR_EACH(i, n) {
        float x = logits[i];
        costs[i] = (x != x ? x : fmaxf(x, 0.0f)) - x * labels[i] + log1pf(expf(-fabsf(x)));
    }
}

// dLogits += factor (sigmoid(x) - y).
extern "C" __global__ void binaryCrossEntropyGradient(
    const float* logits, const float* labels, float factor, float* dLogits, int n) {
    FOR_EACH(i, n) {
        float sigmoid = 1.0f / (1.0f + expf(-logits[i]));
        dLogits[i] = fmaf(factor, sigmoid - labels[i], dLogits[i]);
    }
}

// costs = (x - y)^2.
extern "C" __global__ void squaredError(const float* predictions, const float* labels, float* costs, int n) {
    FOR_EACH(i, n) {
        float difference = predictions[i] - labels[i];
        costs[i] = difference * difference;
    }
}

// dPredictions += factor (x - y).
extern "C" __global__ void squaredErrorGradient(
    const float* predictions, const float* labels, float factor, float* dPredictions, int n) {
    FOR_EACH(i, n) {
        dPredictions[i] = fmaf(factor, predictions[i] - labels[i], dPredictions[i]);
    }
}
