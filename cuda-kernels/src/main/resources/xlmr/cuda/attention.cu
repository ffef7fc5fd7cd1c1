// Attention within packed sequences, in single precision. Nothing of the size of the scores is stored: they are computed
// tile by tile, with the softmax corrected on the way (Dao et al. 2022), and again in the backward pass.
//
// Queries are [N, heads, size], keys and values [M, heads, size]. Sequence b has the queries from starts[b] and the keys
// from keyStarts[b] on. A block has 4 warps, and a warp some rows of a tile; `tiles` says for each block the sequence
// and its first row there, blockIdx.y is the head. The other side comes through shared memory, 32 rows at once, a row
// for each lane. `size` is at most 128.

#include "attention.cuh"
#include "dropout.cuh"
#include "reductions.cuh"

#define WARPS 4
#define SLICES 4
#define FORWARD_ROWS 4
#define BACKWARD_ROWS 2

// Rows have an odd pitch, so that lanes which read a column of a tile meet in no bank.
__device__ __forceinline__ int pitchOf(int size) {
    return size | 1;
}

// Copies rows of a head into a tile; those from `end` on become 0.
__device__ __forceinline__ void loadTile(
    float* tile, int pitch, const float* from, int first, int row, int end, int rows, const Shape& shape) {
    for (int i = threadIdx.x; i < rows * shape.size; i += blockDim.x) {
        int r = i / shape.size;
        int d = i % shape.size;
        size_t place = ((size_t)(first + row + r) * shape.heads + blockIdx.y) * shape.size + d;
        tile[r * pitch + d] = row + r < end ? from[place] : 0.0f;
    }
}

__device__ __forceinline__ float dot(const float* a, const float* b, int size) {
    float sum = 0.0f;
    for (int d = 0; d < size; d++) {
        sum = fmaf(a[d], b[d], sum);
    }
    return sum;
}

// sums[i] += sum over the lanes' rows of weight times row, for the columns lane + 32 i.
__device__ __forceinline__ void addRows(float sums[SLICES], float weight, const float* tile, int pitch, int size) {
    int lane = threadIdx.x & 31;
    for (int row = 0; row < 32; row++) {
        float factor = __shfl_sync(ALL_LANES, weight, row);
#pragma unroll
        for (int i = 0; i < SLICES; i++) {
            if (lane + 32 * i < size) {
                sums[i] = fmaf(factor, tile[row * pitch + lane + 32 * i], sums[i]);
            }
        }
    }
}

// output = dropout(softmax(query key^T scale)) value; logSumExp [N, heads] for the backward pass.
extern "C" __global__ void __launch_bounds__(32 * WARPS) attention(
    const float* query, const float* key, const float* value, Shape shape, float* output, float* logSumExp) {
    extern __shared__ float memory[];
    int2 tile = shape.tiles[blockIdx.x];
    Sequence sequence(shape, tile.x);
    int size = shape.size;
    int pitch = pitchOf(size);
    float* keys = memory;
    float* values = keys + 32 * pitch;
    float* queries = values + 32 * pitch;
    int lane = threadIdx.x & 31;
    int warp = threadIdx.x >> 5;
    float sums[FORWARD_ROWS][SLICES];
    float largest[FORWARD_ROWS];
    float totals[FORWARD_ROWS];
#pragma unroll
    for (int r = 0; r < FORWARD_ROWS; r++) {
        largest[r] = NEGATIVE_INFINITY;
        totals[r] = 0.0f;
#pragma unroll
        for (int i = 0; i < SLICES; i++) {
            sums[r][i] = 0.0f;
        }
    }
    loadTile(queries, size, query, sequence.firstQuery, tile.y, sequence.queries, WARPS * FORWARD_ROWS, shape);
    int lastQuery = min(tile.y + WARPS * FORWARD_ROWS, sequence.queries) - 1;
    int end = sequence.seen(shape, lastQuery);
    for (int start = 0; start < end; start += 32) {
        __syncthreads();
        loadTile(keys, pitch, key, sequence.firstKey, start, sequence.keys, 32, shape);
        loadTile(values, pitch, value, sequence.firstKey, start, sequence.keys, 32, shape);
        __syncthreads();
#pragma unroll
        for (int r = 0; r < FORWARD_ROWS; r++) {
            int row = warp * FORWARD_ROWS + r;
            int seen = sequence.seen(shape, tile.y + row);
            if (tile.y + row >= sequence.queries || start >= seen) {
                continue;
            }
            float score = dot(queries + row * size, keys + lane * pitch, size) * shape.scale;
            bool sees = start + lane < seen;
            float highest = larger(largest[r], warpMaximum(sees ? score : NEGATIVE_INFINITY));
            float shrink = expf(largest[r] - highest);
            float p = sees ? expf(score - highest) : 0.0f;
            largest[r] = highest;
            totals[r] = fmaf(totals[r], shrink, warpSum(p));
            unsigned stream = (sequence.firstQuery + tile.y + row) * shape.heads + blockIdx.y;
            unsigned low = dropoutHash(stream, shape.low, shape.high);
            p = keeps(start + lane, low, shape.high, shape.threshold) ? p * shape.factor : 0.0f;
#pragma unroll
            for (int i = 0; i < SLICES; i++) {
                sums[r][i] *= shrink;
            }
            addRows(sums[r], p, values, pitch, size);
        }
    }
#pragma unroll
    for (int r = 0; r < FORWARD_ROWS; r++) {
        int row = tile.y + warp * FORWARD_ROWS + r;
        if (row < sequence.queries) {
            size_t at = (size_t)(sequence.firstQuery + row) * shape.heads + blockIdx.y;
#pragma unroll
            for (int i = 0; i < SLICES; i++) {
                if (lane + 32 * i < size) {
                    output[at * size + lane + 32 * i] = sums[r][i] / totals[r];
                }
            }
            if (lane == 0) {
                logSumExp[at] = largest[r] + logf(totals[r]);
            }
        }
    }
}

