package xlmr.backend.contract;

import static xlmr.backend.contract.Operand.input;
import static xlmr.backend.contract.Operand.output;
import static xlmr.backend.contract.Operand.updated;

import java.util.ArrayList;
import java.util.List;
import xlmr.backend.Activation;
import xlmr.backend.DropoutMask;
import xlmr.tensor.Shape;

/// What treats every element alone: activations, sums, products, dropout, filling. Where float32
/// arithmetic leaves no choice, the bits must be the same.
final class ElementCases {
    private static final int[][] SIZES = {
        {1}, {2}, {7}, {8}, {3, 5}, {16}, {31}, {2, 33}, {5, 13}, {0, 4}
    };

    /// Large enough for several threads.
    private static final int LARGE = 70_003;

    private ElementCases() {}

    static List<OperationCase> all() {
        List<OperationCase> cases = new ArrayList<>();
        for (int[] sizes : SIZES) {
            for (Activation function : Activation.values()) {
                addActivation(cases, function, sizes);
            }
            addArithmetic(cases, sizes);
            addDropout(cases, new DropoutMask(0.3f, 17, -5), sizes);
            addBfloat16(cases, sizes);
        }
        for (Activation function : Activation.values()) {
            addLargeActivation(cases, function);
            addExtremeActivation(cases, function);
        }
        cases.add(
                OperationCase.of(
                        "activationGradient RELU at 0",
                        0,
                        (backend, t) ->
                                backend.activationGradient(Activation.RELU, t[0], t[1], t[2]),
                        a -> a[2][1] += 5,
                        input(Shape.of(2), 0, 1),
                        input(Shape.of(2), 5, 5),
                        updated(Shape.of(2), 3, 3)));
        addArithmetic(cases, LARGE);
        addBfloat16(cases, LARGE);
        for (float probability : new float[] {0, 1e-7f, 0.1f, 0.5f, 0.999f}) {
            addDropout(cases, DropoutMask.of(probability, -3, 1000, 41), LARGE);
        }
        return cases;
    }

    /// Packed and unpacked again, numbers are the nearest of those with 8 bits of fraction. The
    /// upper half of a place is nearly all of its value; a number alone has nothing below it.
    private static void addBfloat16(List<OperationCase> cases, int... sizes) {
        String shape = " " + Shape.of(sizes);
        int places = (Shape.of(sizes).elements() + 1) / 2;
        cases.add(
                OperationCase.of(
                        "bfloat16, packed and unpacked" + shape,
                        0,
                        (backend, t) -> {
                            backend.packBfloat16(t[0], t[1]);
                            backend.unpackBfloat16(t[1], t[2]);
                            backend.packBfloat16(t[2], t[1]);
                            backend.fill(t[2], 7);
                            backend.unpackBfloat16(t[1], t[2]);
                            backend.fill(t[1], 0);
                        },
                        a -> {
                            set(a[1], i -> 0);
                            set(a[2], i -> nearestBfloat16(a[0][i]));
                        },
                        input(sizes),
                        output(places),
                        output(sizes)));
        cases.add(
                OperationCase.of(
                        "bfloat16, what is packed first lies above" + shape,
                        Shape.of(sizes).elements() == 1 ? 0 : 0x1p17,
                        (backend, t) -> backend.packBfloat16(t[0], t[1]),
                        a -> set(a[1], i -> nearestBfloat16(a[0][i])),
                        input(sizes).awayFromZero(0.01),
                        output(places)));
    }

    /// By decimal arithmetic, not by bits.
    private static double nearestBfloat16(double value) {
        if (value == 0) {
            return value;
        }
        double unit = Math.scalb(1.0, Math.getExponent(value) - 7);
        return Math.rint(value / unit) * unit;
    }

    private static void addActivation(
            List<OperationCase> cases, Activation function, int... sizes) {
        String name = function + " " + Shape.of(sizes);
        cases.add(
                OperationCase.of(
                        "activation " + name,
                        8,
                        (backend, t) -> backend.activation(function, t[0], t[1]),
                        a -> a[1] = values(function, a[0]),
                        input(sizes).times(2),
                        output(sizes)));
        cases.add(
                OperationCase.of(
                        "activation in place " + name,
                        8,
                        (backend, t) -> backend.activation(function, t[0], t[0]),
                        a -> a[0] = values(function, a[0]),
                        updated(sizes)));
        // RELU has no derivative at 0: the differences stay on one side of it.
        cases.add(
                OperationCase.of(
                        "activationGradient " + name,
                        8,
                        (backend, t) -> backend.activationGradient(function, t[0], t[1], t[2]),
                        a -> Derivatives.add(x -> values(function, x[0]), a, 0, a[1], a[2]),
                        input(sizes).awayFromZero(0.01),
                        input(sizes),
                        updated(sizes)));
    }

