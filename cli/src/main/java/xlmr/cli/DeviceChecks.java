package xlmr.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import xlmr.backend.Activation;
import xlmr.backend.AdamWStep;
import xlmr.backend.AttentionShape;
import xlmr.backend.Backend;
import xlmr.backend.CrossEntropy;
import xlmr.backend.DropoutMask;
import xlmr.backend.SegmentLabels;
import xlmr.backend.SegmentReduction;
import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;

/// Every operation of a backend, forward and backward, in the sizes of xlm-roberta-base: what `cuda
/// selftest` holds against the processor.
final class DeviceChecks {
    private static final int COLUMNS = 768;
    private static final int HEADS = 12;
    private static final int WIDE = 3072;
    private static final int CLASSES = 5;

    /// Three sequences, none a multiple of a tile.
    private static final int[] STARTS = {0, 1, 70, 203};

    private static final int TOKENS = 203;
    private static final DropoutMask MASK = DropoutMask.of(0.1f, 1, 2, 3);

    /// Sums of thousands of products in another order.
    private static final double SUMS = 2e-5;

    /// A few roundings.
    private static final double ELEMENTS = 2e-6;

    private DeviceChecks() {}

    /// All of them.
    ///
    /// @param products how far matrix products may be off
    static List<DeviceCheck> all(double products) {
        List<DeviceCheck> checks = new ArrayList<>();
        addProducts(checks, products);
        addAttention(checks);
        addRows(checks);
        addElements(checks);
        addLosses(checks);
        return checks;
    }

    /// A check under construction: tensors of random numbers, the same on every backend.
    private static final class Tensors {
        private final Backend backend;
        private final SplittableRandom random = new SplittableRandom(7);
        private final List<Tensor> results = new ArrayList<>();

        Tensors(Backend backend) {
            this.backend = backend;
        }

        Tensor input(int... sizes) {
            return input(value -> value, sizes);
        }

        Tensor input(UnaryOperator<Float> change, int... sizes) {
            Shape shape = Shape.of(sizes);
            float[] values = new float[shape.elements()];
            for (int i = 0; i < values.length; i++) {
                values[i] = change.apply((float) random.nextGaussian());
            }
            Tensor tensor = backend.allocate(shape); // [as asked]
            backend.write(values, tensor);
            return tensor;
        }

        /// A tensor to be looked at; random numbers lie in it, which gradients are added to.
        Tensor result(int... sizes) {
            Tensor tensor = input(sizes); // [as asked]
            results.add(tensor);
            return tensor;
        }

        float[][] values() {
            return results.stream().map(Tensor::toArray).toArray(float[][]::new);
        }
    }

    private interface Body {
        void run(Backend backend, Tensors t);
    }

    private static void add(List<DeviceCheck> checks, String name, double limit, Body body) {
        checks.add(
                new DeviceCheck(
                        name,
                        limit,
                        backend -> {
                            Tensors tensors = new Tensors(backend);
                            body.run(backend, tensors);
                            return tensors.values();
                        }));
    }

    private static void addProducts(List<DeviceCheck> checks, double limit) {
        add(
                checks,
                "linear",
                limit,
                (b, t) ->
                        b.linear(
                                t.input(TOKENS, COLUMNS),
                                t.input(WIDE, COLUMNS),
                                t.input(WIDE),
                                t.result(TOKENS, WIDE)));
        add(
                checks,
                "linear, input gradient",
                limit,
                (b, t) ->
                        b.linearInputGradient(
                                t.input(TOKENS, WIDE),
                                t.input(WIDE, COLUMNS),
                                t.result(TOKENS, COLUMNS)));
        add(
                checks,
                "linear, weight gradient",
                limit,
                (b, t) ->
                        b.linearWeightGradient(
                                t.input(TOKENS, WIDE),
                                t.input(TOKENS, COLUMNS),
                                t.result(WIDE, COLUMNS)));
        add(
                checks,
                "bias gradient",
                SUMS,
                (b, t) -> b.biasGradient(t.input(TOKENS, COLUMNS), t.result(COLUMNS)));
    }

