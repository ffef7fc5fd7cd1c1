// Sums and maxima over the threads of a warp or a block. The order depends on the shape alone, so the bits are the same
// in every run.

#pragma once

#define ALL_LANES 0xffffffffu
#define NEGATIVE_INFINITY __int_as_float(0xff800000)
#define NOT_A_NUMBER __int_as_float(0x7fffffff)

// Elements `i` of `n` that a thread works on, for any number of threads.
#define FOR_EACH(i, n) \
    for (long long i = blockIdx.x * (long long)blockDim.x + threadIdx.x; i < (n); i += gridDim.x * (long long)blockDim.x)

template <typename Number>
__device__ __forceinline__ Number warpSum(Number value) {
    for (int distance = 16; distance > 0; distance /= 2) {
        value += __shfl_xor_sync(ALL_LANES, value, distance);
    }
    return value;
}

// NaN wins: a row with one has none but NaN in its softmax.
__device__ __forceinline__ float larger(float a, float b) {
    return a != a ? a : b != b ? b : fmaxf(a, b);
}

__device__ __forceinline__ float warpMaximum(float value) {
    for (int distance = 16; distance > 0; distance /= 2) {
        value = larger(value, __shfl_xor_sync(ALL_LANES, value, distance));
    }
    return value;
}

// The sum over a block of up to 1024 threads, a multiple of 32, known to all of them.
template <typename Number>
__device__ __forceinline__ Number blockSum(Number value) {
    __shared__ Number sums[32];
    int lane = threadIdx.x & 31;
    int warp = threadIdx.x >> 5;
    value = warpSum(value);
    // The sums of the call before have been read by all.
    __syncthreads();
    if (lane == 0) {
        sums[warp] = value;
    }
    __syncthreads();
    return warpSum(lane < blockDim.x >> 5 ? sums[lane] : Number(0));
}

__device__ __forceinline__ float blockMaximum(float value) {
    __shared__ float maxima[32];
    int lane = threadIdx.x & 31;
    int warp = threadIdx.x >> 5;
    value = warpMaximum(value);
    __syncthreads();
    if (lane == 0) {
        maxima[warp] = value;
    }
    __syncthreads();
    return warpMaximum(lane < blockDim.x >> 5 ? maxima[lane] : NEGATIVE_INFINITY);
}
