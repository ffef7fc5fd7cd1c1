// Activations and their gradients, element by element; the formulas are those of `Activation`.

#include "reductions.cuh"

#define INVERSE_ROOT_2 0.707106781186547524f
#define INVERSE_ROOT_2_PI 0.398942280401432678f
#define GELU_SLOPE 0.797884560802865356f
#define GELU_CUBIC 0.044715f
#define QUICK_GELU_FACTOR 1.702f

__device__ __forceinline__ float logistic(float x) {
    return 1.0f / (1.0f + expf(-x));
}

// The share of the normal distribution below x; erfc keeps its digits where x is far below 0.
__device__ __forceinline__ float normalDistribution(float x) {
    return 0.5f * erfcf(-x * INVERSE_ROOT_2);
}

struct Gelu {
    static __device__ float value(float x) {
        // Beyond the range of floats the share is 0, and not 0 times infinity.
        return x < -20.0f ? -0.0f : x * normalDistribution(x);
    }
    static __device__ float derivative(float x) {
        float density = INVERSE_ROOT_2_PI * expf(-0.5f * x * x);
        return normalDistribution(x) + (density == 0.0f ? 0.0f : x * density);
    }
};

struct GeluTanh {
    static __device__ float value(float x) {
        return 0.5f * x * (1.0f + tanhf(GELU_SLOPE * (x + GELU_CUBIC * x * x * x)));
    }
    static __device__ float derivative(float x) {
        float t = tanhf(GELU_SLOPE * (x + GELU_CUBIC * x * x * x));
        float slope = GELU_SLOPE * (1.0f + 3.0f * GELU_CUBIC * x * x);
        float bend = (1.0f - t) * (1.0f + t);
        return 0.5f * (1.0f + t) + (bend == 0.0f ? 0.0f : 0.5f * x * bend * slope);
    }
};

struct Relu {
    static __device__ float value(float x) {
        return x != x ? x : fmaxf(x, 0.0f);
    }
    static __device__ float derivative(float x) {
        return x > 0.0f ? 1.0f : 0.0f;
    }
};

struct Silu {
    static __device__ float value(float x) {
        return x * logistic(x);
    }
    static __device__ float derivative(float x) {
        float gate = logistic(x);
        return gate * (1.0f + x * (1.0f - gate));
    }
};

struct QuickGelu {
    static __device__ float value(float x) {
        return x * logistic(QUICK_GELU_FACTOR * x);
    }
    static __device__ float derivative(float x) {
        float gate = logistic(QUICK_GELU_FACTOR * x);
        // A large x times a gate that is 1 would be infinity times 0.
        return gate == 1.0f ? 1.0f : gate * (1.0f + QUICK_GELU_FACTOR * x * (1.0f - gate));
    }
};

struct Tanh {
    static __device__ float value(float x) {
        return tanhf(x);
    }
    static __device__ float derivative(float x) {
        float t = tanhf(x);
        return (1.0f - t) * (1.0f + t);
    }
};

struct Sigmoid {
    static __device__ float value(float x) {
        return logistic(x);
    }
    static __device__ float derivative(float x) {
        return logistic(x) * logistic(-x);
    }
};

template <typename Function>
__device__ __forceinline__ void productGradient(
    const float* inner,
    const float* dOutput,
    float* dInner,
    float* partial,
    int rows,
    int columns,
    int rowsOfPiece) {
    __shared__ float sums[8][33];
    int c = blockIdx.x * 32 + threadIdx.x;
    int end = min((int)(blockIdx.y + 1) * rowsOfPiece, rows);
    float sum = 0.0f;
    if (c < columns) {
        for (int n = blockIdx.y * rowsOfPiece + threadIdx.y; n < end; n += 8) {
            size_t i = (size_t)n * columns + c;
            float change = dOutput[i] * Function::derivative(inner[i]);
            dInner[i] = change;
            sum += change;
        }
    }
    if (partial == nullptr) {
        return;
    }
    sums[threadIdx.y][threadIdx.x] = sum;
    __syncthreads();
    if (threadIdx.y == 0 && c < columns) {
        for (int i = 1; i < 8; i++) {
            sum += sums[i][threadIdx.x];
        }
        partial[(size_t)blockIdx.y * columns + c] = sum;
    }
}

// output = f(input), and dInput += dOutput f'(input).
//
// Behind a matrix product, a block a row: inner += bias, kept only where the backward pass needs it, and output =
// f(inner). In its backward pass, in blocks of 32 x 8 threads, 32 columns and 8 rows at once: dInner = dOutput f'(inner),
// and partial = the sums of that over a piece of the rows, [pieces, columns], where somebody wants them.
#define ACTIVATION(name, Function)                                                                               \
    extern "C" __global__ void name(const float* input, float* output, int n) {                                  \
        FOR_EACH(i, n) {                                                                                         \
            output[i] = Function::value(input[i]);                                                               \
        }                                                                                                        \
    }                                                                                                            \
    extern "C" __global__ void name##Gradient(const float* input, const float* dOutput, float* dInput, int n) {  \
        FOR_EACH(i, n) {                                                                                         \
            dInput[i] = fmaf(dOutput[i], Function::derivative(input[i]), dInput[i]);                             \
        }                                                                                                        \
    }                                                                                                            \
    extern "C" __global__ void __launch_bounds__(128)                                                            \
        name##OfProduct(float* inner, const float* bias, int keeps, float* output, int columns) {                \
        size_t row = (size_t)blockIdx.x * columns;                                                               \
        for (int c = threadIdx.x; c < columns; c += blockDim.x) {                                                \
            float x = inner[row + c] + bias[c];                                                                  \
            if (keeps) {                                                                                         \
                inner[row + c] = x;                                                                              \
            }                                                                                                    \
            output[row + c] = Function::value(x);                                                                \
        }                                                                                                        \
    }                                                                                                            \
    extern "C" __global__ void __launch_bounds__(256) name##OfProductGradient(                                   \
        const float* inner,                                                                                      \
        const float* dOutput,                                                                                    \
        float* dInner,                                                                                           \
        float* partial,                                                                                          \
        int rows,                                                                                                \
        int columns,                                                                                             \
        int rowsOfPiece) {                                                                                       \
        productGradient<Function>(inner, dOutput, dInner, partial, rows, columns, rowsOfPiece);                  \
    }

ACTIVATION(gelu, Gelu)
ACTIVATION(geluTanh, GeluTanh)
ACTIVATION(relu, Relu)
ACTIVATION(silu, Silu)
ACTIVATION(quickGelu, QuickGelu)
ACTIVATION(hyperbolicTangent, Tanh)
ACTIVATION(sigmoid, Sigmoid)
