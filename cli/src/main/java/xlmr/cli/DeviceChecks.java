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

/// Every operation of a backend, forward and backward: what `cuda selftest` holds against the
/// processor.
final class DeviceChecks {
    private static final int CLASSES = 5;
    private static final DropoutMask MASK = DropoutMask.of(0.1f, 1, 2, 3);

    /// Sums of thousands of products in another order.
    private static final double SUMS = 2e-5;

    /// A few roundings.
    private static final double ELEMENTS = 2e-6;

    private final WorkSize size;
    private final int columns;
    private final int heads;
    private final int wide;
    private final int tokens;

    DeviceChecks(WorkSize size) {
        this.size = size;
        columns = size.columns();
        heads = size.heads();
        wide = size.wide();
        tokens = size.tokens();
    }

    /// All of them.
    ///
    /// @param products how far matrix products may be off, those of attention among them
    List<DeviceCheck> all(double products) {
        List<DeviceCheck> checks = new ArrayList<>();
        addProducts(checks, products);
        addAttention(checks, products);
        addRows(checks);
        addElements(checks);
        addLosses(checks);
        // Sums of gradients of rounded products.
        double several = products > SUMS ? 5 * products : products;
        new FusedDeviceChecks(size, several).addTo(checks);
        return checks;
    }

    /// A check under construction: tensors of random numbers, the same on every backend.
    static final class Tensors {
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
            return result(value -> value, sizes);
        }

        Tensor result(UnaryOperator<Float> change, int... sizes) {
            Tensor tensor = input(change, sizes); // [as asked]
            results.add(tensor);
            return tensor;
        }

