// Attention within packed sequences on tensor cores, in the manner of FlashAttention-2 (Dao 2023): operands are bf16 or
// fp16, sums and results single precision. Scores exist in registers only, a tile at a time, and again in the backward
// pass, which is two kernels so that nothing is added with atomic operations.
//
// A block has 4 warps and 64 rows of its own, a warp 16 of them. The rows of the other side pass by in tiles: the next one
// is copied to shared memory while the warps work on this one. Kernels are made for heads of 32, 64 and 128 columns; a
// smaller head, a multiple of 8, is filled up with zeros in shared memory.

#include "attention.cuh"
#include "dropout.cuh"
#include "reductions.cuh"
#include "tensor_cores.cuh"

#define THREADS 128
#define OWN_ROWS 64
#define PASSING_ROWS 32
#define LOG2_E 1.44269504088896341f
#define LN_2 0.693147180559945309f

// Begins to copy ROWS rows of a head into a tile; those from `end` on and columns that the head has not become 0.
template <int SIZE, int ROWS>
__device__ __forceinline__ void copyTile(
    Half* tile, const Half* from, int first, int row, int end, const Shape& shape) {
    constexpr int CHUNKS = SIZE / 8;
#pragma unroll
    for (int i = 0; i < ROWS * CHUNKS; i += THREADS) {
        int r = (i + threadIdx.x) / CHUNKS;
        int chunk = (i + threadIdx.x) % CHUNKS;
        bool isThere = row + r < end && 8 * chunk < shape.size;
        size_t at = ((size_t)(first + row + r) * shape.heads + blockIdx.y) * shape.size + 8 * chunk;
        beginCopy(tile + placeOf<SIZE>(r, chunk), from + (isThere ? at : 0), isThere);
    }
}

// One of the two rows of a fragment that a lane has sums of: the lane's group of 4, and 8 below.
struct Row {
    int index;
    bool isThere;
    int seen;
    // Its place among [N, heads].
    unsigned at;

    __device__ __forceinline__ Row(const Shape& shape, const Sequence& sequence, int first, int half)
        : index(first + (threadIdx.x >> 5) * 16 + ((threadIdx.x & 31) >> 2) + 8 * half) {
        isThere = index < sequence.queries;
        seen = min(sequence.seen(shape, index), sequence.keys);
        at = (unsigned)(sequence.firstQuery + (isThere ? index : 0)) * shape.heads + blockIdx.y;
    }
};

