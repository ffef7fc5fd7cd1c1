package xlmr.backend.cpu;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import xlmr.backend.Activation;
import xlmr.backend.AdamWStep;
import xlmr.backend.AttentionShape;
import xlmr.backend.Backend;
import xlmr.backend.CrossEntropy;
import xlmr.backend.DropoutMask;
import xlmr.tensor.HostStorage;
import xlmr.tensor.Shape;
import xlmr.tensor.Storage;
import xlmr.tensor.Tensor;

/// The fast backend of the processor, on the JDK's Vector API (module `jdk.incubator.vector`), with
/// its own small team of threads. Any number of threads may call it at once; one of them has the
/// team, the others compute alone meanwhile.
public final class VectorBackend implements Backend {
    /// Elements that one task of an element-wise operation covers. A multiple of every vector
    /// length.
    private static final int BLOCK = 1 << 14;

    /// Columns that one task of a sum over rows covers.
    private static final int COLUMNS = 64;

    private final Workers workers;
    private final Scratch.Pool scratches = new Scratch.Pool();
    private final Gemm gemm;
    private final ReadOnlyWeights weights;

    /// A backend that computes on `threads` threads, the caller's included.
    ///
    /// @throws IllegalArgumentException if there is not at least one
    public VectorBackend(int threads) {
        workers = new Workers(threads);
        gemm = new Gemm(workers, scratches);
        weights = new ReadOnlyWeights(gemm);
        WarmUp.start();
    }

    @Override
    public String name() {
        return "vector-" + Lanes.FLOATS.vectorBitSize();
    }

    @Override
    public int threads() {
        return workers.threads();
    }

    @Override
    public Tensor allocate(Shape shape) {
        return new Tensor(shape, new HostStorage(new float[shape.elements()]));
    }

    @Override
    public void fill(Tensor tensor, float value) {
        float[] x = array(tensor);
        split(count(tensor), (from, to) -> Arrays.fill(x, from, to, value));
    }

    @Override
    public void write(float[] source, Tensor output) {
        System.arraycopy(source, 0, array(output), 0, count(output));
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
        int[] starts = shape.starts();
        int[] offsets = new int[shape.sequences() + 1];
        for (int b = 0; b < shape.sequences(); b++) {
            int length = starts[b + 1] - starts[b];
            offsets[b + 1] = offsets[b] + shape.heads() * length * length;
        }
        forHeads(
                shape,
                DropoutMask.NONE,
                query.size(-1),
                (head, b, h) -> {
                    int length = starts[b + 1] - starts[b];
                    int at = offsets[b] + h * length * length;
                    head.probabilities(array(query), array(key), array(output), at);
                });
    }

    private interface HeadTask {
        void run(AttentionHead head, int b, int h);
    }

