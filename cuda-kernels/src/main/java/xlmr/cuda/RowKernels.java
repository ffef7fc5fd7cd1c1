package xlmr.cuda;

import xlmr.backend.AdamWStep;
import xlmr.backend.Backend;
import xlmr.backend.CrossEntropy;
import xlmr.backend.MissedSteps;
import xlmr.backend.RowMoments;
import xlmr.backend.SegmentLabels;
import xlmr.backend.SegmentReduction;
import xlmr.tensor.Tensor;

/// Kernels for rows of tables and sequences, and for losses.
abstract class RowKernels implements Backend {
    /// Begins an operation.
    abstract Operation begin();

    @Override
    public void gatherRows(Tensor table, int[] rows, Tensor output) {
        try (Operation operation = begin()) {
            operation.rows(
                    "gatherRows",
                    rows.length,
                    Operation.ROW_THREADS,
                    table,
                    operation.upload(rows),
                    output,
                    table.size(-1));
        }
    }

    @Override
    public void addGatheredRows(Tensor table, int[] rows, Tensor output) {
        try (Operation operation = begin()) {
            operation.rows(
                    "addGatheredRows",
                    rows.length,
                    Operation.ROW_THREADS,
                    table,
                    operation.upload(rows),
                    output,
                    table.size(-1));
        }
    }

    @Override
    public void scatterAddRows(Tensor dOutput, int[] rows, Tensor dTable) {
        try (Operation operation = begin()) {
            RowOrder order = RowOrder.of(rows);
            operation.rows(
                    "scatterAddRows",
                    order.distinct().length,
                    Operation.ROW_THREADS,
                    dOutput,
                    operation.upload(order.distinct()),
                    operation.upload(order.starts()),
                    operation.upload(order.positions()),
                    dTable,
                    dTable.size(-1));
        }
    }

    @Override
    public void catchUpRows(Tensor table, RowMoments moments, MissedSteps steps) {
        try (Operation operation = begin()) {
            new TableRowLaunches(operation).catchUp(table, moments, steps);
        }
    }

    @Override
    public void adamWRows(
            Tensor table,
            RowMoments moments,
            int[] rows,
            int[] slots,
            Tensor gradients,
            float gradientScale,
            AdamWStep step) {
        try (Operation operation = begin()) {
            new TableRowLaunches(operation)
                    .adamW(table, moments, rows, slots, gradients, gradientScale, step);
        }
    }

    @Override
    public void putRows(float[] values, int[] rows, Tensor table) {
        try (Operation operation = begin()) {
            new TableRowLaunches(operation).put(values, rows, table);
        }
    }

    @Override
    public void reduceSegments(
            SegmentReduction reduction, Tensor input, int[] starts, Tensor output) {
        try (Operation operation = begin()) {
            String kernel =
                    switch (reduction) {
                        case MEAN -> "meanOfSegments";
                        case MAX -> "maximumOfSegments";
                    };
            int columns = output.size(-1);
            operation.start(
                    new KernelLaunch(
                            kernel,
                            (columns + Operation.ROW_THREADS - 1) / Operation.ROW_THREADS,
                            starts.length - 1,
                            Operation.ROW_THREADS,
                            1,
                            0),
                    input,
                    operation.upload(starts),
                    output,
                    columns);
        }
    }

    @Override
    public void reduceSegmentsGradient(
            SegmentReduction reduction, Tensor input, int[] starts, Tensor dOutput, Tensor dInput) {
        try (Operation operation = begin()) {
            int columns = dOutput.size(-1);
            int blocks = (columns + Operation.ROW_THREADS - 1) / Operation.ROW_THREADS;
            DevicePointer start = operation.upload(starts);
            switch (reduction) {
                case MEAN ->
                        operation.start(
                                new KernelLaunch(
                                        "meanOfSegmentsGradient",
                                        blocks,
                                        starts.length - 1,
                                        Operation.ROW_THREADS,
                                        1,
                                        0),
                                dOutput,
                                start,
                                dInput,
                                columns);
                case MAX ->
                        operation.start(
                                new KernelLaunch(
                                        "maximumOfSegmentsGradient",
                                        blocks,
                                        starts.length - 1,
                                        Operation.ROW_THREADS,
                                        1,
                                        0),
                                input,
                                start,
                                dOutput,
                                dInput,
                                columns);
            }
        }
    }

    @Override
    public void crossEntropy(Tensor logits, CrossEntropy target, Tensor loss) {
        try (Operation operation = begin()) {
            new LossLaunches(operation).crossEntropy(logits, target, loss);
        }
    }

    @Override
    public void crossEntropyGradient(
            Tensor logits, CrossEntropy target, float dLoss, Tensor dLogits) {
        try (Operation operation = begin()) {
            new LossLaunches(operation).crossEntropyGradient(logits, target, dLoss, dLogits);
        }
    }

    @Override
    public void segmentCrossEntropy(Tensor logits, SegmentLabels target, Tensor loss) {
        try (Operation operation = begin()) {
            new LossLaunches(operation).segmentCrossEntropy(logits, target, loss);
        }
    }

    @Override
    public void segmentCrossEntropyGradient(
            Tensor logits, SegmentLabels target, float dLoss, Tensor dLogits) {
        try (Operation operation = begin()) {
            new LossLaunches(operation).segmentCrossEntropyGradient(logits, target, dLoss, dLogits);
        }
    }

    @Override
    public void binaryCrossEntropy(Tensor logits, Tensor labels, Tensor loss) {
        try (Operation operation = begin()) {
            new LossLaunches(operation).ofElements("binaryCrossEntropy", logits, labels, loss);
        }
    }

    @Override
    public void binaryCrossEntropyGradient(
            Tensor logits, Tensor labels, float dLoss, Tensor dLogits) {
        try (Operation operation = begin()) {
            int n = count(logits);
            operation.elements("binaryCrossEntropyGradient", n, logits, labels, dLoss / n, dLogits);
        }
    }

    @Override
    public void meanSquaredError(Tensor predictions, Tensor labels, Tensor loss) {
        try (Operation operation = begin()) {
            new LossLaunches(operation).ofElements("squaredError", predictions, labels, loss);
        }
    }

    @Override
    public void meanSquaredErrorGradient(
            Tensor predictions, Tensor labels, float dLoss, Tensor dPredictions) {
        try (Operation operation = begin()) {
            int n = count(predictions);
            operation.elements(
                    "squaredErrorGradient", n, predictions, labels, 2 * dLoss / n, dPredictions);
        }
    }

    static int count(Tensor tensor) {
        return tensor.shape().elements();
    }
}