    private static void addAttention(List<DeviceCheck> checks) {
        for (boolean causal : new boolean[] {false, true}) {
            AttentionShape shape = AttentionShape.of(STARTS, HEADS, causal);
            String kind = causal ? "causal attention" : "attention";
            add(
                    checks,
                    kind + ", forward and backward",
                    SUMS,
                    (b, t) -> {
                        Tensor query = t.input(TOKENS, COLUMNS); // [N, C]
                        Tensor key = t.input(TOKENS, COLUMNS); // [N, C]
                        Tensor value = t.input(TOKENS, COLUMNS); // [N, C]
                        Tensor output = t.result(TOKENS, COLUMNS); // [N, C]
                        Tensor sums = t.result(TOKENS, HEADS); // [N, H]
                        b.attention(query, key, value, shape, MASK, output, sums);
                        b.attentionGradient(
                                query,
                                key,
                                value,
                                output,
                                sums,
                                t.input(TOKENS, COLUMNS),
                                shape,
                                MASK,
                                t.result(TOKENS, COLUMNS),
                                t.result(TOKENS, COLUMNS),
                                t.result(TOKENS, COLUMNS));
                    });
            add(
                    checks,
                    kind + ", probabilities",
                    SUMS,
                    (b, t) ->
                            b.attentionProbabilities(
                                    t.input(TOKENS, COLUMNS),
                                    t.input(TOKENS, COLUMNS),
                                    shape,
                                    t.result(shape.probabilities())));
        }
    }

    private static void addRows(List<DeviceCheck> checks) {
        add(
                checks,
                "layer norm, forward and backward",
                SUMS,
                (b, t) -> {
                    Tensor input = t.input(TOKENS, COLUMNS); // [N, C]
                    Tensor weight = t.input(COLUMNS); // [C]
                    Tensor mean = t.result(TOKENS); // [N]
                    Tensor rstd = t.result(TOKENS); // [N]
                    b.layerNorm(
                            input,
                            weight,
                            t.input(COLUMNS),
                            1e-5f,
                            t.result(TOKENS, COLUMNS),
                            mean,
                            rstd);
                    b.layerNormGradient(
                            t.input(TOKENS, COLUMNS),
                            input,
                            weight,
                            mean,
                            rstd,
                            t.result(TOKENS, COLUMNS),
                            t.result(COLUMNS),
                            t.result(COLUMNS));
                });
        int[] rows = new SplittableRandom(1).ints(TOKENS, 0, 40).toArray();
        add(
                checks,
                "rows of a table and their gradient",
                SUMS,
                (b, t) -> {
                    Tensor table = t.input(40, COLUMNS); // [R, C]
                    b.gatherRows(table, rows, t.result(TOKENS, COLUMNS));
                    b.addGatheredRows(table, rows, t.result(TOKENS, COLUMNS));
                    b.scatterAddRows(t.input(TOKENS, COLUMNS), rows, t.result(40, COLUMNS));
                });
        for (SegmentReduction reduction : SegmentReduction.values()) {
            add(
                    checks,
                    "%s of segments, forward and backward".formatted(reduction),
                    SUMS,
                    (b, t) -> {
                        Tensor input = t.input(TOKENS, COLUMNS); // [N, C]
                        b.reduceSegments(
                                reduction, input, STARTS, t.result(STARTS.length - 1, COLUMNS));
                        b.reduceSegmentsGradient(
                                reduction,
                                input,
                                STARTS,
                                t.input(STARTS.length - 1, COLUMNS),
                                t.result(TOKENS, COLUMNS));
                    });
        }
        add(
                checks,
                "softmax and its logarithm, forward and backward",
                SUMS,
                (b, t) -> {
                    Tensor input = t.input(TOKENS, COLUMNS); // [N, C]
                    Tensor output = t.result(TOKENS, COLUMNS); // [N, C]
                    Tensor logarithm = t.result(TOKENS, COLUMNS); // [N, C]
                    b.softmax(input, output);
                    b.logSoftmax(input, logarithm);
                    b.softmaxGradient(output, t.input(TOKENS, COLUMNS), t.result(TOKENS, COLUMNS));
                    b.logSoftmaxGradient(
                            logarithm, t.input(TOKENS, COLUMNS), t.result(TOKENS, COLUMNS));
                });
    }

