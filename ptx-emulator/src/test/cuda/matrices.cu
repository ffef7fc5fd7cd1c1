// Matrix products on tensor cores: tiles of shared memory that cp.async fills, ldmatrix and mma.

typedef unsigned int uint32;
typedef unsigned short uint16;

#define ROWS 64
#define COLUMNS 64
#define DEPTH 32
#define PITCH 40
#define STAGES 3

__device__ __forceinline__ uint32 sharedAddress(const void* pointer) {
    return (uint32)__cvta_generic_to_shared(pointer);
}

__device__ __forceinline__ void copyAsync(uint16* to, const uint16* from, int bytes) {
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(sharedAddress(to)), "l"(from), "r"(bytes)
                 : "memory");
}

__device__ __forceinline__ void loadMatrices(uint32 registers[4], const uint16* row) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(registers[0]), "=r"(registers[1]), "=r"(registers[2]), "=r"(registers[3])
                 : "r"(sharedAddress(row))
                 : "memory");
}

__device__ __forceinline__ void loadTransposed(uint32 registers[2], const uint16* row) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x2.trans.shared.b16 {%0, %1}, [%2];"
                 : "=r"(registers[0]), "=r"(registers[1])
                 : "r"(sharedAddress(row))
                 : "memory");
}

template <bool isBrainFloat>
__device__ __forceinline__ void multiply(float sums[4], const uint32 a[4], const uint32 b[2]) {
    if (isBrainFloat) {
        asm volatile(
            "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3},{%4,%5,%6,%7},{%8,%9},{%0,%1,%2,%3};"
            : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
            : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
    } else {
        asm volatile(
            "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0,%1,%2,%3},{%4,%5,%6,%7},{%8,%9},{%0,%1,%2,%3};"
            : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
            : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
    }
}

// c [m, n] = a [m, k] b [n, k]^T; b is [k, n] where `transposed`. k is a multiple of 8. `waits` can leave out what
// makes it right.
template <bool isBrainFloat, bool transposed>
__device__ __forceinline__ void product(
    float* c, const uint16* a, const uint16* b, int m, int n, int k, int waits) {
    __shared__ __align__(16) uint16 tilesOfA[STAGES][ROWS][PITCH];
    __shared__ __align__(16) uint16 tilesOfB[STAGES][transposed ? DEPTH : COLUMNS][transposed ? COLUMNS + 8 : PITCH];
    int t = threadIdx.x;
    int lane = t & 31;
    int warp = t >> 5;
    int rowStart = blockIdx.y * ROWS;
    int columnStart = blockIdx.x * COLUMNS;
    int steps = (k + DEPTH - 1) / DEPTH;
    float sums[8][4];
    for (int i = 0; i < 8; i++) {
        for (int j = 0; j < 4; j++) {
            sums[i][j] = 0;
        }
    }
    auto fetch = [&](int step) {
        if (step < steps) {
            int stage = step % STAGES;
            for (int i = t; i < ROWS * DEPTH / 8; i += blockDim.x) {
                int row = i / (DEPTH / 8);
                int column = i % (DEPTH / 8) * 8;
                bool inside = rowStart + row < m && step * DEPTH + column < k;
                copyAsync(
                    &tilesOfA[stage][row][column],
                    a + (inside ? (size_t)(rowStart + row) * k + step * DEPTH + column : 0),
                    inside ? 16 : 0);
            }
            for (int i = t; i < COLUMNS * DEPTH / 8; i += blockDim.x) {
                int width = transposed ? COLUMNS / 8 : DEPTH / 8;
                int row = i / width;
                int column = i % width * 8;
                bool inside = transposed ? step * DEPTH + row < k && columnStart + column < n
                                         : columnStart + row < n && step * DEPTH + column < k;
                size_t place = transposed ? (size_t)(step * DEPTH + row) * n + columnStart + column
                                          : (size_t)(columnStart + row) * k + step * DEPTH + column;
                copyAsync(&tilesOfB[stage][row][column], b + (inside ? place : 0), inside ? 16 : 0);
            }
        }
        asm volatile("cp.async.commit_group;" ::: "memory");
    };
    for (int step = 0; step < STAGES - 1; step++) {
        fetch(step);
    }
    for (int step = 0; step < steps; step++) {
        if (waits & 1) {
            asm volatile("cp.async.wait_group 1;" ::: "memory");
        }
        if (waits & 2) {
            __syncthreads();
        }
        fetch(step + STAGES - 1);
        int stage = step % STAGES;
        for (int inner = 0; inner < DEPTH; inner += 16) {
            uint32 fragment[4];
            loadMatrices(fragment, &tilesOfA[stage][warp * 16 + (lane & 15)][inner + (lane >> 4) * 8]);
            for (int i = 0; i < 8; i += 2) {
                uint32 other[4];
                if (transposed) {
                    loadTransposed(other, &tilesOfB[stage][inner + (lane & 15)][i * 8]);
                    loadTransposed(other + 2, &tilesOfB[stage][inner + (lane & 15)][i * 8 + 8]);
                } else {
                    loadMatrices(
                        other,
                        &tilesOfB[stage][i * 8 + (lane & 7) + ((lane >> 4) << 3)][inner + ((lane >> 3) & 1) * 8]);
                }
                multiply<isBrainFloat>(sums[i], fragment, other);
                multiply<isBrainFloat>(sums[i + 1], fragment, other + 2);
            }
        }
    }
    int row = rowStart + warp * 16 + (lane >> 2);
    for (int i = 0; i < 8; i++) {
        int column = columnStart + i * 8 + (lane & 3) * 2;
        for (int j = 0; j < 4; j++) {
            if (row + (j >> 1) * 8 < m && column + (j & 1) < n) {
                c[(size_t)(row + (j >> 1) * 8) * n + column + (j & 1)] = sums[i][j];
            }
        }
    }
}

extern "C" __global__ void __launch_bounds__(128)
    productHalf(float* c, const uint16* a, const uint16* b, int m, int n, int k, int waits) {
    product<false, false>(c, a, b, m, n, k, waits);
}

extern "C" __global__ void __launch_bounds__(128)
    productBrain(float* c, const uint16* a, const uint16* b, int m, int n, int k, int waits) {
    product<true, true>(c, a, b, m, n, k, waits);
}

// One warp, one 16x8 tile of c = a b^T in TF32, with k in steps of 8 and a last step of 4.
extern "C" __global__ void productTf32(float* c, const float* a, const float* b, int k) {
    int lane = threadIdx.x;
    int group = lane >> 2;
    int member = lane & 3;
    float sums[4] = {0, 0, 0, 0};
    auto rounded = [](float x) {
        uint32 bits;
        asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(bits) : "f"(x));
        return bits;
    };
    int step = 0;
    for (; step + 8 <= k; step += 8) {
        uint32 a0 = rounded(a[group * k + step + member]);
        uint32 a1 = rounded(a[(group + 8) * k + step + member]);
        uint32 a2 = rounded(a[group * k + step + member + 4]);
        uint32 a3 = rounded(a[(group + 8) * k + step + member + 4]);
        uint32 b0 = rounded(b[group * k + step + member]);
        uint32 b1 = rounded(b[group * k + step + member + 4]);
        asm volatile(
            "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0,%1,%2,%3},{%4,%5,%6,%7},{%8,%9},{%0,%1,%2,%3};"
            : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
            : "r"(a0), "r"(a1), "r"(a2), "r"(a3), "r"(b0), "r"(b1));
    }
    if (step < k) {
        uint32 a0 = rounded(a[group * k + step + member]);
        uint32 a1 = rounded(a[(group + 8) * k + step + member]);
        uint32 b0 = rounded(b[group * k + step + member]);
        asm volatile(
            "mma.sync.aligned.m16n8k4.row.col.f32.tf32.tf32.f32 {%0,%1,%2,%3},{%4,%5},{%6},{%0,%1,%2,%3};"
            : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
            : "r"(a0), "r"(a1), "r"(b0));
    }
    for (int j = 0; j < 4; j++) {
        c[(group + (j >> 1) * 8) * 8 + member * 2 + (j & 1)] = sums[j];
    }
}

// One warp, one 16x8 tile of c = a b^T in f16, with k = 8.
extern "C" __global__ void productShallow(float* c, const uint16* a, const uint16* b) {
    int lane = threadIdx.x;
    int group = lane >> 2;
    int member = lane & 3;
    const uint32* rows = (const uint32*)a;
    uint32 a0 = rows[group * 4 + member];
    uint32 a1 = rows[(group + 8) * 4 + member];
    uint32 b0 = ((const uint32*)b)[group * 4 + member];
    float d0, d1, d2, d3;
    asm volatile("mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32 {%0,%1,%2,%3},{%4,%5},{%6},{%7,%7,%7,%7};"
                 : "=f"(d0), "=f"(d1), "=f"(d2), "=f"(d3)
                 : "r"(a0), "r"(a1), "r"(b0), "f"(1.0f));
    c[group * 8 + member * 2] = d0;
    c[group * 8 + member * 2 + 1] = d1;
    c[(group + 8) * 8 + member * 2] = d2;
    c[(group + 8) * 8 + member * 2 + 1] = d3;
}
