package xlmr.backend.cpu;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import xlmr.backend.AttentionShape;
import xlmr.backend.CrossEntropy;
import xlmr.backend.DropoutMask;
import xlmr.tensor.Tensor;

/// The fast backend of the processor, on the JDK's Vector API (module `jdk.incubator.vector`), with
/// its own small team of threads. Any number of threads may call it at once; one of them has the
/// team, the others compute alone meanwhile.
public final class VectorBackend extends ElementwiseBackend {
    /// A backend that computes on `threads` threads, the caller's included.
    ///
    /// @throws IllegalArgumentException if there is not at least one
    public VectorBackend(int threads) {
        super(threads);
        WarmUp.start();
    }

    @Override
    public String name() {
        return "vector-" + Lanes.FLOATS.vectorBitSize();
    }

    @Override
    public void prepare(Tensor weight) {
        weights.rowPanels(weight);
    }

    @Override
    public void linear(Tensor input, Tensor weight, @Nullable Tensor bias, Tensor output) {
        float[] added = bias == null ? null : weights.values(bias);
        gemm.multiply(
                Operand.rows(input),
                input.shape().rows(),
                Operand.rows(weight),
                weights.rowPanels(weight),
                weight.size(0),
                weight.size(1),
                new Gemm.Result(array(output), false, added));
    }

    @Override
    public void linearInputGradient(Tensor dOutput, Tensor weight, Tensor dInput) {
        gemm.multiply(
                Operand.rows(dOutput),
                dOutput.shape().rows(),
                Operand.columns(weight),
                weights.columnPanels(weight),
                weight.size(1),
                weight.size(0),
                new Gemm.Result(array(dInput), true, null));
    }

    @Override
    public void linearWeightGradient(Tensor dOutput, Tensor input, Tensor dWeight) {
        gemm.multiply(
                Operand.columns(dOutput),
                dWeight.size(0),
                Operand.columns(input),
                null,
                dWeight.size(1),
                input.shape().rows(),
                new Gemm.Result(array(dWeight), true, null));
    }

