package xlmr.backend;

import java.util.List;
import org.jspecify.annotations.Nullable;
import xlmr.tensor.Shape;
import xlmr.tensor.Storage;
import xlmr.tensor.Tensor;

/// The numeric primitives that a device offers. Shapes are checked by the callers in `autograd`; an
/// implementation only asserts. What has a body here may be done faster; its bits may then differ.
///
/// Three rules hold for every method. Outputs named `output` are overwritten, and may be the input
/// where the comment says so. Gradients (`dInput`, `dWeight`, ...) are added to what is there. The
/// result depends on the arguments alone: the same bits for any number of threads, since work is
/// split over outputs and sums are split by shape.
///
/// Parameters may lie in read-only storage ([xlmr.tensor.Storage#isReadOnly]); a backend may then
/// keep a packed or device copy for as long as that storage lives. Parameters that train may lie in
/// a Java array, which a backend with memory of its own takes over
/// ([xlmr.tensor.HostStorage#moveTo]). Everything else lies in storage that [#allocate] made.
public interface Backend extends RowUpdates, AutoCloseable {
    /// Short name for messages: `scalar`, `vector-512`, ...
    String name();

    /// Threads that work on one call.
    int threads();

    /// The backends that train the same model together with this one, the first of them, and are
    /// closed with it; null for one that trains alone.
    default @Nullable Ranks ranks() {
        return null;
    }

    /// A tensor for results of this backend; its contents are undefined.
    Tensor allocate(Shape shape);

    /// Takes back a storage that [#allocate] made and nobody will use any more, at once: memory
    /// outside of the Java heap does not make the garbage collector run. Without it, the memory
    /// comes back when the storage is collected, or with [#close].
    default void release(Storage storage) {}

    /// Sets all elements.
    void fill(Tensor tensor, float value);

    /// Copies host elements in.
    void write(float[] source, Tensor output);

    /// Says that [#linear] is about to use a weight in read-only storage, so that a packed or
    /// device copy can be made ahead of time, by another thread than the one that waits for the
    /// first result. Without effect on any result.
    default void prepare(Tensor weight) {}

    /// output = input weightᵀ + bias. `[N, in] x [out, in] -> [N, out]`
    void linear(Tensor input, Tensor weight, @Nullable Tensor bias, Tensor output);

    /// dInput += dOutput weight. `[N, out] x [out, in] -> [N, in]`
    void linearInputGradient(Tensor dOutput, Tensor weight, Tensor dInput);

    /// dWeight += dOutputᵀ input. `[N, out] x [N, in] -> [out, in]`
    void linearWeightGradient(Tensor dOutput, Tensor input, Tensor dWeight);

    /// dBias += sum over rows of dOutput. `[N, out] -> [out]`
    void biasGradient(Tensor dOutput, Tensor dBias);

    /// preActivation = input weightᵀ + bias; output = f(preActivation), in one pass over the
    /// product where the device can. `[N, in] x [out, in] -> [N, out]`
    ///
    /// @param preActivation `[N, out]` overwritten, for the backward pass; null if there is none
    default void linearActivation(
            Tensor input,
            Tensor weight,
            @Nullable Tensor bias,
            Activation function,
            @Nullable Tensor preActivation,
            Tensor output) {
        Tensor inner = preActivation == null ? output : preActivation; // [N, out]
        linear(input, weight, bias, inner);
        activation(function, inner, output);
    }

    /// The part of the gradients of [#linearActivation] that is not [#linear]'s.
    ///
    /// @param dPreActivation `[N, out]` overwritten with dOutput f'(preActivation)
    /// @param dBias `[out]`, to which the sum of that over the rows is added; null: not wanted
    default void linearActivationGradient(
            Activation function,
            Tensor preActivation,
            Tensor dOutput,
            Tensor dPreActivation,
            @Nullable Tensor dBias) {
        fill(dPreActivation, 0);
        activationGradient(function, preActivation, dOutput, dPreActivation);
        if (dBias != null) {
            biasGradient(dPreActivation, dBias);
        }
    }

