package xlmr.backend.contract;

import static xlmr.backend.contract.Operand.input;
import static xlmr.backend.contract.Operand.output;
import static xlmr.backend.contract.Operand.updated;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import xlmr.backend.CrossEntropy;
import xlmr.tensor.Shape;

/// Losses with their gradients.
final class LossCases {
    private static final double ULPS = 8;

    private static final int IGNORE = CrossEntropy.IGNORE;

    /// What the loss is multiplied by on its way back.
    private static final float D_LOSS = 0.7f;

    private LossCases() {}

    static List<OperationCase> all() {
        List<OperationCase> cases = new ArrayList<>();
        int[][] sizes = {{1, 1}, {1, 2}, {3, 4}, {5, 7}, {4, 8}, {9, 17}, {2, 33}, {6, 3}};
        for (int[] size : sizes) {
            int[] labels = labels(size[0], size[1]);
            float[] weights = input(size[1]).squared().values();
            addCrossEntropy(cases, size[1], CrossEntropy.of(labels));
            addCrossEntropy(cases, size[1], new CrossEntropy(labels, IGNORE, 0.1f, null));
            addCrossEntropy(cases, size[1], new CrossEntropy(labels, IGNORE, 0, weights));
            addCrossEntropy(cases, size[1], new CrossEntropy(labels, IGNORE, 0.3f, weights));
            addElementLosses(cases, size);
        }
        addCrossEntropy(cases, 4, CrossEntropy.of(IGNORE, 1, IGNORE, 3, 0));
        addCrossEntropy(cases, 4, new CrossEntropy(new int[] {2, 1, 2, 3}, 2, 0.1f, null));
        float[] weights = {0.5f, 0, 2};
        addCrossEntropy(
                cases, 3, new CrossEntropy(new int[] {0, 1, IGNORE, 2}, IGNORE, 0, weights));
        addAllIgnored(cases);
        SegmentLossCases.addTo(cases);
        addLargeLogits(cases);
        addLarge(cases);
        return cases;
    }

    private static int[] labels(int rows, int classes) {
        return new Random(rows * 100L + classes).ints(rows, 0, classes).toArray();
    }

    private static void addCrossEntropy(
            List<OperationCase> cases, int classes, CrossEntropy target) {
        int rows = target.labels().length;
        String name =
                " of %s, %d classes, smoothing %s, weights %s, ignoring %d"
                        .formatted(
                                Arrays.toString(target.labels()),
                                classes,
                                target.smoothing(),
                                Arrays.toString(target.classWeights()),
                                target.ignoreIndex());
        cases.add(crossEntropy("crossEntropy" + name, target, input(rows, classes).times(2)));
        cases.add(
                OperationCase.of(
                        "crossEntropyGradient" + name,
                        ULPS,
                        (backend, t) -> backend.crossEntropyGradient(t[0], target, D_LOSS, t[1]),
                        a ->
                                Derivatives.add(
                                        x -> crossEntropy(x[0], target),
                                        a,
                                        0,
                                        new double[] {D_LOSS},
                                        a[1]),
                        input(rows, classes).times(2),
                        updated(rows, classes).times(0.1)));
    }

    private static OperationCase crossEntropy(String name, CrossEntropy target, Operand logits) {
        return OperationCase.of(
                name,
                ULPS,
                (backend, t) -> backend.crossEntropy(t[0], target, t[1]),
                a -> a[1] = crossEntropy(a[0], target),
                logits,
                output());
    }

    /// The loss is NaN, as in the reference, and no row has a gradient.
    private static void addAllIgnored(List<OperationCase> cases) {
        CrossEntropy target = CrossEntropy.of(IGNORE, IGNORE, IGNORE);
        cases.add(crossEntropy("crossEntropy with no row that counts", target, input(3, 5)));
        cases.add(
                OperationCase.of(
                        "crossEntropyGradient with no row that counts",
                        0,
                        (backend, t) -> backend.crossEntropyGradient(t[0], target, D_LOSS, t[1]),
                        a -> {},
                        input(3, 5),
                        updated(3, 5)));
    }

    private static void addLargeLogits(List<OperationCase> cases) {
        CrossEntropy target = CrossEntropy.of(0, 3, 1);
        Operand logits = input(3, 4).times(300);
        cases.add(crossEntropy("crossEntropy of logits of hundreds", target, logits));
        cases.add(crossEntropy("crossEntropy of logits of 1e30", target, input(3, 4).times(1e30)));
        cases.add(
                OperationCase.againstScalar(
                        "crossEntropyGradient of logits of 1e30",
                        ULPS,
                        (backend, t) -> backend.crossEntropyGradient(t[0], target, D_LOSS, t[1]),
                        input(3, 4).times(1e30),
                        updated(3, 4)));
        Shape shape = Shape.of(2, 4);
        Operand extremes = input(shape, 300, -300, 1e4f, -1e4f, 0, 88.5f, -88.5f, 1e30f);
        Operand labels = input(shape, 1, 1, 0, 0, 0.5f, 0, 1, 1);
        cases.add(
                OperationCase.of(
                        "binaryCrossEntropy of extreme logits",
                        ULPS,
                        (backend, t) -> backend.binaryCrossEntropy(t[0], t[1], t[2]),
                        a -> a[2] = binaryCrossEntropy(a[0], a[1]),
                        extremes,
                        labels,
                        output()));
        cases.add(
                OperationCase.againstScalar(
                        "binaryCrossEntropyGradient of extreme logits",
                        ULPS,
                        (backend, t) ->
                                backend.binaryCrossEntropyGradient(t[0], t[1], D_LOSS, t[2]),
                        extremes,
                        labels,
                        updated(2, 4)));
    }