// output = dropout(softmax(query key^T scale)) value; logSumExp [N, heads] for the backward pass.
template <typename Format, int SIZE>
__device__ __forceinline__ void attend(
    const Half* query, const Half* key, const Half* value, const Shape& shape, float* output, float* logSumExp) {
    constexpr int KEYS = SIZE <= 64 ? 64 : 32;
    extern __shared__ __align__(16) Half memory[];
    Half* queries = memory;
    Half* keys = queries + OWN_ROWS * SIZE;
    Half* values = keys + 2 * KEYS * SIZE;
    int2 tile = shape.tiles[blockIdx.x];
    Sequence sequence(shape, tile.x);
    int lane = threadIdx.x & 31;
    int warp = threadIdx.x >> 5;
    bool hasRows = tile.y + 16 * warp < sequence.queries;
    Row rows[2] = {Row(shape, sequence, tile.y, 0), Row(shape, sequence, tile.y, 1)};
    unsigned left[SIZE / 16][4];
    float sums[SIZE / 8][4] = {};
    float largest[2] = {NEGATIVE_INFINITY, NEGATIVE_INFINITY};
    float totals[2] = {};
    float scale = shape.scale * LOG2_E;
    copyTile<SIZE, OWN_ROWS>(queries, query, sequence.firstQuery, tile.y, sequence.queries, shape);
    copyTile<SIZE, KEYS>(keys, key, sequence.firstKey, 0, sequence.keys, shape);
    copyTile<SIZE, KEYS>(values, value, sequence.firstKey, 0, sequence.keys, shape);
    int end = sequence.seen(shape, min(tile.y + OWN_ROWS, sequence.queries) - 1);
    for (int start = 0; start < end; start += KEYS) {
        int stage = start / KEYS % 2 * KEYS * SIZE;
        waitForCopies();
        __syncthreads();
        if (start + KEYS < end) {
            int next = KEYS * SIZE - stage;
            copyTile<SIZE, KEYS>(keys + next, key, sequence.firstKey, start + KEYS, sequence.keys, shape);
            copyTile<SIZE, KEYS>(values + next, value, sequence.firstKey, start + KEYS, sequence.keys, shape);
        }
        if (!hasRows) {
            continue;
        }
        if (start == 0) {
#pragma unroll
            for (int k = 0; k < SIZE / 16; k++) {
                loadLeft<SIZE>(left[k], queries, 16 * warp, k);
            }
        }
        float scores[KEYS / 8][4] = {};
#pragma unroll
        for (int k = 0; k < SIZE / 16; k++) {
#pragma unroll
            for (int n = 0; n < KEYS / 16; n++) {
                unsigned right[4];
                loadRightOfRows<SIZE>(right, keys + stage, 16 * n, k);
                Format::multiply(scores[2 * n], left[k], right[0], right[1]);
                Format::multiply(scores[2 * n + 1], left[k], right[2], right[3]);
            }
        }
        float highest[2] = {largest[0], largest[1]};
#pragma unroll
        for (int n = 0; n < KEYS / 8; n++) {
#pragma unroll
            for (int j = 0; j < 4; j++) {
                int column = start + 8 * n + 2 * (lane & 3) + (j & 1);
                scores[n][j] = column < rows[j >> 1].seen ? scores[n][j] * scale : NEGATIVE_INFINITY;
                highest[j >> 1] = fmaxf(highest[j >> 1], scores[n][j]);
            }
        }
#pragma unroll
        for (int half = 0; half < 2; half++) {
            highest[half] = fmaxf(highest[half], __shfl_xor_sync(ALL_LANES, highest[half], 1));
            highest[half] = fmaxf(highest[half], __shfl_xor_sync(ALL_LANES, highest[half], 2));
            float shrink = exponential2(largest[half] - highest[half]);
            largest[half] = highest[half];
            totals[half] *= shrink;
#pragma unroll
            for (int n = 0; n < SIZE / 8; n++) {
                sums[n][2 * half] *= shrink;
                sums[n][2 * half + 1] *= shrink;
            }
        }
#pragma unroll
        for (int n = 0; n < KEYS / 8; n++) {
#pragma unroll
            for (int j = 0; j < 4; j++) {
                scores[n][j] = exponential2(scores[n][j] - highest[j >> 1]);
                totals[j >> 1] += scores[n][j];
            }
        }
        if (shape.threshold != 0) {
            unsigned low[2] = {
                dropoutHash(rows[0].at, shape.low, shape.high), dropoutHash(rows[1].at, shape.low, shape.high)};
#pragma unroll
            for (int n = 0; n < KEYS / 8; n++) {
#pragma unroll
                for (int j = 0; j < 4; j++) {
                    unsigned column = start + 8 * n + 2 * (lane & 3) + (j & 1);
                    bool isKept = keeps(column, low[j >> 1], shape.high, shape.threshold);
                    scores[n][j] = isKept ? scores[n][j] * shape.factor : 0.0f;
                }
            }
        }
#pragma unroll
        for (int k = 0; k < KEYS / 16; k++) {
            unsigned weights[4];
            toLeft<Format>(weights, scores[2 * k], scores[2 * k + 1]);
#pragma unroll
            for (int n = 0; n < SIZE / 16; n++) {
                unsigned right[4];
                loadRight<SIZE>(right, values + stage, 16 * k, n);
                Format::multiply(sums[2 * n], weights, right[0], right[1]);
                Format::multiply(sums[2 * n + 1], weights, right[2], right[3]);
            }
        }
    }
    if (!hasRows) {
        return;
    }
#pragma unroll
    for (int half = 0; half < 2; half++) {
        totals[half] += __shfl_xor_sync(ALL_LANES, totals[half], 1);
        totals[half] += __shfl_xor_sync(ALL_LANES, totals[half], 2);
        if (!rows[half].isThere) {
            continue;
        }
        float share = 1.0f / totals[half];
#pragma unroll
        for (int n = 0; n < SIZE / 8; n++) {
            if (8 * n < shape.size) {
                float2* place = (float2*)(output + (size_t)rows[half].at * shape.size + 8 * n + 2 * (lane & 3));
                *place = make_float2(sums[n][2 * half] * share, sums[n][2 * half + 1] * share);
            }
        }
        if ((lane & 3) == 0) {
            logSumExp[rows[half].at] = largest[half] * LN_2 + logf(totals[half]);
        }
    }
}

