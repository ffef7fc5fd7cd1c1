// Products of matrices on tensor cores, and what feeds them: tiles in shared memory that are copied beside the work, and
// fragments, the parts of a matrix that the lanes of a warp hold.

#pragma once

// 16 bits of either format.
typedef unsigned short Half;

// A format is known by how two floats become a pair, the first one in the lower half, and how a 16 x 16 fragment is
// multiplied with a 16 x 8 one onto sums in single precision.
#define FORMAT(Name, type)                                                                                           \
    struct Name {                                                                                                    \
        static __device__ __forceinline__ unsigned pair(float low, float high) {                                     \
            unsigned result;                                                                                         \
            asm("cvt.rn." type "x2.f32 %0, %1, %2;" : "=r"(result) : "f"(high), "f"(low));                           \
            return result;                                                                                           \
        }                                                                                                            \
        static __device__ __forceinline__ void multiply(float sums[4], const unsigned a[4], unsigned b, unsigned c) { \
            asm("mma.sync.aligned.m16n8k16.row.col.f32." type "." type ".f32 "                                       \
                "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"                                    \
                : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])                                         \
                : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b), "r"(c));                                       \
        }                                                                                                            \
    };

FORMAT(Bf16, "bf16")
FORMAT(Fp16, "f16")

// Where a chunk of 8 halves lies in a tile of rows of SIZE halves. In each of 8 rows the chunks have another order, so
// that those of a column, which a fragment is read from, lie in different banks.
template <int SIZE>
__device__ __forceinline__ int placeOf(int row, int chunk) {
    int turn = SIZE == 32 ? row >> 1 & 3 : row & 7;
    return row * SIZE + ((chunk ^ turn) << 3);
}

__device__ __forceinline__ unsigned sharedAddress(const void* place) {
    return (unsigned)__cvta_generic_to_shared(place);
}

// Four 8 x 8 matrices; each lane names a row of them.
__device__ __forceinline__ void loadMatrices(unsigned to[4], const Half* row) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(to[0]), "=r"(to[1]), "=r"(to[2]), "=r"(to[3])
                 : "r"(sharedAddress(row))
                 : "memory");
}

__device__ __forceinline__ void loadTransposed(unsigned to[4], const Half* row) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(to[0]), "=r"(to[1]), "=r"(to[2]), "=r"(to[3])
                 : "r"(sharedAddress(row))
                 : "memory");
}

// The left factor of a product: 16 rows of a tile, columns 16 k to 16 k + 15.
template <int SIZE>
__device__ __forceinline__ void loadLeft(unsigned to[4], const Half* tile, int row, int k) {
    int lane = threadIdx.x & 31;
    loadMatrices(to, tile + placeOf<SIZE>(row + (lane & 15), 2 * k + (lane >> 4)));
}

// The right factor, of two products side by side, where its columns are 16 rows of a tile: the tile transposed.
template <int SIZE>
__device__ __forceinline__ void loadRightOfRows(unsigned to[4], const Half* tile, int row, int k) {
    int lane = threadIdx.x & 31;
    loadMatrices(to, tile + placeOf<SIZE>(row + (lane & 7) + (lane >> 4 << 3), 2 * k + (lane >> 3 & 1)));
}

// The right factor, of two products side by side, where its rows are 16 rows of a tile: columns 16 n to 16 n + 15.
template <int SIZE>
__device__ __forceinline__ void loadRight(unsigned to[4], const Half* tile, int row, int n) {
    int lane = threadIdx.x & 31;
    loadTransposed(to, tile + placeOf<SIZE>(row + (lane & 15), 2 * n + (lane >> 4)));
}

// The sums of two products side by side as the left factor of the next one.
template <typename Format>
__device__ __forceinline__ void toLeft(unsigned to[4], const float first[4], const float second[4]) {
    to[0] = Format::pair(first[0], first[1]);
    to[1] = Format::pair(first[2], first[3]);
    to[2] = Format::pair(second[0], second[1]);
    to[3] = Format::pair(second[2], second[3]);
}

// Begins to copy 16 bytes to shared memory, or zeros.
__device__ __forceinline__ void beginCopy(Half* to, const Half* from, bool isThere) {
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;"
                 :
                 : "r"(sharedAddress(to)), "l"(__cvta_generic_to_global(from)), "r"(isThere ? 16 : 0)
                 : "memory");
}

__device__ __forceinline__ void beginCopy(float* to, const float* from, bool isThere) {
    asm volatile("cp.async.ca.shared.global [%0], [%1], 4, %2;"
                 :
                 : "r"(sharedAddress(to)), "l"(__cvta_generic_to_global(from)), "r"(isThere ? 4 : 0)
                 : "memory");
}

// Waits for the copies that this thread began; a barrier has to follow before others see them.
__device__ __forceinline__ void waitForCopies() {
    asm volatile("cp.async.wait_all;" ::: "memory");
}

__device__ __forceinline__ float exponential2(float x) {
    float result;
    asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(result) : "f"(x));
    return result;
}