    /// Runs a task for every head of every sequence, the longest first so that no thread is left
    /// with one at the end.
    private void forHeads(AttentionShape shape, DropoutMask dropout, int hidden, HeadTask task) {
        int[] starts = shape.starts();
        int heads = shape.heads();
        int[] byLength =
                IntStream.range(0, shape.sequences())
                        .boxed()
                        .sorted(Comparator.comparingInt(b -> starts[b] - starts[b + 1]))
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
    public void gatherRows(Tensor table, int[] rows, Tensor output) {
        int columns = table.size(-1);
        Storage source = table.storage();
        splitRows(
                output,
                (from, to) -> {
                    for (int i = from; i < to; i++) {
                        source.read((long) rows[i] * columns, array(output), i * columns, columns);
                    }
                });
    }

    @Override
    public void addGatheredRows(Tensor table, int[] rows, Tensor output) {
        int columns = table.size(-1);
        Storage source = table.storage();
        float[] y = array(output);
        splitRows(
                output,
                (from, to) -> {
                    float[] row = new float[columns];
                    for (int i = from; i < to; i++) {
                        source.read((long) rows[i] * columns, row, 0, columns);
                        for (int c = 0; c < columns; c++) {
                            y[i * columns + c] += row[c];
                        }
                    }
                });
    }

    @Override
    public void scatterAddRows(Tensor dOutput, int[] rows, Tensor dTable) {
        int columns = dTable.size(-1);
        float[] dy = array(dOutput);
        float[] sums = array(dTable);
        splitColumns(
                columns,
                (from, to) -> {
                    for (int i = 0; i < rows.length; i++) {
                        if (rows[i] < 0) {
                            continue;
                        }
                        int row = rows[i] * columns;
                        for (int c = from; c < to; c++) {
                            sums[row + c] += dy[i * columns + c];
                        }
                    }
                });
    }

    @Override
    public void activation(Activation function, Tensor input, Tensor output) {
        split(
                count(input),
                (from, to) -> Activations.apply(function, array(input), array(output), from, to));
    }

    @Override
    public void activationGradient(
            Activation function, Tensor input, Tensor dOutput, Tensor dInput) {
        split(
                count(input),
                (from, to) ->
                        Activations.gradient(
                                function, array(input), array(dOutput), array(dInput), from, to));
    }

    @Override
    public void add(Tensor left, Tensor right, Tensor output) {
        float[] a = weights.values(left);
        float[] b = weights.values(right);
        split(count(output), (from, to) -> ElementLoops.add(a, b, array(output), from, to));
    }

    @Override
    public void addScaled(Tensor input, float factor, Tensor output) {
        float[] x = weights.values(input);
        split(
                count(output),
                (from, to) -> ElementLoops.addScaled(x, factor, array(output), from, to));
    }

    @Override
    public void multiply(Tensor left, Tensor right, Tensor output) {
        float[] a = weights.values(left);
        float[] b = weights.values(right);
        split(count(output), (from, to) -> ElementLoops.multiply(a, b, array(output), from, to));
    }

    @Override
    public void multiplyGradient(Tensor dOutput, Tensor right, Tensor dLeft) {
        float[] b = weights.values(right);
        split(
                count(dLeft),
                (from, to) -> ElementLoops.addProduct(array(dOutput), b, array(dLeft), from, to));
    }

    @Override
    public void scale(Tensor tensor, float factor) {
        split(count(tensor), (from, to) -> ElementLoops.scale(array(tensor), factor, from, to));
    }

    @Override
    public void dropout(Tensor input, DropoutMask mask, Tensor output) {
        split(
                count(input),
                (from, to) -> ElementLoops.dropout(array(input), mask, array(output), from, to));
    }

    @Override
    public void dropoutGradient(Tensor dOutput, DropoutMask mask, Tensor dInput) {
        split(
                count(dInput),
                (from, to) ->
                        ElementLoops.dropoutGradient(
                                array(dOutput), mask, array(dInput), from, to));
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
        ScalarLosses.crossEntropy(logits, target, loss);
    }

    @Override
    public void crossEntropyGradient(
            Tensor logits, CrossEntropy target, float dLoss, Tensor dLogits) {
        ScalarLosses.crossEntropyGradient(logits, target, dLoss, dLogits);
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
        int count = count(tensor);
        float[] x = weights.values(tensor);
        double[] sums = new double[(count + BLOCK - 1) / BLOCK];
        split(count, (from, to) -> sums[from / BLOCK] = ElementLoops.sumOfSquares(x, from, to));
        double sum = 0;
        for (double part : sums) {
            sum += part;
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
        split(
                count(parameter),
                (from, to) ->
                        ElementLoops.adamW(
                                array(parameter),
                                array(gradient),
                                gradientScale,
                                array(firstMoment),
                                array(secondMoment),
                                step,
                                from,
                                to));
    }

    @Override
    public void close() {
        workers.close();
    }

    private interface Range {
        void run(int from, int to);
    }

    /// Elements in blocks of a fixed size.
    private void split(int count, Range range) {
        split(count, BLOCK, range);
    }

    /// Rows of a tensor in blocks of about as many elements.
    private void splitRows(Tensor tensor, Range range) {
        split(tensor.shape().rows(), Math.max(1, BLOCK / Math.max(1, tensor.size(-1))), range);
    }

    /// Columns in blocks of a fixed size.
    private void splitColumns(int columns, Range range) {
        split(columns, COLUMNS, range);
    }

    private void split(int count, int block, Range range) {
        workers.run(
                (count + block - 1) / block,
                index -> range.run(index * block, Math.min(count, (index + 1) * block)));
    }

    private static int count(Tensor tensor) {
        return tensor.shape().elements();
    }

    /// The elements of a tensor that is not a parameter.
    private static float[] array(Tensor tensor) {
        if (tensor.storage() instanceof HostStorage host) {
            return host.values();
        }
        throw new IllegalArgumentException(
                "vector backend: expected a tensor in host memory, found %s in %s"
                        .formatted(tensor.shape(), tensor.storage().getClass().getSimpleName()));
    }
}