// Adds 16 rows of sums, times a factor, to those of a head in memory.
template <int SIZE>
__device__ __forceinline__ void addSums(
    float* to, const float sums[SIZE / 8][4], float factor, int first, int row, int end, const Shape& shape) {
    int lane = threadIdx.x & 31;
#pragma unroll
    for (int half = 0; half < 2; half++) {
        int r = row + (threadIdx.x >> 5) * 16 + (lane >> 2) + 8 * half;
        if (r >= end) {
            continue;
        }
        float* from = to + ((size_t)(first + r) * shape.heads + blockIdx.y) * shape.size + 2 * (lane & 3);
#pragma unroll
        for (int n = 0; n < SIZE / 8; n++) {
            if (8 * n < shape.size) {
                float2* place = (float2*)(from + 8 * n);
                float2 old = *place;
                *place = make_float2(
                    fmaf(sums[n][2 * half], factor, old.x), fmaf(sums[n][2 * half + 1], factor, old.y));
            }
        }
    }
}

// What a probability and its gradient come to: P = 2^(score - logarithm) where the key is seen, dP = M dWeight with the
// mask M, dS = P (dP - delta), and the weight M P, which multiplied the value.
__device__ __forceinline__ float probabilityGradient(
    float score, float dWeight, bool isSeen, float logarithm, float delta, float mask, float& weight) {
    float p = isSeen ? exponential2(score - logarithm) : 0.0f;
    weight = mask * p;
    return p * (mask * dWeight - delta);
}