// deltas [N, heads] = rowsum of dOutput output. A warp a row.
extern "C" __global__ void __launch_bounds__(32 * WARPS)
    attentionDeltas(const float* output, const float* dOutput, float* deltas, int rows, int size) {
    int row = blockIdx.x * WARPS + (threadIdx.x >> 5);
    if (row >= rows) {
        return;
    }
    float sum = 0.0f;
    for (int d = threadIdx.x & 31; d < size; d += 32) {
        sum = fmaf(output[(size_t)row * size + d], dOutput[(size_t)row * size + d], sum);
    }
    sum = warpSum(sum);
    if ((threadIdx.x & 31) == 0) {
        deltas[row] = sum;
    }
}

// dQuery += dS key scale, with P = softmax, M = dropout, dP = M (dOutput value^T), dS = P (dP - delta).
extern "C" __global__ void __launch_bounds__(32 * WARPS) attentionQueryGradient(
    const float* query,
    const float* key,
    const float* value,
    Shape shape,
    const float* logSumExp,
    const float* deltas,
    const float* dOutput,
    float* dQuery) {
    extern __shared__ float memory[];
    int2 tile = shape.tiles[blockIdx.x];
    Sequence sequence(shape, tile.x);
    int size = shape.size;
    int pitch = pitchOf(size);
    float* keys = memory;
    float* values = keys + 32 * pitch;
    float* queries = values + 32 * pitch;
    float* gradients = queries + WARPS * BACKWARD_ROWS * size;
    int lane = threadIdx.x & 31;
    int warp = threadIdx.x >> 5;
    float sums[BACKWARD_ROWS][SLICES];
#pragma unroll
    for (int r = 0; r < BACKWARD_ROWS; r++) {
#pragma unroll
        for (int i = 0; i < SLICES; i++) {
            sums[r][i] = 0.0f;
        }
    }
    int rows = WARPS * BACKWARD_ROWS;
    loadTile(queries, size, query, sequence.firstQuery, tile.y, sequence.queries, rows, shape);
    loadTile(gradients, size, dOutput, sequence.firstQuery, tile.y, sequence.queries, rows, shape);
    int end = sequence.seen(shape, min(tile.y + rows, sequence.queries) - 1);
    for (int start = 0; start < end; start += 32) {
        __syncthreads();
        loadTile(keys, pitch, key, sequence.firstKey, start, sequence.keys, 32, shape);
        loadTile(values, pitch, value, sequence.firstKey, start, sequence.keys, 32, shape);
        __syncthreads();
#pragma unroll
        for (int r = 0; r < BACKWARD_ROWS; r++) {
            int row = warp * BACKWARD_ROWS + r;
            int seen = sequence.seen(shape, tile.y + row);
            if (tile.y + row >= sequence.queries || start >= seen) {
                continue;
            }
            unsigned at = (sequence.firstQuery + tile.y + row) * shape.heads + blockIdx.y;
            float score = dot(queries + row * size, keys + lane * pitch, size) * shape.scale;
            float p = start + lane < seen ? expf(score - logSumExp[at]) : 0.0f;
            float dP = dot(gradients + row * size, values + lane * pitch, size);
            unsigned low = dropoutHash(at, shape.low, shape.high);
            dP = keeps(start + lane, low, shape.high, shape.threshold) ? dP * shape.factor : 0.0f;
            addRows(sums[r], p * (dP - deltas[at]), keys, pitch, size);
        }
    }
#pragma unroll
    for (int r = 0; r < BACKWARD_ROWS; r++) {
        int row = tile.y + warp * BACKWARD_ROWS + r;
        if (row < sequence.queries) {
            size_t at = ((size_t)(sequence.firstQuery + row) * shape.heads + blockIdx.y) * size;
#pragma unroll
            for (int i = 0; i < SLICES; i++) {
                if (lane + 32 * i < size) {
                    size_t place = at + lane + 32 * i;
                    dQuery[place] = fmaf(sums[r][i], shape.scale, dQuery[place]);
                }
            }
        }
    }
}

