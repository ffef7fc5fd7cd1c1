// What looks at a whole row: LayerNorm, softmax and log-softmax over the last axis. A block works on a row, `columns` is
// its length.

#include "dropout.cuh"
#include "reductions.cuh"

// y = (x - mean) rstd weight + bias, with rstd = 1 / sqrt(variance + epsilon), given what the thread's own numbers of the
// row sum up to.
//
// The mean is found twice: what the first one is off by is added, so that a row far from zero keeps its digits.
__device__ __forceinline__ void normalizeRow(
    const float* x,
    float sum,
    const float* weight,
    const float* bias,
    float epsilon,
    float* y,
    float* means,
    float* rstds,
    int columns) {
    float center = blockSum(sum) / columns;
    float rest = 0.0f;
    float squares = 0.0f;
    for (int c = threadIdx.x; c < columns; c += blockDim.x) {
        float difference = x[c] - center;
        rest += difference;
        squares = fmaf(difference, difference, squares);
    }
    rest = blockSum(rest) / columns;
    float variance = fmaxf(blockSum(squares) / columns - rest * rest, 0.0f);
    float mean = center + rest;
    float rstd = 1.0f / sqrtf(variance + epsilon);
    // Not a number in the row is not a number in its variance, which the maximum above would hide.
    rstd = rest != rest ? rest : rstd;
    for (int c = threadIdx.x; c < columns; c += blockDim.x) {
        y[c] = fmaf((x[c] - center - rest) * rstd, weight[c], bias[c]);
    }
    if (threadIdx.x == 0) {
        means[blockIdx.x] = mean;
        rstds[blockIdx.x] = rstd;
    }
}

// output = the LayerNorm of the input.
extern "C" __global__ void __launch_bounds__(128) layerNorm(
    const float* input,
    const float* weight,
    const float* bias,
    float epsilon,
    float* output,
    float* means,
    float* rstds,
    int columns) {
    const float* x = input + (size_t)blockIdx.x * columns;
    float sum = 0.0f;
    for (int c = threadIdx.x; c < columns; c += blockDim.x) {
        sum += x[c];
    }
    float* y = output + (size_t)blockIdx.x * columns;
    normalizeRow(x, sum, weight, bias, epsilon, y, means, rstds, columns);
}

// Behind a matrix product, which `sums` holds: sums = dropout(sums + addend) + residual, and output = the LayerNorm of
// that. The mask counts elements of the whole; a threshold of 0 drops none.
extern "C" __global__ void __launch_bounds__(128) addLayerNorm(
    float* sums,
    const float* addend,
    unsigned low,
    unsigned high,
    unsigned threshold,
    float factor,
    const float* residual,
    const float* weight,
    const float* bias,
    float epsilon,
    float* output,
    float* means,
    float* rstds,
    int columns) {
    size_t row = (size_t)blockIdx.x * columns;
    float sum = 0.0f;
    for (int c = threadIdx.x; c < columns; c += blockDim.x) {
        float x = sums[row + c] + addend[c];
        if (threshold > 0) {
            x = keeps((unsigned)(row + c), low, high, threshold) ? x * factor : 0.0f;
        }
        x += residual[row + c];
        sums[row + c] = x;
        sum += x;
    }
    normalizeRow(sums + row, sum, weight, bias, epsilon, output + row, means, rstds, columns);
}

// What the gradient of a LayerNorm's input needs of a whole row: the means of g and of g n, with n = (input - mean) rstd and
// g = dOutput weight. `change` is the gradient of one number then.
struct NormGradient {
    const float* dOutput;
    const float* input;
    const float* weight;
    float mean;
    float rstd;
    float meanOfG;
    float meanOfGN;