    private static void addLargeActivation(List<OperationCase> cases, Activation function) {
        float[] grid = new float[LARGE];
        for (int i = 0; i < LARGE; i++) {
            grid[i] = (i - LARGE / 2) * (16f / LARGE);
        }
        Shape shape = Shape.of(LARGE);
        cases.add(
                OperationCase.of(
                        "activation %s on a grid".formatted(function),
                        4,
                        (backend, t) -> backend.activation(function, t[0], t[1]),
                        a -> a[1] = values(function, a[0]),
                        input(shape, grid),
                        output(LARGE)));
        cases.add(
                OperationCase.againstScalar(
                        "activationGradient %s on a grid".formatted(function),
                        8,
                        (backend, t) -> backend.activationGradient(function, t[0], t[1], t[2]),
                        input(shape, grid),
                        input(LARGE),
                        updated(LARGE)));
    }

    /// Where the functions have reached their limits, alone and beside ordinary numbers.
    private static void addExtremeActivation(List<OperationCase> cases, Activation function) {
        float[] x = {
            0,
            1e4f,
            -1e4f,
            1e30f,
            -1e30f,
            90,
            -90,
            Float.MIN_VALUE,
            1e-20f,
            -1e-20f,
            20,
            -20,
            3e38f,
            1,
            -1,
            6,
            -6,
            13,
            -13,
            40,
            -40,
            104,
            -104
        };
        boolean bounded = function == Activation.TANH || function == Activation.SIGMOID;
        for (float at : x) {
            // The tails of x Φ(x) and its like are right to a rounding of x; beyond them the limit
            // itself must come.
            boolean tail = !bounded && Math.abs(at) < 1000;
            Operand input = tail ? input(Shape.of(2), at, Math.abs(at)) : input(Shape.of(1), at);
            cases.add(
                    OperationCase.of(
                            "activation %s at %s".formatted(function, at),
                            4,
                            (backend, t) -> backend.activation(function, t[0], t[1]),
                            a -> a[1] = values(function, a[0]),
                            input,
                            output(input.values().length)));
            if (Math.abs(at) < 90) {
                continue;
            }
            double slope = at > 0 && !bounded ? 1 : 0;
            cases.add(
                    OperationCase.of(
                            "activationGradient %s at %s".formatted(function, at),
                            1,
                            (backend, t) -> backend.activationGradient(function, t[0], t[1], t[2]),
                            a -> a[2][0] += slope * a[1][0],
                            input(Shape.of(1), at),
                            input(Shape.of(1), 2),
                            updated(Shape.of(1), 0.5f)));
        }
        cases.add(
                OperationCase.of(
                        "activation %s of NaN".formatted(function),
                        4,
                        (backend, t) -> backend.activation(function, t[0], t[1]),
                        a -> a[1] = values(function, a[0]),
                        input(Shape.of(5), 1, Float.NaN, 2, -1, 0),
                        output(5)));
    }