// dQuery += dS key scale.
template <typename Format, int SIZE>
__device__ __forceinline__ void addQueryGradient(
    const Half* query,
    const Half* key,
    const Half* value,
    const Shape& shape,
    const float* logSumExp,
    const float* deltas,
    const Half* dOutput,
    float* dQuery) {
    extern __shared__ __align__(16) Half memory[];
    Half* queries = memory;
    Half* gradients = queries + OWN_ROWS * SIZE;
    Half* keys = gradients + OWN_ROWS * SIZE;
    Half* values = keys + 2 * PASSING_ROWS * SIZE;
    int2 tile = shape.tiles[blockIdx.x];
    Sequence sequence(shape, tile.x);
    int lane = threadIdx.x & 31;
    int warp = threadIdx.x >> 5;
    bool hasRows = tile.y + 16 * warp < sequence.queries;
    Row rows[2] = {Row(shape, sequence, tile.y, 0), Row(shape, sequence, tile.y, 1)};
    float logarithms[2] = {logSumExp[rows[0].at] * LOG2_E, logSumExp[rows[1].at] * LOG2_E};
    float delta[2] = {deltas[rows[0].at], deltas[rows[1].at]};
    unsigned low[2] = {
        dropoutHash(rows[0].at, shape.low, shape.high), dropoutHash(rows[1].at, shape.low, shape.high)};
    unsigned leftQuery[SIZE / 16][4];
    unsigned leftGradient[SIZE / 16][4];
    float sums[SIZE / 8][4] = {};
    float scale = shape.scale * LOG2_E;
    copyTile<SIZE, OWN_ROWS>(queries, query, sequence.firstQuery, tile.y, sequence.queries, shape);
    copyTile<SIZE, OWN_ROWS>(gradients, dOutput, sequence.firstQuery, tile.y, sequence.queries, shape);
    copyTile<SIZE, PASSING_ROWS>(keys, key, sequence.firstKey, 0, sequence.keys, shape);
    copyTile<SIZE, PASSING_ROWS>(values, value, sequence.firstKey, 0, sequence.keys, shape);
    int end = sequence.seen(shape, min(tile.y + OWN_ROWS, sequence.queries) - 1);
    for (int start = 0; start < end; start += PASSING_ROWS) {
        int stage = start / PASSING_ROWS % 2 * PASSING_ROWS * SIZE;
        waitForCopies();
        __syncthreads();
        if (start + PASSING_ROWS < end) {
            int next = PASSING_ROWS * SIZE - stage;
            int row = start + PASSING_ROWS;
            copyTile<SIZE, PASSING_ROWS>(keys + next, key, sequence.firstKey, row, sequence.keys, shape);
            copyTile<SIZE, PASSING_ROWS>(values + next, value, sequence.firstKey, row, sequence.keys, shape);
        }
        if (!hasRows) {
            continue;
        }
        if (start == 0) {
#pragma unroll
            for (int k = 0; k < SIZE / 16; k++) {
                loadLeft<SIZE>(leftQuery[k], queries, 16 * warp, k);
                loadLeft<SIZE>(leftGradient[k], gradients, 16 * warp, k);
            }
        }
#pragma unroll 1
        for (int slice = 0; slice < PASSING_ROWS; slice += 16) {
            float scores[2][4] = {};
            float dWeights[2][4] = {};
#pragma unroll
            for (int k = 0; k < SIZE / 16; k++) {
                unsigned right[4];
                loadRightOfRows<SIZE>(right, keys + stage, slice, k);
                Format::multiply(scores[0], leftQuery[k], right[0], right[1]);
                Format::multiply(scores[1], leftQuery[k], right[2], right[3]);
                loadRightOfRows<SIZE>(right, values + stage, slice, k);
                Format::multiply(dWeights[0], leftGradient[k], right[0], right[1]);
                Format::multiply(dWeights[1], leftGradient[k], right[2], right[3]);
            }
#pragma unroll
            for (int i = 0; i < 8; i++) {
                int n = i >> 2;
                int j = i & 3;
                int half = j >> 1;
                int column = start + slice + 8 * n + 2 * (lane & 3) + (j & 1);
                float mask = keeps(column, low[half], shape.high, shape.threshold) ? shape.factor : 0.0f;
                float weight;
                scores[n][j] = probabilityGradient(
                    scores[n][j] * scale,
                    dWeights[n][j],
                    column < rows[half].seen,
                    logarithms[half],
                    delta[half],
                    mask,
                    weight);
            }
            unsigned left[4];
            toLeft<Format>(left, scores[0], scores[1]);
#pragma unroll
            for (int n = 0; n < SIZE / 16; n++) {
                unsigned right[4];
                loadRight<SIZE>(right, keys + stage, slice, n);
                Format::multiply(sums[2 * n], left, right[0], right[1]);
                Format::multiply(sums[2 * n + 1], left, right[2], right[3]);
            }
        }
    }
    addSums<SIZE>(dQuery, sums, shape.scale, sequence.firstQuery, tile.y, sequence.queries, shape);
}