    __device__ __forceinline__ NormGradient(
        const float* dOutput,
        const float* input,
        const float* weight,
        const float* means,
        const float* rstds,
        int columns)
        : dOutput(dOutput + (size_t)blockIdx.x * columns),
          input(input + (size_t)blockIdx.x * columns),
          weight(weight),
          mean(means[blockIdx.x]),
          rstd(rstds[blockIdx.x]) {
        float sum = 0.0f;
        float sumWithInput = 0.0f;
        for (int c = threadIdx.x; c < columns; c += blockDim.x) {
            float g = this->dOutput[c] * weight[c];
            sum += g;
            sumWithInput = fmaf(g, (this->input[c] - mean) * rstd, sumWithInput);
        }
        meanOfG = blockSum(sum) / columns;
        meanOfGN = blockSum(sumWithInput) / columns;
    }

    // g - mean(g) - n mean(g n), which is still to be multiplied by rstd.
    __device__ __forceinline__ float change(int c) const {
        float normal = (input[c] - mean) * rstd;
        return dOutput[c] * weight[c] - meanOfG - normal * meanOfGN;
    }
};

// dInput += rstd (g - mean(g) - n mean(g n)).
extern "C" __global__ void __launch_bounds__(128) layerNormGradient(
    const float* dOutput,
    const float* input,
    const float* weight,
    const float* means,
    const float* rstds,
    float* dInput,
    int columns) {
    NormGradient gradient(dOutput, input, weight, means, rstds, columns);
    size_t row = (size_t)blockIdx.x * columns;
    for (int c = threadIdx.x; c < columns; c += blockDim.x) {
        dInput[row + c] = fmaf(gradient.rstd, gradient.change(c), dInput[row + c]);
    }
}

// The backward pass of `addLayerNorm`: dResidual, if it is wanted, += the gradient of the LayerNorm's input, and dProduct =
// that gradient where the mask keeps, times `factor`, else 0.
extern "C" __global__ void __launch_bounds__(128) addLayerNormGradient(
    const float* dOutput,
    const float* sums,
    const float* weight,
    const float* means,
    const float* rstds,
    float* dResidual,
    unsigned low,
    unsigned high,
    unsigned threshold,
    float factor,
    float* dProduct,
    int columns) {
    NormGradient gradient(dOutput, sums, weight, means, rstds, columns);
    size_t row = (size_t)blockIdx.x * columns;
    for (int c = threadIdx.x; c < columns; c += blockDim.x) {
        float change = gradient.rstd * gradient.change(c);
        if (dResidual != nullptr) {
            dResidual[row + c] += change;
        }
        if (threshold > 0) {
            change = keeps((unsigned)(row + c), low, high, threshold) ? change * factor : 0.0f;
        }
        dProduct[row + c] = change;
    }
}

// Sums of a piece of the rows for every column: partialWeight = sum of dOutput n, partialBias = sum of dOutput, each
// [pieces, columns]. Blocks of 32 x 8 threads: 32 columns, 8 rows at once; block (x, y) has columns from 32 x on and
// piece y.
extern "C" __global__ void __launch_bounds__(256) layerNormParameterPieces(
    const float* dOutput,
    const float* input,
    const float* means,
    const float* rstds,
    float* partialWeight,
    float* partialBias,
    int rows,
    int columns,
    int rowsOfPiece) {
    __shared__ float weightSums[8][33];
    __shared__ float biasSums[8][33];
    int c = blockIdx.x * 32 + threadIdx.x;
    int first = blockIdx.y * rowsOfPiece;
    int end = min(first + rowsOfPiece, rows);
    float weightSum = 0.0f;
    float biasSum = 0.0f;
    if (c < columns) {
        for (int n = first + threadIdx.y; n < end; n += 8) {
            float dy = dOutput[(size_t)n * columns + c];
            weightSum = fmaf(dy, (input[(size_t)n * columns + c] - means[n]) * rstds[n], weightSum);
            biasSum += dy;
        }
    }
    weightSums[threadIdx.y][threadIdx.x] = weightSum;
    biasSums[threadIdx.y][threadIdx.x] = biasSum;
    __syncthreads();
    if (threadIdx.y == 0 && c < columns) {
        for (int i = 1; i < 8; i++) {
            weightSum += weightSums[i][threadIdx.x];
            biasSum += biasSums[i][threadIdx.x];
        }
        partialWeight[(size_t)blockIdx.y * columns + c] = weightSum;
        partialBias[(size_t)blockIdx.y * columns + c] = biasSum;
    }
}