// dKey += dS^T query scale, dValue += (M P)^T dOutput. Tiles are of keys, and the queries come by.
extern "C" __global__ void __launch_bounds__(32 * WARPS) attentionKeyValueGradient(
    const float* query,
    const float* key,
    const float* value,
    Shape shape,
    const float* logSumExp,
    const float* deltas,
    const float* dOutput,
    float* dKey,
    float* dValue) {
    extern __shared__ float memory[];
    int2 tile = shape.tiles[blockIdx.x];
    Sequence sequence(shape, tile.x);
    int size = shape.size;
    int pitch = pitchOf(size);
    float* queries = memory;
    float* gradients = queries + 32 * pitch;
    float* keys = gradients + 32 * pitch;
    float* values = keys + WARPS * BACKWARD_ROWS * size;
    int lane = threadIdx.x & 31;
    int warp = threadIdx.x >> 5;
    float keySums[BACKWARD_ROWS][SLICES];
    float valueSums[BACKWARD_ROWS][SLICES];
#pragma unroll
    for (int r = 0; r < BACKWARD_ROWS; r++) {
#pragma unroll
        for (int i = 0; i < SLICES; i++) {
            keySums[r][i] = 0.0f;
            valueSums[r][i] = 0.0f;
        }
    }
    int rows = WARPS * BACKWARD_ROWS;
    loadTile(keys, size, key, sequence.firstKey, tile.y, sequence.keys, rows, shape);
    loadTile(values, size, value, sequence.firstKey, tile.y, sequence.keys, rows, shape);
    for (int start = 0; start < sequence.queries; start += 32) {
        __syncthreads();
        loadTile(queries, pitch, query, sequence.firstQuery, start, sequence.queries, 32, shape);
        loadTile(gradients, pitch, dOutput, sequence.firstQuery, start, sequence.queries, 32, shape);
        __syncthreads();
        bool isQuery = start + lane < sequence.queries;
        unsigned at = (sequence.firstQuery + start + lane) * shape.heads + blockIdx.y;
        float logarithm = isQuery ? logSumExp[at] : 0.0f;
        float delta = isQuery ? deltas[at] : 0.0f;
        unsigned low = dropoutHash(at, shape.low, shape.high);
        int seen = isQuery ? sequence.seen(shape, start + lane) : 0;
#pragma unroll
        for (int r = 0; r < BACKWARD_ROWS; r++) {
            int row = warp * BACKWARD_ROWS + r;
            if (tile.y + row >= sequence.keys) {
                continue;
            }
            float score = dot(keys + row * size, queries + lane * pitch, size) * shape.scale;
            float p = tile.y + row < seen ? expf(score - logarithm) : 0.0f;
            float mask = keeps(tile.y + row, low, shape.high, shape.threshold) ? shape.factor : 0.0f;
            float dP = mask * dot(values + row * size, gradients + lane * pitch, size);
            addRows(valueSums[r], mask * p, gradients, pitch, size);
            addRows(keySums[r], p * (dP - delta), queries, pitch, size);
        }
    }
#pragma unroll
    for (int r = 0; r < BACKWARD_ROWS; r++) {
        int row = tile.y + warp * BACKWARD_ROWS + r;
        if (row < sequence.keys) {
            size_t at = ((size_t)(sequence.firstKey + row) * shape.heads + blockIdx.y) * size;
#pragma unroll
            for (int i = 0; i < SLICES; i++) {
                if (lane + 32 * i < size) {
                    size_t place = at + lane + 32 * i;
                    dKey[place] = fmaf(keySums[r][i], shape.scale, dKey[place]);
                    dValue[place] += valueSums[r][i];
                }
            }
        }
    }
}

// The probabilities themselves, without dropout: output of a sequence, from offsets[b] on, is [heads, queries, keys]. For
// looking at, not for speed: a block of one warp has a query and a head, and computes the scores three times.
extern "C" __global__ void __launch_bounds__(32)
    attentionProbabilities(const float* query, const float* key, Shape shape, const int* offsets, float* output) {
    int2 tile = shape.tiles[blockIdx.x];
    Sequence sequence(shape, tile.x);
    int seen = sequence.seen(shape, tile.y);
    int stride = shape.heads * shape.size;
    const float* q = query + (size_t)(sequence.firstQuery + tile.y) * stride + blockIdx.y * shape.size;
    const float* k = key + (size_t)sequence.firstKey * stride + blockIdx.y * shape.size;
    float mine = NEGATIVE_INFINITY;
    for (int j = threadIdx.x; j < seen; j += 32) {
        mine = larger(mine, dot(q, k + (size_t)j * stride, shape.size) * shape.scale);
    }
    float largest = warpMaximum(mine);
    float sum = 0.0f;
    for (int j = threadIdx.x; j < seen; j += 32) {
        sum += expf(dot(q, k + (size_t)j * stride, shape.size) * shape.scale - largest);
    }
    sum = warpSum(sum);
    float* p = output + offsets[tile.x] + (size_t)(blockIdx.y * sequence.queries + tile.y) * sequence.keys;
    for (int j = threadIdx.x; j < sequence.keys; j += 32) {
        float score = j < seen ? dot(q, k + (size_t)j * stride, shape.size) * shape.scale : NEGATIVE_INFINITY;
        p[j] = expf(score - largest) / sum;
    }
}
