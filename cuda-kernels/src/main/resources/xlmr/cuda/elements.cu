// Element by element: sums, products, dropout, rounding to 16 bits. `n` is the number of elements.

#include "dropout.cuh"
#include "reductions.cuh"
#include "tensor_cores.cuh"

extern "C" __global__ void fill(float* output, float value, int n) {
    FOR_EACH(i, n) {
        output[i] = value;
    }
}

// output = left + right.
extern "C" __global__ void add(const float* left, const float* right, float* output, int n) {
    FOR_EACH(i, n) {
        output[i] = left[i] + right[i];
    }
}

// output += factor input.
extern "C" __global__ void addScaled(const float* input, float factor, float* output, int n) {
    FOR_EACH(i, n) {
        output[i] = fmaf(factor, input[i], output[i]);
    }
}

// output = left right.
extern "C" __global__ void multiply(const float* left, const float* right, float* output, int n) {
    FOR_EACH(i, n) {
        output[i] = left[i] * right[i];
    }
}

// dLeft += dOutput right.
extern "C" __global__ void multiplyGradient(const float* dOutput, const float* right, float* dLeft, int n) {
    FOR_EACH(i, n) {
        dLeft[i] = fmaf(dOutput[i], right[i], dLeft[i]);
    }
}

// values = factor values.
extern "C" __global__ void scale(float* values, float factor, int n) {
    FOR_EACH(i, n) {
        values[i] *= factor;
    }
}

// output = input where kept, times `factor`, else 0.
extern "C" __global__ void dropout(
    const float* input, unsigned low, unsigned high, unsigned threshold, float factor, float* output, int n) {
    FOR_EACH(i, n) {
        output[i] = keeps((unsigned)i, low, high, threshold) ? input[i] * factor : 0.0f;
    }
}

// dInput += dOutput where kept, times `factor`.
extern "C" __global__ void dropoutGradient(
    const float* dOutput, unsigned low, unsigned high, unsigned threshold, float factor, float* dInput, int n) {
    FOR_EACH(i, n) {
        if (keeps((unsigned)i, low, high, threshold)) {
            dInput[i] += dOutput[i] * factor;
        }
    }
}

// Bfloat16 numbers, two in the place of a float: number i above number i + places. `places` is half of `n`, rounded up.
extern "C" __global__ void packBfloat16(const float* input, float* packed, int n, int places) {
    FOR_EACH(i, places) {
        float lower = i + places < n ? input[i + places] : 0.0f;
        packed[i] = __uint_as_float(Bf16::pair(lower, input[i]));
    }
}

extern "C" __global__ void unpackBfloat16(const float* packed, float* output, int n, int places) {
    FOR_EACH(i, places) {
        unsigned both = __float_as_uint(packed[i]);
        output[i] = __uint_as_float(both & 0xffff0000u);
        if (i + places < n) {
            output[i + places] = __uint_as_float(both << 16);
        }
    }
}

// output = input in 16 bits, rounded to the nearest.
extern "C" __global__ void narrowToBf16(const float* input, Half* output, int n) {
    FOR_EACH(i, n) {
        output[i] = (Half)Bf16::pair(input[i], 0.0f);
    }
}

extern "C" __global__ void narrowToFp16(const float* input, Half* output, int n) {
    FOR_EACH(i, n) {
        output[i] = (Half)Fp16::pair(input[i], 0.0f);
    }
}