// The same for a bias: partial = sum of dOutput, [pieces, columns].
extern "C" __global__ void __launch_bounds__(256)
    biasPieces(const float* dOutput, float* partial, int rows, int columns, int rowsOfPiece) {
    __shared__ float sums[8][33];
    int c = blockIdx.x * 32 + threadIdx.x;
    int first = blockIdx.y * rowsOfPiece;
    int end = min(first + rowsOfPiece, rows);
    float sum = 0.0f;
    if (c < columns) {
        for (int n = first + threadIdx.y; n < end; n += 8) {
            sum += dOutput[(size_t)n * columns + c];
        }
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

// gradient += sum of the pieces, in their order.
extern "C" __global__ void addPieces(const float* partial, float* gradient, int pieces, int columns) {
    FOR_EACH(c, columns) {
        float sum = 0.0f;
        for (int piece = 0; piece < pieces; piece++) {
            sum += partial[(size_t)piece * columns + c];
        }
        gradient[c] += sum;
    }
}

// The largest of a row, and the sum of exp(x - largest).
__device__ __forceinline__ void softmaxSums(const float* x, int columns, float& largest, float& sum) {
    float mine = NEGATIVE_INFINITY;
    for (int c = threadIdx.x; c < columns; c += blockDim.x) {
        mine = larger(mine, x[c]);
    }
    largest = blockMaximum(mine);
    float exponentials = 0.0f;
    for (int c = threadIdx.x; c < columns; c += blockDim.x) {
        exponentials += expf(x[c] - largest);
    }
    sum = blockSum(exponentials);
}

// output = exp(input - max) / sum of exp(input - max); output may be the input.
extern "C" __global__ void __launch_bounds__(128) softmax(const float* input, float* output, int columns) {
    size_t row = (size_t)blockIdx.x * columns;
    float largest;
    float sum;
    softmaxSums(input + row, columns, largest, sum);
    for (int c = threadIdx.x; c < columns; c += blockDim.x) {
        output[row + c] = expf(input[row + c] - largest) / sum;
    }
}

// dInput += output (dOutput - sum of output dOutput).
extern "C" __global__ void __launch_bounds__(128)
    softmaxGradient(const float* output, const float* dOutput, float* dInput, int columns) {
    size_t row = (size_t)blockIdx.x * columns;
    float sum = 0.0f;
    for (int c = threadIdx.x; c < columns; c += blockDim.x) {
        sum = fmaf(output[row + c], dOutput[row + c], sum);
    }
    sum = blockSum(sum);
    for (int c = threadIdx.x; c < columns; c += blockDim.x) {
        dInput[row + c] = fmaf(output[row + c], dOutput[row + c] - sum, dInput[row + c]);
    }
}

// output = input - log of the sum of exp(input); output may be the input.
extern "C" __global__ void __launch_bounds__(128) logSoftmax(const float* input, float* output, int columns) {
    size_t row = (size_t)blockIdx.x * columns;
    float largest;
    float sum;
    softmaxSums(input + row, columns, largest, sum);
    float logarithm = logf(sum);
    for (int c = threadIdx.x; c < columns; c += blockDim.x) {
        output[row + c] = input[row + c] - largest - logarithm;
    }
}

// dInput += dOutput - exp(output) sum of dOutput.
extern "C" __global__ void __launch_bounds__(128)
    logSoftmaxGradient(const float* output, const float* dOutput, float* dInput, int columns) {
    size_t row = (size_t)blockIdx.x * columns;
    float sum = 0.0f;
    for (int c = threadIdx.x; c < columns; c += blockDim.x) {
        sum += dOutput[row + c];
    }
    sum = blockSum(sum);
    for (int c = threadIdx.x; c < columns; c += blockDim.x) {
        dInput[row + c] += dOutput[row + c] - expf(output[row + c]) * sum;
    }
}
