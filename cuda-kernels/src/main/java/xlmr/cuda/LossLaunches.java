package xlmr.cuda;

import xlmr.backend.CrossEntropy;
import xlmr.backend.SegmentLabels;
import xlmr.tensor.Tensor;

/// The launches of losses, which take several kernels and some numbers that the host knows.
record LossLaunches(Operation operation) {
    void crossEntropy(Tensor logits, CrossEntropy target, Tensor loss) {
        int rows = logits.shape().rows();
        DevicePointer costs = operation.scratch(4L * rows);
        operation.rows(
                "crossEntropy",
                rows,
                Operation.ROW_THREADS,
                logits,
                operation.upload(target.labels()),
                target.ignoreIndex(),
                target.smoothing(),
                operation.uploadOrNull(target.classWeights()),
                costs,
                logits.size(-1));
        sum(costs, rows, 1 / target.totalWeight(), loss);
    }

    void crossEntropyGradient(Tensor logits, CrossEntropy target, float dLoss, Tensor dLogits) {
        int classes = logits.size(-1);
        double weightOfAll = 0;
        for (int k = 0; k < classes; k++) {
            weightOfAll += target.weight(k);
        }
        operation.rows(
                "crossEntropyGradient",
                logits.shape().rows(),
                Operation.ROW_THREADS,
                logits,
                operation.upload(target.labels()),
                target.ignoreIndex(),
                target.smoothing(),
                operation.uploadOrNull(target.classWeights()),
                (float) weightOfAll,
                (float) (dLoss / target.totalWeight()),
                dLogits,
                classes);
    }

    void segmentCrossEntropy(Tensor logits, SegmentLabels target, Tensor loss) {
        int columns = target.columns();
        DevicePointer costs = operation.scratch(4L * target.labels().length);
        operation.start(
                new KernelLaunch("segmentCrossEntropy", columns, target.segments(), 32, 1, 0),
                logits,
                operation.upload(target.starts()),
                operation.upload(target.labels()),
                operation.upload(counted(target)),
                costs,
                columns);
        boolean isMean = true;
        for (int count : counted(target)) {
            isMean &= count > 0;
        }
        sum(costs, target.labels().length, isMean ? 1.0 / columns : Double.NaN, loss);
    }

    void segmentCrossEntropyGradient(
            Tensor logits, SegmentLabels target, float dLoss, Tensor dLogits) {
        operation.start(
                new KernelLaunch(
                        "segmentCrossEntropyGradient",
                        target.columns(),
                        target.segments(),
                        32,
                        1,
                        0),
                logits,
                operation.upload(target.starts()),
                operation.upload(target.labels()),
                operation.upload(counted(target)),
                dLoss / target.columns(),
                dLogits,
                target.columns());
    }

    /// The mean of a cost of each element.
    void ofElements(String kernel, Tensor predictions, Tensor labels, Tensor loss) {
        int n = predictions.shape().elements();
        DevicePointer costs = operation.scratch(4L * n);
        operation.elements(kernel, n, predictions, labels, costs);
        sum(costs, n, 1.0 / n, loss);
    }

    private void sum(DevicePointer costs, int n, double factor, Tensor loss) {
        operation.rows("sumCosts", 1, 256, costs, factor, loss, n);
    }

    private static int[] counted(SegmentLabels target) {
        int[] counted = new int[target.columns()];
        for (int column = 0; column < counted.length; column++) {
            counted[column] = target.counted(column);
        }
        return counted;
    }
}