    /// sum = dropout(input weightᵀ + bias) + residual; output = [#layerNorm] of the sum, in one
    /// pass over the product where the device can. `[N, in] x [C, in] -> [N, C]`
    ///
    /// @param norm weight, bias and ε of the LayerNorm
    /// @param sum `[N, C]` overwritten, for the backward pass
    /// @param mean `[N]` overwritten, for the backward pass
    /// @param rstd `[N]` overwritten, for the backward pass
    default void linearAddNorm(
            Tensor input,
            Tensor weight,
            @Nullable Tensor bias,
            DropoutMask dropout,
            Tensor residual,
            Affine norm,
            Tensor sum,
            Tensor output,
            Tensor mean,
            Tensor rstd) {
        linear(input, weight, bias, sum);
        if (dropout.isActive()) {
            dropout(sum, dropout, sum);
        }
        add(sum, residual, sum);
        layerNorm(sum, norm.weight(), norm.bias(), norm.epsilon(), output, mean, rstd);
    }

    /// The part of the gradients of [#linearAddNorm] that is not [#linear]'s: with dSum the
    /// gradient of [#layerNorm] for its input and M the mask, dResidual += dSum; dWeight and dBias,
    /// the LayerNorm's, as there. Null: not wanted.
    ///
    /// @param dProduct `[N, C]` overwritten with dSum ∘ M
    default void linearAddNormGradient(
            Tensor dOutput,
            Tensor sum,
            Tensor normWeight,
            Tensor mean,
            Tensor rstd,
            DropoutMask dropout,
            @Nullable Tensor dResidual,
            Tensor dProduct,
            @Nullable Tensor dWeight,
            @Nullable Tensor dBias) {
        fill(dProduct, 0);
        layerNormGradient(dOutput, sum, normWeight, mean, rstd, dProduct, dWeight, dBias);
        if (dResidual != null) {
            addScaled(dProduct, 1, dResidual);
        }
        if (dropout.isActive()) {
            dropout(dProduct, dropout, dProduct);
        }
    }

    /// Weight, bias and ε of a LayerNorm.
    ///
    /// @param weight `[C]`
    /// @param bias `[C]`
    /// @param epsilon added to the variance
    record Affine(Tensor weight, Tensor bias, float epsilon) {}

    /// Scaled dot-product attention within each sequence and head: output = dropout(softmax(query
    /// keyᵀ / √D)) value. Query and output `[N, C]`, key and value `[M, C]`
    ///
    /// @param logSumExp `[N, H]` overwritten with the logarithm of each softmax's denominator, for
    ///   the backward pass
    /// @param dropout of the probabilities; row n H + h of the mask belongs to query n, head h, and
    ///   its index j to the j-th key of the sequence
    void attention(
            Tensor query,
            Tensor key,
            Tensor value,
            AttentionShape shape,
            DropoutMask dropout,
            Tensor output,
            Tensor logSumExp);

    /// Gradients of [#attention]: with P = softmax, M = mask scale, dP = M ∘ (dOutput valueᵀ) and δ
    /// = rowsum(dOutput ∘ output): dS = P ∘ (dP - δ); dQuery += dS key / √D; dKey += dSᵀ query /
    /// √D; dValue += (M ∘ P)ᵀ dOutput.
    void attentionGradient(
            Tensor query,
            Tensor key,
            Tensor value,
            Tensor output,
            Tensor logSumExp,
            Tensor dOutput,
            AttentionShape shape,
            DropoutMask dropout,
            Tensor dQuery,
            Tensor dKey,
            Tensor dValue);

    /// The probabilities themselves, without dropout: per sequence `[H, queries, keys]`, one after
    /// the other.
    void attentionProbabilities(Tensor query, Tensor key, AttentionShape shape, Tensor output);

