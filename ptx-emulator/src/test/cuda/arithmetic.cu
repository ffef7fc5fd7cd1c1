// Arithmetic of all kinds, to see that what the compiler makes of it comes out right.

typedef unsigned int uint32;
typedef unsigned long long uint64;

struct Mixed {
    float scale;
    int shifts[3];
};

__device__ __noinline__ float horner(float x, int terms) {
    float result = 0;
    for (int i = 0; i < terms; i++) {
        result = result * x + i;
    }
    return result;
}

__device__ __noinline__ void multiples(int* to, int count) {
    for (int i = 0; i < count; i++) {
        to[i] = i * count;
    }
}

extern "C" __global__ void functions(float* out, const float* in, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) {
        return;
    }
    float x = in[i];
    float* row = out + i * 24;
    row[0] = expf(x);
    row[1] = erff(x);
    row[2] = tanhf(x);
    row[3] = logf(fabsf(x) + 1e-3f);
    row[4] = powf(fabsf(x), 1.75f);
    row[5] = sinf(x * 1000000.0f);
    row[6] = cosf(x);
    row[7] = sqrtf(fabsf(x));
    row[8] = rsqrtf(fabsf(x) + 1.0f);
    row[9] = x / 3.7f;
    row[10] = __expf(x);
    row[11] = __fdividef(x, 2.0f);
    row[12] = fmodf(x, 0.3f);
    row[13] = floorf(x);
    row[14] = rintf(x);
    row[15] = roundf(x);
    row[16] = fmaxf(x, 0.1f);
    row[17] = __saturatef(x);
    row[18] = ldexpf(x, 3);
    row[19] = log1pf(fabsf(x));
    row[20] = cbrtf(x);
    row[21] = exp2f(x);
    row[22] = erfcf(x);
    row[23] = horner(x, 3 + (i & 3));
}

extern "C" __global__ void integers(int* out, const int* in, int n, Mixed mixed) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) {
        return;
    }
    int x = in[i];
    uint32 u = x;
    long long wide = (long long)x * x - 7;
    uint64 unsignedWide = (uint64)u * u + 3;
    int* row = out + i * 32;
    row[0] = x / 7;
    row[1] = x % 13;
    row[2] = u / 11u;
    row[3] = u % (uint32)n;
    row[4] = (int)(wide / 1000003);
    row[5] = (int)(unsignedWide % 1000003u);
    row[6] = __popc(u);
    row[7] = __clz(x);
    row[8] = __brev(u);
    row[9] = __ffs(x);
    row[10] = __byte_perm(u, n, 0x2143);
    row[11] = __funnelshift_l(u, n, 5);
    row[12] = __funnelshift_r(u, n, 9);
    row[13] = __mulhi(x, 12345678);
    row[14] = __umulhi(u, 0xD2511F53u);
    row[15] = __popcll(unsignedWide);
    row[16] = __clzll(wide);
    row[17] = (short)x;
    row[18] = (unsigned char)x;
    row[19] = x >> 3;
    row[20] = u >> (n & 31);
    row[21] = min(x, n);
    row[22] = max(u, (uint32)n);
    row[23] = abs(x);
    row[24] = __sad(x, n, 5u);
    row[25] = mixed.shifts[i % 3];
    row[26] = __float_as_int(mixed.scale * x);
    row[27] = (int)((float)x * 0.125f);
    row[28] = (uint32)(double)u;
    row[29] = __float2int_rn(x * 0.0078125f);
    int local[8];
    multiples(local, 8);
    row[30] = local[x & 7];
    switch (x & 7) {
        case 0: row[31] = 5; break;
        case 1: row[31] = x * 3; break;
        case 2: row[31] = 7; break;
        case 3: row[31] = x - 9; break;
        case 4: row[31] = x ^ 99; break;
        case 5: row[31] = 1; break;
        default: row[31] = __mul24(x & 0xffff, 3);
    }
}

extern "C" __global__ void doubles(double* out, const double* in, int n) {
    int i = threadIdx.x;
    if (i >= n) {
        return;
    }
    double x = in[i];
    double* row = out + i * 8;
    row[0] = x * 1.5 + 2;
    row[1] = x / 3;
    row[2] = sqrt(fabs(x));
    row[3] = exp(x);
    row[4] = log(fabs(x) + 1);
    row[5] = (float)x;
    row[6] = (long long)x;
    row[7] = fmin(x, 1.0);
}
