package xlmr.backend.cpu;

import org.jspecify.annotations.Nullable;
import xlmr.backend.Activation;
import xlmr.backend.AdamWStep;
import xlmr.backend.AttentionShape;
import xlmr.backend.Backend;
import xlmr.backend.CrossEntropy;
import xlmr.backend.DropoutMask;
import xlmr.backend.SegmentLabels;
import xlmr.backend.SegmentReduction;
import xlmr.tensor.HostStorage;
import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;

/// The slow oracle: every primitive as its formula reads, in plain loops on one thread, with sums
/// in double precision that are rounded to float once, when they are stored. The fast backends are
/// compared with it.
public final class ScalarBackend implements Backend {
    @Override
    public String name() {
        return "scalar";
    }

    @Override
    public int threads() {
        return 1;
    }

    @Override
    public Tensor allocate(Shape shape) {
        return new Tensor(shape, new HostStorage(new float[shape.elements()]));
    }

    @Override
    public void fill(Tensor tensor, float value) {
        float[] x = Elements.writable(tensor);
        for (int i = 0; i < Elements.count(tensor); i++) {
            x[i] = value;
        }
    }

    @Override
    public void write(float[] source, Tensor output) {
        System.arraycopy(source, 0, Elements.writable(output), 0, Elements.count(output));
    }

    @Override
    public void linear(Tensor input, Tensor weight, @Nullable Tensor bias, Tensor output) {
        ScalarProducts.forward(input, weight, bias, output);
    }

    @Override
    public void linearInputGradient(Tensor dOutput, Tensor weight, Tensor dInput) {
        ScalarProducts.inputGradient(dOutput, weight, dInput);
    }

    @Override
    public void linearWeightGradient(Tensor dOutput, Tensor input, Tensor dWeight) {
        ScalarProducts.weightGradient(dOutput, input, dWeight);
    }

    @Override
    public void biasGradient(Tensor dOutput, Tensor dBias) {
        ScalarProducts.biasGradient(dOutput, dBias);
    }

    @Override
    public void attention(
            Tensor query,
            Tensor key,
            Tensor value,
            AttentionShape shape,
            DropoutMask dropout,
            Tensor output,
            Tensor logSumExp) {
        ScalarAttention.forward(query, key, value, shape, dropout, output, logSumExp);
    }

    /// The saved output and logSumExp are for backends that need them; here both are computed
    /// again.
    @Override
    public void attentionGradient(
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
            Tensor dValue) {
        ScalarAttention.backward(query, key, value, dOutput, shape, dropout, dQuery, dKey, dValue);
    }

    @Override
    public void attentionProbabilities(
            Tensor query, Tensor key, AttentionShape shape, Tensor output) {
        ScalarAttention.probabilities(query, key, shape, output);
    }

    @Override
    public void layerNorm(
            Tensor input,
            Tensor weight,
            Tensor bias,
            float epsilon,
            Tensor output,
            Tensor mean,
            Tensor rstd) {
        ScalarNormalizations.layerNorm(input, weight, bias, epsilon, output, mean, rstd);
    }

    @Override
    public void layerNormGradient(
            Tensor dOutput,
            Tensor input,
            Tensor weight,
            Tensor mean,
            Tensor rstd,
            @Nullable Tensor dInput,
            @Nullable Tensor dWeight,
            @Nullable Tensor dBias) {
        ScalarNormalizations.layerNormGradient(
                dOutput, input, weight, mean, rstd, dInput, dWeight, dBias);
    }

    @Override
    public void gatherRows(Tensor table, int[] rows, Tensor output) {
        ScalarRows.gather(table, rows, output);
    }

    @Override
    public void addGatheredRows(Tensor table, int[] rows, Tensor output) {
        ScalarRows.addGathered(table, rows, output);
    }

    @Override
    public void scatterAddRows(Tensor dOutput, int[] rows, Tensor dTable) {
        ScalarRows.scatterAdd(dOutput, rows, dTable);
    }

    @Override
    public void reduceSegments(
            SegmentReduction reduction, Tensor input, int[] starts, Tensor output) {
        ScalarRows.reduce(reduction, input, starts, output);
    }

    @Override
    public void reduceSegmentsGradient(
            SegmentReduction reduction, Tensor input, int[] starts, Tensor dOutput, Tensor dInput) {
        ScalarRows.reduceGradient(reduction, input, starts, dOutput, dInput);
    }

    @Override
    public void activation(Activation function, Tensor input, Tensor output) {
        ScalarActivations.forward(function, input, output);
    }

    @Override
    public void activationGradient(
            Activation function, Tensor input, Tensor dOutput, Tensor dInput) {
        ScalarActivations.backward(function, input, dOutput, dInput);
    }

    @Override
    public void add(Tensor left, Tensor right, Tensor output) {
        float[] a = Elements.of(left);
        float[] b = Elements.of(right);
        float[] y = Elements.writable(output);
        for (int i = 0; i < Elements.count(output); i++) {
            y[i] = a[i] + b[i];
        }
    }

    @Override
    public void addScaled(Tensor input, float factor, Tensor output) {
        float[] x = Elements.of(input);
        float[] y = Elements.writable(output);
        for (int i = 0; i < Elements.count(output); i++) {
            y[i] = (float) (y[i] + (double) factor * x[i]);
        }
    }

    @Override
    public void packBfloat16(Tensor input, Tensor packed) {
        Bfloat16Pairs.pack(
                Elements.of(input),
                Elements.count(input),
                Elements.writable(packed),
                0,
                Elements.count(packed));
    }

