package xlmr.backend.cpu;

import java.util.Arrays;
import xlmr.backend.Activation;
import xlmr.backend.AdamWStep;
import xlmr.backend.Backend;
import xlmr.backend.CrossEntropy;
import xlmr.backend.DropoutMask;
import xlmr.backend.SegmentLabels;
import xlmr.backend.SegmentReduction;
import xlmr.tensor.HostStorage;
import xlmr.tensor.Shape;
import xlmr.tensor.Storage;
import xlmr.tensor.Tensor;

/// The part of [VectorBackend] that goes through memory once: element by element, row by row, and
/// the losses.
abstract class ElementwiseBackend implements Backend {
    /// Elements that one task of an element-wise operation covers. A multiple of every vector
    /// length.
    private static final int BLOCK = 1 << 14;

    /// Columns that one task of a sum over rows covers.
    private static final int COLUMNS = 128;

    final Workers workers;
    final Scratch.Pool scratches = new Scratch.Pool();
    final Gemm gemm;
    final ReadOnlyWeights weights;

    ElementwiseBackend(int threads) {
        workers = new Workers(threads);
        gemm = new Gemm(workers, scratches);
        weights = new ReadOnlyWeights(gemm);
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
    public void reduceSegments(
            SegmentReduction reduction, Tensor input, int[] starts, Tensor output) {
        float[] x = array(input);
        float[] y = array(output);
        int columns = output.size(-1);
        split(
                starts.length - 1,
                1,
                (from, to) -> Segments.reduce(reduction, x, starts, columns, y, from, to));
    }

    @Override
    public void reduceSegmentsGradient(
            SegmentReduction reduction, Tensor input, int[] starts, Tensor dOutput, Tensor dInput) {
        float[] x = array(input);
        float[] dy = array(dOutput);
        float[] dx = array(dInput);
        int columns = dOutput.size(-1);
        split(
                starts.length - 1,
                1,
                (from, to) ->
                        Segments.reduceGradient(reduction, x, starts, columns, dy, dx, from, to));
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
    public void packBfloat16(Tensor input, Tensor packed) {
        float[] x = weights.values(input);
        int count = count(input);
        split(count(packed), (from, to) -> Bfloat16Pairs.pack(x, count, array(packed), from, to));
    }

    @Override
    public void unpackBfloat16(Tensor packed, Tensor output) {
        int count = count(output);
        split(
                count(packed),
                (from, to) -> Bfloat16Pairs.unpack(array(packed), array(output), count, from, to));
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

    interface Range {
        void run(int from, int to);
    }

    /// Elements in blocks of a fixed size.
    void split(int count, Range range) {
        split(count, BLOCK, range);
    }

    /// Rows of a tensor in blocks of about as many elements.
    void splitRows(Tensor tensor, Range range) {
        split(tensor.shape().rows(), Math.max(1, BLOCK / Math.max(1, tensor.size(-1))), range);
    }

    /// Columns in blocks of a fixed size.
    void splitColumns(int columns, Range range) {
        split(columns, COLUMNS, range);
    }

    void split(int count, int block, Range range) {
        workers.run(
                (count + block - 1) / block,
                index -> range.run(index * block, Math.min(count, (index + 1) * block)));
    }

    static int count(Tensor tensor) {
        return tensor.shape().elements();
    }

    /// The elements of a tensor that is not a parameter.
    static float[] array(Tensor tensor) {
        if (tensor.storage() instanceof HostStorage host) {
            return host.values();
        }
        throw new IllegalArgumentException(
                "vector backend: expected a tensor in host memory, found %s in %s"
                        .formatted(tensor.shape(), tensor.storage().getClass().getSimpleName()));
    }
}