    @Override
    public void biasGradient(Tensor dOutput, Tensor dBias) {
        int columns = dOutput.size(-1);
        float[] x = array(dOutput);
        float[] sums = array(dBias);
        splitColumns(
                columns,
                (from, to) ->
                        ElementLoops.columnSums(
                                x, dOutput.shape().rows(), columns, sums, from, to));
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
        forHeads(
                shape,
                dropout,
                query.size(-1),
                (head, b, h) ->
                        head.forward(
                                array(query),
                                array(key),
                                array(value),
                                array(output),
                                array(logSumExp)));
    }

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
        AttentionHead.Saved saved =
                new AttentionHead.Saved(
                        array(query),
                        array(key),
                        array(value),
                        array(output),
                        array(logSumExp),
                        array(dOutput));
        forHeads(
                shape,
                dropout,
                query.size(-1),
                (head, b, h) -> head.backward(saved, array(dQuery), array(dKey), array(dValue)));
    }

    @Override
    public void attentionProbabilities(
            Tensor query, Tensor key, AttentionShape shape, Tensor output) {
        int[] offsets = new int[shape.sequences() + 1];
        for (int b = 0; b < shape.sequences(); b++) {
            offsets[b + 1] = offsets[b] + shape.heads() * shape.queries(b) * shape.keys(b);
        }
        forHeads(
                shape,
                DropoutMask.NONE,
                query.size(-1),
                (head, b, h) -> {
                    int at = offsets[b] + h * shape.queries(b) * shape.keys(b);
                    head.probabilities(array(query), array(key), array(output), at);
                });
    }

    private interface HeadTask {
        void run(AttentionHead head, int b, int h);
    }

    /// Runs a task for every head of every sequence, the longest first so that no thread is left
    /// with one at the end.
    private void forHeads(AttentionShape shape, DropoutMask dropout, int hidden, HeadTask task) {
        int heads = shape.heads();
        int[] byLength =
                IntStream.range(0, shape.sequences())
                        .boxed()
                        .sorted(
                                Comparator.comparingLong(
                                        b -> -(long) shape.queries(b) * shape.keys(b)))
                        .mapToInt(b -> b)
                        .toArray();
        workers.run(
                byLength.length * heads,
                index -> {
                    int b = byLength[index / heads];
                    int h = index % heads;
                    Scratch scratch = scratches.take();
                    task.run(new AttentionHead(shape, dropout, hidden, b, h, scratch), b, h);
                    scratches.give(scratch);
                });
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
        int columns = input.size(-1);
        float[] w = weights.values(weight);
        float[] b = weights.values(bias);
        splitRows(
                input,
                (from, to) ->
                        Normalizations.layerNorm(
                                array(input),
                                w,
                                b,
                                epsilon,
                                columns,
                                array(output),
                                array(mean),
                                array(rstd),
                                from,
                                to));
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
        int columns = input.size(-1);
        if (dInput != null) {
            float[] w = weights.values(weight);
            float[] dx = array(dInput);
            splitRows(
                    input,
                    (from, to) ->
                            Normalizations.layerNormInputGradient(
                                    array(dOutput),
                                    array(input),
                                    w,
                                    array(mean),
                                    array(rstd),
                                    columns,
                                    dx,
                                    from,
                                    to));
        }
        if (dWeight != null || dBias != null) {
            float[] dw = dWeight == null ? null : array(dWeight);
            float[] db = dBias == null ? null : array(dBias);
            int rows = input.shape().rows();
            splitColumns(
                    columns,
                    (from, to) ->
                            Normalizations.layerNormParameterGradient(
                                    array(dOutput),
                                    array(input),
                                    array(mean),
                                    array(rstd),
                                    rows,
                                    columns,
                                    dw,
                                    db,
                                    from,
                                    to));
        }
    }

    @Override
    public void softmax(Tensor input, Tensor output) {
        softmax(input, false, output);
    }

    @Override
    public void logSoftmax(Tensor input, Tensor output) {
        softmax(input, true, output);
    }

    private void softmax(Tensor input, boolean logarithm, Tensor output) {
        int columns = input.size(-1);
        splitRows(
                input,
                (from, to) ->
                        Normalizations.softmax(
                                array(input), columns, logarithm, array(output), from, to));
    }

    @Override
    public void softmaxGradient(Tensor output, Tensor dOutput, Tensor dInput) {
        int columns = output.size(-1);
        splitRows(
                output,
                (from, to) ->
                        Normalizations.softmaxGradient(
                                array(output), array(dOutput), columns, array(dInput), from, to));
    }

    @Override
    public void logSoftmaxGradient(Tensor output, Tensor dOutput, Tensor dInput) {
        int columns = output.size(-1);
        splitRows(
                output,
                (from, to) ->
                        Normalizations.logSoftmaxGradient(
                                array(output), array(dOutput), columns, array(dInput), from, to));
    }

    @Override
    public void crossEntropy(Tensor logits, CrossEntropy target, Tensor loss) {
        if (!isPlain(logits, target)) {
            super.crossEntropy(logits, target, loss);
            return;
        }
        float[] x = array(logits);
        int classes = logits.size(-1);
        int[] labels = target.labels();
        double[] costs = new double[labels.length];
        splitRows(
                logits,
                (from, to) -> {
                    for (int n = from; n < to; n++) {
                        if (labels[n] != target.ignoreIndex()) {
                            int row = n * classes;
                            costs[n] =
                                    CrossEntropyLoops.logSumExp(x, row, classes)
                                            - x[row + labels[n]];
                        }
                    }
                });
        array(loss)[0] = (float) (Arrays.stream(costs).sum() / target.counted());
    }

    @Override
    public void crossEntropyGradient(
            Tensor logits, CrossEntropy target, float dLoss, Tensor dLogits) {
        if (!isPlain(logits, target)) {
            super.crossEntropyGradient(logits, target, dLoss, dLogits);
            return;
        }
        float[] x = array(logits);
        float[] dx = array(dLogits);
        int classes = logits.size(-1);
        int[] labels = target.labels();
        float factor = (float) ((double) dLoss / target.counted());
        splitRows(
                logits,
                (from, to) -> {
                    for (int n = from; n < to; n++) {
                        if (labels[n] != target.ignoreIndex()) {
                            int row = n * classes;
                            double logarithm = CrossEntropyLoops.logSumExp(x, row, classes);
                            CrossEntropyLoops.gradient(
                                    x, row, classes, labels[n], logarithm, factor, dx);
                        }
                    }
                });
    }

    /// Whether there are many classes and neither smoothing nor weights.
    private static boolean isPlain(Tensor logits, CrossEntropy target) {
        return logits.size(-1) >= CrossEntropyLoops.MANY
                && target.smoothing() == 0
                && target.classWeights() == null;
    }
}