    private static void addElements(List<DeviceCheck> checks) {
        for (Activation function : Activation.values()) {
            add(
                    checks,
                    "%s, forward and backward".formatted(function),
                    ELEMENTS,
                    (b, t) -> {
                        Tensor input = t.input(TOKENS, WIDE); // [N, F]
                        b.activation(function, input, t.result(TOKENS, WIDE));
                        b.activationGradient(
                                function, input, t.input(TOKENS, WIDE), t.result(TOKENS, WIDE));
                    });
        }
        add(
                checks,
                "sums, products and dropout",
                ELEMENTS,
                (b, t) -> {
                    Tensor left = t.input(TOKENS, COLUMNS); // [N, C]
                    Tensor right = t.input(TOKENS, COLUMNS); // [N, C]
                    b.add(left, right, t.result(TOKENS, COLUMNS));
                    b.addScaled(left, -0.3f, t.result(TOKENS, COLUMNS));
                    b.multiply(left, right, t.result(TOKENS, COLUMNS));
                    b.multiplyGradient(left, right, t.result(TOKENS, COLUMNS));
                    b.scale(t.result(TOKENS, COLUMNS), 1.7f);
                    b.dropout(left, MASK, t.result(TOKENS, COLUMNS));
                    b.dropoutGradient(left, MASK, t.result(TOKENS, COLUMNS));
                    b.fill(t.result(COLUMNS), 3);
                });
        add(
                checks,
                "sum of squares and AdamW",
                ELEMENTS,
                (b, t) -> {
                    Tensor gradient = t.input(WIDE, COLUMNS); // [F, C]
                    double sum = b.sumOfSquares(gradient);
                    b.write(new float[] {(float) sum}, t.result(1));
                    b.adamW(
                            t.result(WIDE, COLUMNS),
                            gradient,
                            0.7f,
                            t.result(WIDE, COLUMNS),
                            squares(t),
                            new AdamWStep(1e-3, 0.9, 0.999, 1e-8, 0.01, 3));
                });
    }

    private static Tensor squares(Tensors t) {
        Tensor tensor = t.input(value -> value * value, WIDE, COLUMNS); // [F, C]
        t.results.add(tensor);
        return tensor;
    }

    private static void addLosses(List<DeviceCheck> checks) {
        int[] labels = new SplittableRandom(2).ints(TOKENS, 0, CLASSES).toArray();
        labels[3] = CrossEntropy.IGNORE;
        CrossEntropy target =
                new CrossEntropy(labels, CrossEntropy.IGNORE, 0.1f, new float[] {1, 2, 0.5f, 1, 3});
        add(
                checks,
                "cross-entropy, forward and backward",
                SUMS,
                (b, t) -> {
                    Tensor logits = t.input(TOKENS, CLASSES); // [N, K]
                    b.crossEntropy(logits, target, t.result());
                    b.crossEntropyGradient(logits, target, 0.6f, t.result(TOKENS, CLASSES));
                });
        SegmentLabels segments = new SegmentLabels(STARTS, new int[] {0, 0, 5, 60, 100, -1}, 2);
        add(
                checks,
                "cross-entropy down segments, forward and backward",
                SUMS,
                (b, t) -> {
                    Tensor logits = t.input(TOKENS, 2); // [N, 2]
                    b.segmentCrossEntropy(logits, segments, t.result());
                    b.segmentCrossEntropyGradient(logits, segments, 0.6f, t.result(TOKENS, 2));
                });
        add(
                checks,
                "binary cross-entropy and squared error, forward and backward",
                SUMS,
                (b, t) -> {
                    Tensor logits = t.input(TOKENS, CLASSES); // [N, K]
                    Tensor wanted =
                            t.input(value -> value > 0 ? 1f : 0f, TOKENS, CLASSES); // [N, K]
                    b.binaryCrossEntropy(logits, wanted, t.result());
                    b.binaryCrossEntropyGradient(logits, wanted, 0.6f, t.result(TOKENS, CLASSES));
                    b.meanSquaredError(logits, wanted, t.result());
                    b.meanSquaredErrorGradient(logits, wanted, 0.6f, t.result(TOKENS, CLASSES));
                });
    }
}
