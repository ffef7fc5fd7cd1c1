// What the lanes of a warp and the threads of a block do together.

typedef unsigned int uint32;

#define ALL 0xffffffffu

extern "C" __global__ void exchanges(int* out) {
    int t = threadIdx.x;
    int lane = t & 31;
    int* row = out + t * 16;
    row[0] = __shfl_up_sync(ALL, t, 3);
    row[1] = __shfl_down_sync(ALL, t, 5, 16);
    row[2] = __shfl_xor_sync(ALL, t, 7);
    row[3] = __shfl_sync(ALL, t, lane * 3, 8);
    row[4] = __ballot_sync(ALL, t % 3 == 0);
    row[5] = __all_sync(ALL, t >= 32);
    row[6] = __any_sync(ALL, t == 33);
    row[7] = __match_any_sync(ALL, t / 5);
    int same;
    row[8] = __match_all_sync(ALL, t / 32, &same) + same;
    row[9] = __reduce_add_sync(ALL, t);
    row[10] = __reduce_max_sync(ALL, (uint32)t);
    row[11] = __syncthreads_count(t % 5 == 0);
    row[12] = __syncthreads_or(t == 3);
    row[13] = __syncthreads_and(t < 63);
    if (lane < 16) {
        row[14] = __shfl_xor_sync(0xffffu, t, 1);
    } else {
        row[14] = -1;
    }
    __syncwarp();
    row[15] = __popc(__ballot_sync(ALL, lane & 1));
}

// Lanes take ways of different lengths, loops in branches in loops, and meet again.
extern "C" __global__ void ways(int* out, int n) {
    int t = blockIdx.x * blockDim.x + threadIdx.x;
    int sum = 0;
    for (int i = 0; i < (t & 7); i++) {
        if (i & 1) {
            int x = t;
            while (x > 1) {
                x = x & 1 ? 3 * x + 1 : x >> 1;
                sum++;
                if (sum > 500) {
                    break;
                }
            }
        } else if (t % 3 == 0) {
            sum += 1000;
            continue;
        }
        sum += 7;
    }
    int together = __reduce_add_sync(ALL, sum);
    if (t < n) {
        out[2 * t] = sum;
        out[2 * t + 1] = together;
    }
}

// A lock that the lanes of a warp take one after the other: it ends only if waiting lanes do not hinder the holder.
extern "C" __global__ void lock(int* state, int* count) {
    bool done = false;
    while (!done) {
        if (atomicCAS(state, 0, 1) == 0) {
            *(volatile int*)count = *(volatile int*)count + 1;
            __threadfence();
            atomicExch(state, 0);
            done = true;
        }
    }
}

extern "C" __global__ void barrierInBranch(int* out, int limit) {
    if (threadIdx.x < limit) {
        __syncthreads();
    }
    out[threadIdx.x] = 1;
}

extern "C" __global__ void exchangeInBranch(int* out) {
    int value = threadIdx.x;
    if (threadIdx.x < 20) {
        value = __shfl_sync(ALL, value, 31);
    }
    out[threadIdx.x] = value;
}

extern "C" __global__ void endless(int* out) {
    while (*(volatile int*)out == 0) {
    }
}
