package xlmr.cuda;

import xlmr.backend.CrossEntropy;
import xlmr.backend.SegmentLabels;
import xlmr.backend.SegmentReduction;
import xlmr.ptx.DeviceBuffer;
import xlmr.tensor.Tensor;

/// Kernels for rows of tables and sequences, and for losses.
abstract class EmulatedRows extends HostProducts {
    static final int ROW_THREADS = 128;

    final Launcher launcher;

    EmulatedRows(Launcher launcher) {
        this.launcher = launcher;
    }

    @Override
    public void gatherRows(Tensor table, int[] rows, Tensor output) {
        launcher.rows(
                "gatherRows",
                rows.length,
                ROW_THREADS,
                table,
                launcher.upload(rows),
                output,
                table.size(-1));
    }

    @Override
    public void addGatheredRows(Tensor table, int[] rows, Tensor output) {
        launcher.rows(
                "addGatheredRows",
                rows.length,
                ROW_THREADS,
                table,
                launcher.upload(rows),
                output,
                table.size(-1));
    }

    @Override
    public void scatterAddRows(Tensor dOutput, int[] rows, Tensor dTable) {
        RowOrder order = RowOrder.of(rows);
        launcher.rows(
                "scatterAddRows",
                order.distinct().length,
                ROW_THREADS,
                dOutput,
                launcher.upload(order.distinct()),
                launcher.upload(order.starts()),
                launcher.upload(order.positions()),
                dTable,
                dTable.size(-1));
    }

    @Override
    public void reduceSegments(
            SegmentReduction reduction, Tensor input, int[] starts, Tensor output) {
        String kernel =
                switch (reduction) {
                    case MEAN -> "meanOfSegments";
                    case MAX -> "maximumOfSegments";
                };
        int columns = output.size(-1);
        launcher.launch(
                kernel,
                (columns + ROW_THREADS - 1) / ROW_THREADS,
                starts.length - 1,
                ROW_THREADS,
                1,
                input,
                launcher.upload(starts),
                output,
                columns);
    }

    @Override
    public void reduceSegmentsGradient(
            SegmentReduction reduction, Tensor input, int[] starts, Tensor dOutput, Tensor dInput) {
        int columns = dOutput.size(-1);
        int blocks = (columns + ROW_THREADS - 1) / ROW_THREADS;
        DeviceBuffer start = launcher.upload(starts);
        switch (reduction) {
            case MEAN ->
                    launcher.launch(
                            "meanOfSegmentsGradient",
                            blocks,
                            starts.length - 1,
                            ROW_THREADS,
                            1,
                            dOutput,
                            start,
                            dInput,
                            columns);
            case MAX ->
                    launcher.launch(
                            "maximumOfSegmentsGradient",
                            blocks,
                            starts.length - 1,
                            ROW_THREADS,
                            1,
                            input,
                            start,
                            dOutput,
                            dInput,
                            columns);
        }
    }

    @Override
    public void crossEntropy(Tensor logits, CrossEntropy target, Tensor loss) {
        new LossLaunches(launcher).crossEntropy(logits, target, loss);
    }

    @Override
    public void crossEntropyGradient(
            Tensor logits, CrossEntropy target, float dLoss, Tensor dLogits) {
        new LossLaunches(launcher).crossEntropyGradient(logits, target, dLoss, dLogits);
    }

    @Override
    public void segmentCrossEntropy(Tensor logits, SegmentLabels target, Tensor loss) {
        new LossLaunches(launcher).segmentCrossEntropy(logits, target, loss);
    }

    @Override
    public void segmentCrossEntropyGradient(
            Tensor logits, SegmentLabels target, float dLoss, Tensor dLogits) {
        new LossLaunches(launcher).segmentCrossEntropyGradient(logits, target, dLoss, dLogits);
    }

    @Override
    public void binaryCrossEntropy(Tensor logits, Tensor labels, Tensor loss) {
        new LossLaunches(launcher).ofElements("binaryCrossEntropy", logits, labels, loss);
    }

    @Override
    public void binaryCrossEntropyGradient(
            Tensor logits, Tensor labels, float dLoss, Tensor dLogits) {
        int n = count(logits);
        launcher.elements("binaryCrossEntropyGradient", n, logits, labels, dLoss / n, dLogits);
    }

    @Override
    public void meanSquaredError(Tensor predictions, Tensor labels, Tensor loss) {
        new LossLaunches(launcher).ofElements("squaredError", predictions, labels, loss);
    }

    @Override
    public void meanSquaredErrorGradient(
            Tensor predictions, Tensor labels, float dLoss, Tensor dPredictions) {
        int n = count(predictions);
        launcher.elements(
                "squaredErrorGradient", n, predictions, labels, 2 * dLoss / n, dPredictions);
    }

    static int count(Tensor tensor) {
        return tensor.shape().elements();
    }
}