        float[][] values() {
            return results.stream().map(Tensor::toArray).toArray(float[][]::new);
        }
    }

    /// Runs an operation on tensors that it takes from there.
    interface Body {
        void run(Backend backend, Tensors t);
    }

    static void add(List<DeviceCheck> checks, String name, double limit, Body body) {
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

    private void addProducts(List<DeviceCheck> checks, double limit) {
        add(
                checks,
                "linear",
                limit,
                (b, t) ->
                        b.linear(
                                t.input(tokens, columns),
                                t.input(wide, columns),
                                t.input(wide),
                                t.result(tokens, wide)));
        add(
                checks,
                "linear, input gradient",
                limit,
                (b, t) ->
                        b.linearInputGradient(
                                t.input(tokens, wide),
                                t.input(wide, columns),
                                t.result(tokens, columns)));
        add(
                checks,
                "linear, weight gradient",
                limit,
                (b, t) ->
                        b.linearWeightGradient(
                                t.input(tokens, wide),
                                t.input(tokens, columns),
                                t.result(wide, columns)));
        add(
                checks,
                "bias gradient",
                SUMS,
                (b, t) -> b.biasGradient(t.input(tokens, columns), t.result(columns)));
    }

    private void addAttention(List<DeviceCheck> checks, double limit) {
        int[] starts = size.starts();
        for (boolean causal : new boolean[] {false, true}) {
            AttentionShape shape = AttentionShape.of(starts, heads, causal);
            String kind = causal ? "causal attention" : "attention";
            add(
                    checks,
                    kind + ", forward and backward",
                    limit,
                    (b, t) -> {
                        Tensor query = t.input(tokens, columns); // [N, C]
                        Tensor key = t.input(tokens, columns); // [N, C]
                        Tensor value = t.input(tokens, columns); // [N, C]
                        Tensor output = t.result(tokens, columns); // [N, C]
                        Tensor sums = t.result(tokens, heads); // [N, H]
                        b.attention(query, key, value, shape, MASK, output, sums);
                        b.attentionGradient(
                                query,
                                key,
                                value,
                                output,
                                sums,
                                t.input(tokens, columns),
                                shape,
                                MASK,
                                t.result(tokens, columns),
                                t.result(tokens, columns),
                                t.result(tokens, columns));
                    });
            add(
                    checks,
                    kind + ", probabilities",
                    SUMS,
                    (b, t) ->
                            b.attentionProbabilities(
                                    t.input(tokens, columns),
                                    t.input(tokens, columns),
                                    shape,
                                    t.result(shape.probabilities())));
        }
    }

    private void addRows(List<DeviceCheck> checks) {
        int[] starts = size.starts();
        add(
                checks,
                "layer norm, forward and backward",
                SUMS,
                (b, t) -> {
                    Tensor input = t.input(tokens, columns); // [N, C]
                    Tensor weight = t.input(columns); // [C]
                    Tensor mean = t.result(tokens); // [N]
                    Tensor rstd = t.result(tokens); // [N]
                    b.layerNorm(
                            input,
                            weight,
                            t.input(columns),
                            1e-5f,
                            t.result(tokens, columns),
                            mean,
                            rstd);
                    b.layerNormGradient(
                            t.input(tokens, columns),
                            input,
                            weight,
                            mean,
                            rstd,
                            t.result(tokens, columns),
                            t.result(columns),
                            t.result(columns));
                });
        int[] rows = new SplittableRandom(1).ints(tokens, 0, 40).toArray();
        add(
                checks,
                "rows of a table and their gradient",
                SUMS,
                (b, t) -> {
                    Tensor table = t.input(40, columns); // [R, C]
                    b.gatherRows(table, rows, t.result(tokens, columns));
                    b.addGatheredRows(table, rows, t.result(tokens, columns));
                    b.scatterAddRows(t.input(tokens, columns), rows, t.result(40, columns));
                });
        for (SegmentReduction reduction : SegmentReduction.values()) {
            add(
                    checks,
                    "%s of segments, forward and backward".formatted(reduction),
                    SUMS,
                    (b, t) -> {
                        Tensor input = t.input(tokens, columns); // [N, C]
                        b.reduceSegments(
                                reduction, input, starts, t.result(starts.length - 1, columns));
                        b.reduceSegmentsGradient(
                                reduction,
                                input,
                                starts,
                                t.input(starts.length - 1, columns),
                                t.result(tokens, columns));
                    });
        }
        add(
                checks,
                "softmax and its logarithm, forward and backward",
                SUMS,
                (b, t) -> {
                    Tensor input = t.input(tokens, columns); // [N, C]
                    Tensor output = t.result(tokens, columns); // [N, C]
                    Tensor logarithm = t.result(tokens, columns); // [N, C]
                    b.softmax(input, output);
                    b.logSoftmax(input, logarithm);
                    b.softmaxGradient(output, t.input(tokens, columns), t.result(tokens, columns));
                    b.logSoftmaxGradient(
                            logarithm, t.input(tokens, columns), t.result(tokens, columns));
                });
    }

    private void addElements(List<DeviceCheck> checks) {
        for (Activation function : Activation.values()) {
            add(
                    checks,
                    "%s, forward and backward".formatted(function),
                    ELEMENTS,
                    (b, t) -> {
                        Tensor input = t.input(tokens, wide); // [N, F]
                        b.activation(function, input, t.result(tokens, wide));
                        b.activationGradient(
                                function, input, t.input(tokens, wide), t.result(tokens, wide));
                    });
        }
        add(
                checks,
                "sums, products and dropout",
                ELEMENTS,
                (b, t) -> {
                    Tensor left = t.input(tokens, columns); // [N, C]
                    Tensor right = t.input(tokens, columns); // [N, C]
                    b.add(left, right, t.result(tokens, columns));
                    b.addScaled(left, -0.3f, t.result(tokens, columns));
                    b.multiply(left, right, t.result(tokens, columns));
                    b.multiplyGradient(left, right, t.result(tokens, columns));
                    b.scale(t.result(tokens, columns), 1.7f);
                    b.dropout(left, MASK, t.result(tokens, columns));
                    b.dropoutGradient(left, MASK, t.result(tokens, columns));
                    b.fill(t.result(columns), 3);
                });
        add(
                checks,
                "sum of squares and AdamW",
                ELEMENTS,
                (b, t) -> {
                    Tensor gradient = t.input(wide, columns); // [F, C]
                    double sum = b.sumOfSquares(gradient);
                    b.write(new float[] {(float) sum}, t.result(1));
                    b.adamW(
                            t.result(wide, columns),
                            gradient,
                            0.7f,
                            t.result(wide, columns),
                            t.result(value -> value * value, wide, columns),
                            new AdamWStep(1e-3, 0.9, 0.999, 1e-8, 0.01, 3));
                });
    }

    private void addLosses(List<DeviceCheck> checks) {
        int[] starts = size.starts();
        int[] labels = new SplittableRandom(2).ints(tokens, 0, CLASSES).toArray();
        labels[3] = CrossEntropy.IGNORE;
        CrossEntropy target =
                new CrossEntropy(labels, CrossEntropy.IGNORE, 0.1f, new float[] {1, 2, 0.5f, 1, 3});
        add(
                checks,
                "cross-entropy, forward and backward",
                SUMS,
                (b, t) -> {
                    Tensor logits = t.input(tokens, CLASSES); // [N, K]
                    b.crossEntropy(logits, target, t.result());
                    b.crossEntropyGradient(logits, target, 0.6f, t.result(tokens, CLASSES));
                });
        SegmentLabels segments = new SegmentLabels(starts, new int[] {0, 0, 5, 17, 30, -1}, 2);
        add(
                checks,
                "cross-entropy down segments, forward and backward",
                SUMS,
                (b, t) -> {
                    Tensor logits = t.input(tokens, 2); // [N, 2]
                    b.segmentCrossEntropy(logits, segments, t.result());
                    b.segmentCrossEntropyGradient(logits, segments, 0.6f, t.result(tokens, 2));
                });
        add(
                checks,
                "binary cross-entropy and squared error, forward and backward",
                SUMS,
                (b, t) -> {
                    Tensor logits = t.input(tokens, CLASSES); // [N, K]
                    Tensor wanted =
                            t.input(value -> value > 0 ? 1f : 0f, tokens, CLASSES); // [N, K]
                    b.binaryCrossEntropy(logits, wanted, t.result());
                    b.binaryCrossEntropyGradient(logits, wanted, 0.6f, t.result(tokens, CLASSES));
                    b.meanSquaredError(logits, wanted, t.result());
                    b.meanSquaredErrorGradient(logits, wanted, 0.6f, t.result(tokens, CLASSES));
                });
    }
}