    /// output = (input - mean) rstd weight + bias per row, with rstd = 1 / √(variance + ε). `[N,
    /// C]`
    ///
    /// @param mean `[N]` overwritten, for the backward pass
    /// @param rstd `[N]` overwritten, for the backward pass
    void layerNorm(
            Tensor input,
            Tensor weight,
            Tensor bias,
            float epsilon,
            Tensor output,
            Tensor mean,
            Tensor rstd);

    /// Gradients of [#layerNorm]: with x̂ = (input - mean) rstd and g = dOutput weight: dInput +=
    /// rstd (g - mean(g) - x̂ mean(g x̂)); dWeight += Σ dOutput x̂; dBias += Σ dOutput. Null: not
    /// wanted.
    void layerNormGradient(
            Tensor dOutput,
            Tensor input,
            Tensor weight,
            Tensor mean,
            Tensor rstd,
            @Nullable Tensor dInput,
            @Nullable Tensor dWeight,
            @Nullable Tensor dBias);

    /// output[i] = table[rows[i]]. `[R, C] -> [N, C]`
    void gatherRows(Tensor table, int[] rows, Tensor output);

    /// output[i] += table[rows[i]]. `[R, C] -> [N, C]`
    void addGatheredRows(Tensor table, int[] rows, Tensor output);

    /// dTable[rows[i]] += dOutput[i], in the order of i; negative rows are skipped. `[N, C] -> [R,
    /// C]`
    void scatterAddRows(Tensor dOutput, int[] rows, Tensor dTable);

    /// output[b] = mean or max, column by column, of the rows starts[b] to starts[b + 1]. `[N, C]
    /// -> [B, C]`
    void reduceSegments(SegmentReduction reduction, Tensor input, int[] starts, Tensor output);

    /// Gradient of [#reduceSegments]: dInput[n] += dOutput[b] / rows of b for the mean; for the max
    /// dOutput[b, c] goes to the first row that has the largest. `[B, C] -> [N, C]`
    void reduceSegmentsGradient(
            SegmentReduction reduction, Tensor input, int[] starts, Tensor dOutput, Tensor dInput);

    /// output = f(input) by element; output may be the input.
    void activation(Activation function, Tensor input, Tensor output);

    /// dInput += dOutput f'(input).
    void activationGradient(Activation function, Tensor input, Tensor dOutput, Tensor dInput);

    /// output = left + right; output may be either.
    void add(Tensor left, Tensor right, Tensor output);

    /// output += factor input.
    void addScaled(Tensor input, float factor, Tensor output);

    /// output = left right by element; output may be either.
    void multiply(Tensor left, Tensor right, Tensor output);

    /// dLeft += dOutput right: one half of the gradient of [#multiply].
    void multiplyGradient(Tensor dOutput, Tensor right, Tensor dLeft);

    /// Rounds to bfloat16 (8 bits of fraction with the hidden one, to the nearest, ties to even)
    /// and packs two numbers into the place of one. Of M numbers, place i holds number i in its
    /// upper 16 bits, and in its lower ones number i + ⌈M / 2⌉, or 0 where there is none.
    ///
    /// @param input `[M]` in any shape; finite numbers
    /// @param packed `[⌈M / 2⌉]`
    void packBfloat16(Tensor input, Tensor packed);

    /// What [#packBfloat16] packed, as float32.
    ///
    /// @param packed `[⌈M / 2⌉]`
    /// @param output `[M]` in any shape
    void unpackBfloat16(Tensor packed, Tensor output);

    /// tensor = factor tensor.
    void scale(Tensor tensor, float factor);

    /// output = input with dropped elements 0 and kept ones scaled; output may be the input.
    void dropout(Tensor input, DropoutMask mask, Tensor output);

    /// dInput += dOutput where kept, scaled.
    void dropoutGradient(Tensor dOutput, DropoutMask mask, Tensor dInput);

    /// output = softmax over the last axis; output may be the input.
    void softmax(Tensor input, Tensor output);

    /// dInput += output (dOutput - Σ output dOutput), row by row.
    void softmaxGradient(Tensor output, Tensor dOutput, Tensor dInput);