    @Override
    public void unpackBfloat16(Tensor packed, Tensor output) {
        Bfloat16Pairs.unpack(
                Elements.of(packed),
                Elements.writable(output),
                Elements.count(output),
                0,
                Elements.count(packed));
    }

    @Override
    public void multiply(Tensor left, Tensor right, Tensor output) {
        float[] a = Elements.of(left);
        float[] b = Elements.of(right);
        float[] y = Elements.writable(output);
        for (int i = 0; i < Elements.count(output); i++) {
            y[i] = a[i] * b[i];
        }
    }

    @Override
    public void multiplyGradient(Tensor dOutput, Tensor right, Tensor dLeft) {
        float[] dy = Elements.of(dOutput);
        float[] b = Elements.of(right);
        float[] da = Elements.writable(dLeft);
        for (int i = 0; i < Elements.count(dLeft); i++) {
            da[i] = (float) (da[i] + (double) dy[i] * b[i]);
        }
    }

    @Override
    public void scale(Tensor tensor, float factor) {
        float[] x = Elements.writable(tensor);
        for (int i = 0; i < Elements.count(tensor); i++) {
            x[i] *= factor;
        }
    }

    @Override
    public void dropout(Tensor input, DropoutMask mask, Tensor output) {
        float[] x = Elements.of(input);
        float[] y = Elements.writable(output);
        for (int i = 0; i < Elements.count(output); i++) {
            y[i] = mask.keeps(i) ? x[i] * mask.scale() : 0;
        }
    }

    @Override
    public void dropoutGradient(Tensor dOutput, DropoutMask mask, Tensor dInput) {
        float[] dy = Elements.of(dOutput);
        float[] dx = Elements.writable(dInput);
        for (int i = 0; i < Elements.count(dInput); i++) {
            dx[i] += mask.keeps(i) ? dy[i] * mask.scale() : 0;
        }
    }

    @Override
    public void softmax(Tensor input, Tensor output) {
        ScalarNormalizations.softmax(input, output);
    }

    @Override
    public void softmaxGradient(Tensor output, Tensor dOutput, Tensor dInput) {
        ScalarNormalizations.softmaxGradient(output, dOutput, dInput);
    }

    @Override
    public void logSoftmax(Tensor input, Tensor output) {
        ScalarNormalizations.logSoftmax(input, output);
    }

    @Override
    public void logSoftmaxGradient(Tensor output, Tensor dOutput, Tensor dInput) {
        ScalarNormalizations.logSoftmaxGradient(output, dOutput, dInput);
    }

    @Override
    public void crossEntropy(Tensor logits, CrossEntropy target, Tensor loss) {
        ScalarLosses.crossEntropy(logits, target, loss);
    }

    @Override
    public void crossEntropyGradient(
            Tensor logits, CrossEntropy target, float dLoss, Tensor dLogits) {
        ScalarLosses.crossEntropyGradient(logits, target, dLoss, dLogits);
    }

    @Override
    public void segmentCrossEntropy(Tensor logits, SegmentLabels target, Tensor loss) {
        SegmentLosses.crossEntropy(logits, target, loss);
    }

    @Override
    public void segmentCrossEntropyGradient(
            Tensor logits, SegmentLabels target, float dLoss, Tensor dLogits) {
        SegmentLosses.crossEntropyGradient(logits, target, dLoss, dLogits);
    }

    @Override
    public void binaryCrossEntropy(Tensor logits, Tensor labels, Tensor loss) {
        ScalarLosses.binaryCrossEntropy(logits, labels, loss);
    }

    @Override
    public void binaryCrossEntropyGradient(
            Tensor logits, Tensor labels, float dLoss, Tensor dLogits) {
        ScalarLosses.binaryCrossEntropyGradient(logits, labels, dLoss, dLogits);
    }

    @Override
    public void meanSquaredError(Tensor predictions, Tensor labels, Tensor loss) {
        ScalarLosses.meanSquaredError(predictions, labels, loss);
    }

    @Override
    public void meanSquaredErrorGradient(
            Tensor predictions, Tensor labels, float dLoss, Tensor dPredictions) {
        ScalarLosses.meanSquaredErrorGradient(predictions, labels, dLoss, dPredictions);
    }

    @Override
    public double sumOfSquares(Tensor tensor) {
        float[] x = Elements.of(tensor);
        double sum = 0;
        for (int i = 0; i < Elements.count(tensor); i++) {
            sum += (double) x[i] * x[i];
        }
        return sum;
    }

    @Override
    public void adamW(
            Tensor parameter,
            Tensor gradient,
            float gradientScale,
            Tensor firstMoment,
            Tensor secondMoment,
            AdamWStep step) {
        float[] p = Elements.writable(parameter);
        float[] g = Elements.of(gradient);
        float[] m = Elements.writable(firstMoment);
        float[] v = Elements.writable(secondMoment);
        for (int i = 0; i < Elements.count(parameter); i++) {
            double scaled = (double) g[i] * gradientScale;
            m[i] = (float) (step.beta1() * m[i] + (1 - step.beta1()) * scaled);
            v[i] = (float) (step.beta2() * v[i] + (1 - step.beta2()) * scaled * scaled);
            double denominator = Math.sqrt(v[i]) / step.correction() + step.epsilon();
            p[i] = (float) (p[i] * step.decay() - step.stepSize() * m[i] / denominator);
        }
    }

    /// Holds nothing.
    @Override
    public void close() {}
}