    private static void addLarge(List<OperationCase> cases) {
        for (int[] size : new int[][] {{300, 3}, {3, 5003}, {70, 1001}, {1, 50_021}}) {
            int[] labels = labels(size[0], size[1]);
            labels[size[0] / 2] = size[0] > 1 ? IGNORE : labels[0];
            addLarge(cases, size, CrossEntropy.of(labels), 4);
            addLarge(cases, size, CrossEntropy.of(labels), 40);
            addLarge(cases, size, new CrossEntropy(labels, IGNORE, 0.1f, null), 4);
        }
        addElementLosses(cases, 157, 3);
    }

    private static void addLarge(
            List<OperationCase> cases, int[] size, CrossEntropy target, double magnitude) {
        String name =
                " [%d, %d], smoothing %s, times %s"
                        .formatted(size[0], size[1], target.smoothing(), magnitude);
        cases.add(
                OperationCase.againstScalar(
                        "crossEntropy" + name,
                        ULPS,
                        (backend, t) -> backend.crossEntropy(t[0], target, t[1]),
                        input(size[0], size[1]).times(magnitude),
                        output()));
        cases.add(
                OperationCase.againstScalar(
                        "crossEntropyGradient" + name,
                        ULPS,
                        (backend, t) -> backend.crossEntropyGradient(t[0], target, D_LOSS, t[1]),
                        input(size[0], size[1]).times(magnitude),
                        updated(size[0], size[1]).times(1e-3)));
    }

    private static void addElementLosses(List<OperationCase> cases, int... sizes) {
        String name = " " + Shape.of(sizes);
        double[] dLoss = {D_LOSS};
        cases.add(
                OperationCase.of(
                        "binaryCrossEntropy" + name,
                        ULPS,
                        (backend, t) -> backend.binaryCrossEntropy(t[0], t[1], t[2]),
                        a -> a[2] = binaryCrossEntropy(a[0], a[1]),
                        input(sizes).times(3),
                        probabilities(sizes),
                        output()));
        cases.add(
                OperationCase.of(
                        "binaryCrossEntropyGradient" + name,
                        ULPS,
                        (backend, t) ->
                                backend.binaryCrossEntropyGradient(t[0], t[1], D_LOSS, t[2]),
                        a ->
                                Derivatives.add(
                                        x -> binaryCrossEntropy(x[0], x[1]), a, 0, dLoss, a[2]),
                        input(sizes).times(3),
                        probabilities(sizes),
                        updated(sizes).times(0.1)));
        cases.add(
                OperationCase.of(
                        "meanSquaredError" + name,
                        ULPS,
                        (backend, t) -> backend.meanSquaredError(t[0], t[1], t[2]),
                        a -> a[2] = meanSquaredError(a[0], a[1]),
                        input(sizes),
                        input(sizes),
                        output()));
        cases.add(
                OperationCase.of(
                        "meanSquaredErrorGradient" + name,
                        ULPS,
                        (backend, t) -> backend.meanSquaredErrorGradient(t[0], t[1], D_LOSS, t[2]),
                        a -> Derivatives.add(x -> meanSquaredError(x[0], x[1]), a, 0, dLoss, a[2]),
                        input(sizes),
                        input(sizes),
                        updated(sizes).times(0.1)));
    }

    /// Soft labels in [0, 1].
    private static Operand probabilities(int... sizes) {
        Operand numbers = input(sizes);
        float[] values = numbers.values().clone();
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.clamp(values[i] + 0.5f, 0f, 1f);
        }
        return input(numbers.shape(), values);
    }

    /// The reference's two means, smoothed and not, mixed: both divide by the weights of the labels
    /// that count.
    private static double[] crossEntropy(double[] logits, CrossEntropy target) {
        int[] labels = target.labels();
        int classes = logits.length / labels.length;
        double[] logP = SoftmaxCases.logSoftmax(logits, classes);
        double hard = 0;
        double smooth = 0;
        double weights = 0;
        for (int n = 0; n < labels.length; n++) {
            if (labels[n] == target.ignoreIndex()) {
                continue;
            }
            hard -= weight(target, labels[n]) * logP[n * classes + labels[n]];
            weights += weight(target, labels[n]);
            for (int k = 0; k < classes && target.smoothing() > 0; k++) {
                smooth -= weight(target, k) * logP[n * classes + k] / classes;
            }
        }
        double epsilon = target.smoothing();
        return new double[] {((1 - epsilon) * hard + epsilon * smooth) / weights};
    }

    private static double weight(CrossEntropy target, int k) {
        float[] weights = target.classWeights();
        return weights == null ? 1 : weights[k];
    }

    /// -y log σ(x) - (1 - y) log σ(-x), with -log σ(x) = log(1 + exp(-x)), which is -x for a very
    /// negative x.
    private static double[] binaryCrossEntropy(double[] x, double[] y) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += y[i] * softplus(-x[i]) + (1 - y[i]) * softplus(x[i]);
        }
        return new double[] {sum / x.length};
    }

    private static double softplus(double x) {
        return x > 40 ? x : Math.log1p(Math.exp(x));
    }

    private static double[] meanSquaredError(double[] x, double[] y) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += Math.pow(x[i] - y[i], 2);
        }
        return new double[] {sum / x.length};
    }
}