    /// output = input - logsumexp(input) over the last axis; output may be the input.
    void logSoftmax(Tensor input, Tensor output);

    /// dInput += dOutput - exp(output) Σ dOutput, row by row.
    void logSoftmaxGradient(Tensor output, Tensor dOutput, Tensor dInput);

    /// Mean cross-entropy of softmax(logits) over the rows that count; NaN if none does, as in the
    /// reference.
    ///
    /// @param logits `[N, K]`
    /// @param loss `[]` overwritten
    void crossEntropy(Tensor logits, CrossEntropy target, Tensor loss);

    /// dLogits += dLoss · w (softmax - target) / Σ w.
    void crossEntropyGradient(Tensor logits, CrossEntropy target, float dLoss, Tensor dLogits);

    /// Mean over the K columns of the mean cross-entropy of softmaxes down the rows of each
    /// segment; NaN if no segment counts in a column, as in the reference.
    ///
    /// @param logits `[N, K]`
    /// @param loss `[]` overwritten
    void segmentCrossEntropy(Tensor logits, SegmentLabels target, Tensor loss);

    /// dLogits += dLoss / (K segments that count) (softmax - target), column by column.
    void segmentCrossEntropyGradient(
            Tensor logits, SegmentLabels target, float dLoss, Tensor dLogits);

    /// Mean over all elements of binary cross-entropy of σ(logits) with labels in [0, 1].
    void binaryCrossEntropy(Tensor logits, Tensor labels, Tensor loss);

    /// dLogits += dLoss (σ(logits) - labels) / elements.
    void binaryCrossEntropyGradient(Tensor logits, Tensor labels, float dLoss, Tensor dLogits);

    /// Mean over all elements of (predictions - labels)².
    void meanSquaredError(Tensor predictions, Tensor labels, Tensor loss);

    /// dPredictions += dLoss 2 (predictions - labels) / elements.
    void meanSquaredErrorGradient(
            Tensor predictions, Tensor labels, float dLoss, Tensor dPredictions);

    /// Sum of squares in double precision, block sums added in order.
    double sumOfSquares(Tensor tensor);

    /// One AdamW update of all elements, see [AdamWStep].
    ///
    /// @param gradientScale what the gradient is multiplied by first: the clipping factor
    void adamW(
            Tensor parameter,
            Tensor gradient,
            float gradientScale,
            Tensor firstMoment,
            Tensor secondMoment,
            AdamWStep step);

    /// [#adamW] of many parameters, each with its own numbers: a step of the optimizer.
    ///
    /// @param gradientScale what all gradients are multiplied by first
    default void adamW(List<AdamWUpdate> updates, float gradientScale) {
        for (AdamWUpdate update : updates) {
            adamW(
                    update.parameter(),
                    update.gradient(),
                    gradientScale,
                    update.firstMoment(),
                    update.secondMoment(),
                    update.step());
        }
    }

    /// [#fill] of several tensors.
    default void fill(List<Tensor> tensors, float value) {
        tensors.forEach(tensor -> fill(tensor, value));
    }

    /// What a step of training has to know of its numbers, read at once: [#sumOfSquares] of some
    /// tensors, then the first elements of others.
    default double[] readNumbers(List<Tensor> squared, List<Tensor> single) {
        double[] numbers = new double[squared.size() + single.size()];
        for (int i = 0; i < squared.size(); i++) {
            numbers[i] = sumOfSquares(squared.get(i));
        }
        float[] first = new float[1];
        for (int i = 0; i < single.size(); i++) {
            single.get(i).storage().read(0, first, 0, 1);
            numbers[squared.size() + i] = first[0];
        }
        return numbers;
    }

    /// Whether gradients go through a format in which small ones become 0 and large ones infinite,
    /// so that training has to scale its loss.
    default boolean needsLossScaling() {
        return false;
    }

    /// What this backend can have its device do over again with one call; null for nothing.
    default @Nullable Replays replays() {
        return null;
    }

    @Override
    void close();
}