    private static void addArithmetic(List<OperationCase> cases, int... sizes) {
        String shape = " " + Shape.of(sizes);
        cases.add(
                OperationCase.of(
                        "add" + shape,
                        0,
                        (backend, t) -> backend.add(t[0], t[1], t[2]),
                        a -> set(a[2], i -> a[0][i] + a[1][i]),
                        input(sizes),
                        input(sizes),
                        output(sizes)));
        cases.add(
                OperationCase.of(
                        "add into the left" + shape,
                        0,
                        (backend, t) -> backend.add(t[0], t[1], t[0]),
                        a -> set(a[0], i -> a[0][i] + a[1][i]),
                        updated(sizes),
                        input(sizes)));
        cases.add(
                OperationCase.of(
                        "add into the right" + shape,
                        0,
                        (backend, t) -> backend.add(t[0], t[1], t[1]),
                        a -> set(a[1], i -> a[0][i] + a[1][i]),
                        input(sizes),
                        updated(sizes)));
        cases.add(
                OperationCase.of(
                        "addScaled" + shape,
                        2,
                        (backend, t) -> backend.addScaled(t[0], -1.7f, t[1]),
                        a -> set(a[1], i -> a[1][i] + (double) -1.7f * a[0][i]),
                        input(sizes),
                        updated(sizes)));
        cases.add(
                OperationCase.of(
                        "multiply" + shape,
                        0,
                        (backend, t) -> backend.multiply(t[0], t[1], t[2]),
                        a -> set(a[2], i -> a[0][i] * a[1][i]),
                        input(sizes),
                        input(sizes),
                        output(sizes)));
        cases.add(
                OperationCase.of(
                        "multiply into the left" + shape,
                        0,
                        (backend, t) -> backend.multiply(t[0], t[1], t[0]),
                        a -> set(a[0], i -> a[0][i] * a[1][i]),
                        updated(sizes),
                        input(sizes)));
        cases.add(
                OperationCase.of(
                        "multiplyGradient" + shape,
                        2,
                        (backend, t) -> backend.multiplyGradient(t[0], t[1], t[2]),
                        a -> set(a[2], i -> a[2][i] + a[0][i] * a[1][i]),
                        input(sizes),
                        input(sizes),
                        updated(sizes)));
        cases.add(
                OperationCase.of(
                        "scale" + shape,
                        0,
                        (backend, t) -> backend.scale(t[0], 0.3f),
                        a -> set(a[0], i -> a[0][i] * 0.3f),
                        updated(sizes)));
        cases.add(
                OperationCase.of(
                        "fill" + shape,
                        0,
                        (backend, t) -> backend.fill(t[0], 0.3f),
                        a -> set(a[0], i -> 0.3f),
                        output(sizes)));
        cases.add(
                OperationCase.of(
                        "write" + shape,
                        0,
                        (backend, t) -> backend.write(t[0].toArray(), t[1]),
                        a -> set(a[1], i -> a[0][i]),
                        input(sizes),
                        output(sizes)));
    }

    private static void addDropout(List<OperationCase> cases, DropoutMask mask, int... sizes) {
        String name = " %s %s".formatted(mask.probability(), Shape.of(sizes));
        cases.add(
                OperationCase.of(
                        "dropout" + name,
                        0,
                        (backend, t) -> backend.dropout(t[0], mask, t[1]),
                        a -> set(a[1], i -> mask.keeps(i) ? a[0][i] * mask.scale() : 0),
                        input(sizes),
                        output(sizes)));
        cases.add(
                OperationCase.of(
                        "dropout in place" + name,
                        0,
                        (backend, t) -> backend.dropout(t[0], mask, t[0]),
                        a -> set(a[0], i -> mask.keeps(i) ? a[0][i] * mask.scale() : 0),
                        updated(sizes)));
        cases.add(
                OperationCase.of(
                        "dropoutGradient" + name,
                        2,
                        (backend, t) -> backend.dropoutGradient(t[0], mask, t[1]),
                        a -> set(a[1], i -> a[1][i] + (mask.keeps(i) ? a[0][i] * mask.scale() : 0)),
                        input(sizes),
                        updated(sizes)));
    }

    private interface Element {
        double at(int i);
    }

    private static void set(double[] target, Element element) {
        for (int i = 0; i < target.length; i++) {
            target[i] = element.at(i);
        }
    }

    private static double[] values(Activation function, double[] x) {
        double[] y = new double[x.length];
        for (int i = 0; i < y.length; i++) {
            y[i] = value(function, x[i]);
        }
        return y;
    }

    private static double value(Activation function, double x) {
        return switch (function) {
            case GELU -> x * normalDistribution(x);
            case GELU_TANH -> x * sigmoid(2 * Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x));
            case RELU -> x < 0 ? 0 : x;
            case SILU -> x * sigmoid(x);
            case QUICK_GELU -> x * sigmoid(1.702 * x);
            case TANH -> Math.abs(x) < 1e-8 ? x : 2 * sigmoid(2 * x) - 1;
            case SIGMOID -> sigmoid(x);
        };
    }

    private static double sigmoid(double x) {
        return x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x));
    }

    /// Φ(x) = 1/2 + φ(x) Σ x²ᵏ⁺¹ / (1·3·...·(2k+1)), right to 1e-16 absolutely.
    private static double normalDistribution(double x) {
        if (Math.abs(x) > 12) {
            return x > 0 ? 1 : 0;
        }
        double term = x;
        double sum = 0;
        for (int k = 1; Math.abs(term) > 1e-20; k++) {
            sum += term;
            term *= x * x / (2 * k + 1);
        }
        return Double.isNaN(x) ? x : 0.5 + Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI) * sum;
    }
}