// dKey += dS^T query scale, dValue += (M P)^T dOutput. Tiles are of keys, and the queries pass by.
template <typename Format, int SIZE>
__device__ __forceinline__ void addKeyValueGradient(
    const Half* query,
    const Half* key,
    const Half* value,
    const Shape& shape,
    const float* logSumExp,
    const float* deltas,
    const Half* dOutput,
    float* dKey,
    float* dValue) {
    // Registers do not hold the fragments of 128 columns beside the sums: those are read again for each slice.
    constexpr bool KEEPS_FRAGMENTS = SIZE <= 64;
    extern __shared__ __align__(16) Half memory[];
    Half* keys = memory;
    Half* values = keys + OWN_ROWS * SIZE;
    Half* queries = values + OWN_ROWS * SIZE;
    Half* gradients = queries + 2 * PASSING_ROWS * SIZE;
    float* logarithms = (float*)(gradients + 2 * PASSING_ROWS * SIZE);
    float* delta = logarithms + 2 * PASSING_ROWS;
    int2 tile = shape.tiles[blockIdx.x];
    Sequence sequence(shape, tile.x);
    int lane = threadIdx.x & 31;
    int warp = threadIdx.x >> 5;
    bool hasRows = tile.y + 16 * warp < sequence.keys;
    int row = tile.y + 16 * warp + (lane >> 2);
    unsigned leftKey[KEEPS_FRAGMENTS ? SIZE / 16 : 1][4];
    unsigned leftValue[KEEPS_FRAGMENTS ? SIZE / 16 : 1][4];
    float keySums[SIZE / 8][4] = {};
    float valueSums[SIZE / 8][4] = {};
    float scale = shape.scale * LOG2_E;
    // The first query that sees a key of the tile.
    int first = shape.causal ? max(0, tile.y - (sequence.keys - sequence.queries)) / PASSING_ROWS * PASSING_ROWS : 0;
    auto copyQueries = [&](int start) {
        int stage = start / PASSING_ROWS % 2 * PASSING_ROWS;
        copyTile<SIZE, PASSING_ROWS>(
            queries + stage * SIZE, query, sequence.firstQuery, start, sequence.queries, shape);
        copyTile<SIZE, PASSING_ROWS>(
            gradients + stage * SIZE, dOutput, sequence.firstQuery, start, sequence.queries, shape);
        if (threadIdx.x < PASSING_ROWS) {
            bool isThere = start + threadIdx.x < sequence.queries;
            size_t at = (size_t)(sequence.firstQuery + start + threadIdx.x) * shape.heads + blockIdx.y;
            beginCopy(logarithms + stage + threadIdx.x, logSumExp + (isThere ? at : 0), isThere);
            beginCopy(delta + stage + threadIdx.x, deltas + (isThere ? at : 0), isThere);
        }
    };
    copyTile<SIZE, OWN_ROWS>(keys, key, sequence.firstKey, tile.y, sequence.keys, shape);
    copyTile<SIZE, OWN_ROWS>(values, value, sequence.firstKey, tile.y, sequence.keys, shape);
    copyQueries(first);
    for (int start = first; start < sequence.queries; start += PASSING_ROWS) {
        int stage = start / PASSING_ROWS % 2 * PASSING_ROWS;
        waitForCopies();
        __syncthreads();
        if (start + PASSING_ROWS < sequence.queries) {
            copyQueries(start + PASSING_ROWS);
        }
        if (!hasRows) {
            continue;
        }
        if (KEEPS_FRAGMENTS && start == first) {
#pragma unroll
            for (int k = 0; k < SIZE / 16; k++) {
                loadLeft<SIZE>(leftKey[KEEPS_FRAGMENTS ? k : 0], keys, 16 * warp, k);
                loadLeft<SIZE>(leftValue[KEEPS_FRAGMENTS ? k : 0], values, 16 * warp, k);
            }
        }
#pragma unroll 1
        for (int slice = 0; slice < PASSING_ROWS; slice += 16) {
            float scores[2][4] = {};
            float dWeights[2][4] = {};
#pragma unroll
            for (int k = 0; k < SIZE / 16; k++) {
                int kept = KEEPS_FRAGMENTS ? k : 0;
                unsigned right[4];
                if (!KEEPS_FRAGMENTS) {
                    loadLeft<SIZE>(leftKey[kept], keys, 16 * warp, k);
                    loadLeft<SIZE>(leftValue[kept], values, 16 * warp, k);
                }
                loadRightOfRows<SIZE>(right, queries + stage * SIZE, slice, k);
                Format::multiply(scores[0], leftKey[kept], right[0], right[1]);
                Format::multiply(scores[1], leftKey[kept], right[2], right[3]);
                loadRightOfRows<SIZE>(right, gradients + stage * SIZE, slice, k);
                Format::multiply(dWeights[0], leftValue[kept], right[0], right[1]);
                Format::multiply(dWeights[1], leftValue[kept], right[2], right[3]);
            }
            float weights[2][4];
#pragma unroll
            for (int i = 0; i < 8; i++) {
                int n = i >> 2;
                int j = i & 3;
                int column = slice + 8 * n + 2 * (lane & 3) + (j & 1);
                int r = row + 8 * (j >> 1);
                unsigned at = (unsigned)(sequence.firstQuery + start + column) * shape.heads + blockIdx.y;
                unsigned low = dropoutHash(at, shape.low, shape.high);
                scores[n][j] = probabilityGradient(
                    scores[n][j] * scale,
                    dWeights[n][j],
                    r < sequence.seen(shape, start + column),
                    logarithms[stage + column] * LOG2_E,
                    delta[stage + column],
                    keeps(r, low, shape.high, shape.threshold) ? shape.factor : 0.0f,
                    weights[n][j]);
            }
            unsigned leftWeights[4];
            unsigned leftScores[4];
            toLeft<Format>(leftWeights, weights[0], weights[1]);
            toLeft<Format>(leftScores, scores[0], scores[1]);
#pragma unroll
            for (int n = 0; n < SIZE / 16; n++) {
                unsigned right[4];
                loadRight<SIZE>(right, gradients + stage * SIZE, slice, n);
                Format::multiply(valueSums[2 * n], leftWeights, right[0], right[1]);
                Format::multiply(valueSums[2 * n + 1], leftWeights, right[2], right[3]);
                loadRight<SIZE>(right, queries + stage * SIZE, slice, n);
                Format::multiply(keySums[2 * n], leftScores, right[0], right[1]);
                Format::multiply(keySums[2 * n + 1], leftScores, right[2], right[3]);
            }
        }
    }
    addSums<SIZE>(dKey, keySums, shape.scale, sequence.firstKey, tile.y, sequence.keys, shape);
    addSums<SIZE>(dValue, valueSums, 1.0f, sequence.firstKey, tile.y, sequence.keys, shape);
}

