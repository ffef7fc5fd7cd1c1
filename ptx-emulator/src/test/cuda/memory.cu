// Memory of all kinds, atomic operations, and the errors that the emulator has to find.

typedef unsigned int uint32;
typedef unsigned long long uint64;

__constant__ float table[4] = {1.0f, 2.0f, 4.0f, 8.0f};
__device__ int counter = 5;
__device__ float scratch[64];

extern "C" __global__ void variables(float* out) {
    out[threadIdx.x] = table[threadIdx.x & 3] + counter;
    scratch[threadIdx.x] = threadIdx.x;
}

// One pointer that may lead to global, shared or local memory.
extern "C" __global__ void spaces(float* out, int which) {
    __shared__ float shared[64];
    float local[4];
    for (int i = 0; i < 4; i++) {
        local[i] = out[i] + 100.0f;
    }
    shared[threadIdx.x] = out[threadIdx.x] * 2.0f;
    __syncthreads();
    const float* from = which == 0 ? out : which == 1 ? shared : local;
    volatile float* reversed = shared;
    out[64 + threadIdx.x] = from[threadIdx.x & 3] + reversed[63 - threadIdx.x];
}

extern "C" __global__ void bytes(unsigned char* out, const signed char* x, const unsigned short* y) {
    int t = threadIdx.x;
    out[t] = x[t] + y[t];
    char4 four = ((const char4*)x)[t & 7];
    out[64 + t] = four.x * four.y - four.z + four.w;
}

extern "C" __global__ void atomics(int* ints, float* floats, uint64* longs) {
    __shared__ int sums[4];
    __shared__ float total;
    int t = threadIdx.x;
    if (t < 4) {
        sums[t] = 0;
    }
    if (t == 0) {
        total = 0;
    }
    __syncthreads();
    atomicAdd(&sums[t & 3], t);
    atomicMax(&ints[0], t);
    atomicMin(&ints[1], -t);
    atomicAnd(&ints[2], ~(1 << (t & 15)));
    atomicOr(&ints[3], 1 << (t & 15));
    atomicXor(&ints[4], t);
    atomicInc((uint32*)&ints[5], 9u);
    atomicDec((uint32*)&ints[6], 9u);
    atomicExch(&ints[7], 77);
    atomicCAS(&ints[8], 0, 88);
    atomicAdd(floats, 0.5f);
    atomicAdd(&total, 1.0f);
    atomicAdd(longs, (uint64)t);
    atomicMax(longs + 1, (uint64)t * t);
    __syncthreads();
    if (t < 4) {
        atomicAdd(&ints[9 + t], sums[t]);
    }
    if (t == 0) {
        atomicAdd(floats + 1, total);
    }
    __threadfence();
}

// The sum of a block by a tree in shared memory; `barriers` can leave out what makes it right.
extern "C" __global__ void blockSum(float* out, const float* in, int barriers) {
    extern __shared__ float values[];
    int t = threadIdx.x;
    values[t] = in[blockIdx.x * blockDim.x + t];
    for (int width = blockDim.x / 2; width > 0; width /= 2) {
        if (barriers) {
            __syncthreads();
        }
        if (t < width) {
            values[t] += values[t + width];
        }
    }
    if (t == 0) {
        out[blockIdx.x] = values[0];
    }
}

extern "C" __global__ void addWithoutAtomics(float* out) {
    if (threadIdx.x == 0) {
        out[0] += 1.0f;
    }
}

extern "C" __global__ void transpose(float* out, const float* in, int n, int padded) {
    extern __shared__ float tile[];
    int pitch = padded ? 33 : 32;
    int column = blockIdx.x * 32 + threadIdx.x;
    for (int row = threadIdx.y; row < 32; row += blockDim.y) {
        tile[row * pitch + threadIdx.x] = in[(blockIdx.y * 32 + row) * n + column];
    }
    __syncthreads();
    int to = blockIdx.y * 32 + threadIdx.x;
    for (int row = threadIdx.y; row < 32; row += blockDim.y) {
        out[(blockIdx.x * 32 + row) * n + to] = tile[threadIdx.x * pitch + row];
    }
}

extern "C" __global__ void strided(float* out, const float* in, int stride) {
    out[threadIdx.x] = in[threadIdx.x * stride];
}