// The file is compiled for one format and size at a time: HEAD_FORMAT, HEAD_SIZE and the kernels' names are defined before
// its first line.

extern "C" __global__ void __launch_bounds__(THREADS) ATTENTION(
    const Half* query, const Half* key, const Half* value, Shape shape, float* output, float* logSumExp) {
    attend<HEAD_FORMAT, HEAD_SIZE>(query, key, value, shape, output, logSumExp);
}

extern "C" __global__ void __launch_bounds__(THREADS) QUERY_GRADIENT(
    const Half* query,
    const Half* key,
    const Half* value,
    Shape shape,
    const float* logSumExp,
    const float* deltas,
    const Half* dOutput,
    float* dQuery) {
    addQueryGradient<HEAD_FORMAT, HEAD_SIZE>(query, key, value, shape, logSumExp, deltas, dOutput, dQuery);
}

extern "C" __global__ void __launch_bounds__(THREADS) KEY_VALUE_GRADIENT(
    const Half* query,
    const Half* key,
    const Half* value,
    Shape shape,
    const float* logSumExp,
    const float* deltas,
    const Half* dOutput,
    float* dKey,
    float* dValue) {
    addKeyValueGradient<HEAD_FORMAT, HEAD_SIZE>(
        query, key, value, shape, logSumExp, deltas, dOutput, dKey, dValue);
}
