package xlmr.backend.contract;

import static xlmr.backend.contract.Operand.input;
import static xlmr.backend.contract.Operand.output;
import static xlmr.backend.contract.Operand.updated;

import java.util.ArrayList;
import java.util.List;
import xlmr.backend.AdamWStep;
import xlmr.backend.AdamWUpdate;
import xlmr.tensor.Shape;

/// What an optimizer step needs: the norm of the gradients and AdamW.
final class UpdateCases {
    private UpdateCases() {}

    static List<OperationCase> all() {
        List<OperationCase> cases = new ArrayList<>();
        for (int size : new int[] {0, 1, 2, 7, 16, 33, 1000, 70_003}) {
            addAdamW(cases, size, 1, new AdamWStep(1e-2, 0.9, 0.999, 1e-8, 0.1, 1));
            addAdamW(cases, size, 0.3f, new AdamWStep(5e-5, 0.9, 0.999, 1e-8, 0.01, 7));
            addAdamW(cases, size, 1, new AdamWStep(1e-3, 0.8, 0.98, 1e-6, 0, 100_000));
            addSumOfSquares(cases, "", input(size));
        }
        addSumOfSquares(cases, " beyond the range of float32", input(37).times(1e25));
        addSumOfSquares(cases, " below the range of float32", input(37).times(1e-25));
        addSumOfSquares(cases, " with NaN", input(Shape.of(9), 1, 2, 3, 4, Float.NaN, 6, 7, 8, 9));
        cases.add(
                adamW(
                        "adamW of what never had a gradient",
                        1,
                        new AdamWStep(1e-2, 0.9, 0.999, 1e-8, 0.1, 3),
                        input(5),
                        input(Shape.of(5), 0, 0, 0, 0, 0),
                        updated(Shape.of(5), 0, 0, 0, 0, 0),
                        updated(Shape.of(5), 0, 0, 0, 0, 0)));
        cases.add(adamWOfSeveral());
        cases.add(fillOfSeveral());
        cases.add(numbersOfSeveral());
        return cases;
    }

    private static void addAdamW(
            List<OperationCase> cases, int size, float gradientScale, AdamWStep step) {
        cases.add(
                adamW(
                        "adamW of %d at step %d".formatted(size, step.step()),
                        gradientScale,
                        step,
                        input(size),
                        input(size),
                        updated(size).times(0.1),
                        updated(size).squared()));
    }

    /// As torch.optim.AdamW computes it: decay first, then the corrected moments.
    private static OperationCase adamW(
            String name,
            float gradientScale,
            AdamWStep step,
            Operand parameter,
            Operand gradient,
            Operand firstMoment,
            Operand secondMoment) {
        return OperationCase.of(
                name,
                4,
                (backend, t) -> backend.adamW(t[0], t[1], gradientScale, t[2], t[3], step),
                a -> {
                    for (int i = 0; i < a[0].length; i++) {
                        double g = a[1][i] * gradientScale;
                        a[2][i] = step.beta1() * a[2][i] + (1 - step.beta1()) * g;
                        a[3][i] = step.beta2() * a[3][i] + (1 - step.beta2()) * g * g;
                        double m = a[2][i] / (1 - Math.pow(step.beta1(), step.step()));
                        double v = a[3][i] / (1 - Math.pow(step.beta2(), step.step()));
                        a[0][i] *= 1 - step.learningRate() * step.weightDecay();
                        a[0][i] -= step.learningRate() * m / (Math.sqrt(v) + step.epsilon());
                    }
                },
                new Operand(Operand.Role.UPDATED, parameter.shape(), parameter.values(), null, 0),
                gradient,
                firstMoment,
                secondMoment);
    }

    /// The output is the relative error, or 0 if that is one of double precision.
    private static void addSumOfSquares(List<OperationCase> cases, String name, Operand input) {
        cases.add(
                OperationCase.of(
                        "sumOfSquares of %s%s".formatted(input.shape(), name),
                        1,
                        (backend, t) ->
                                backend.write(
                                        relativeError(backend.sumOfSquares(t[0]), t[0].toArray()),
                                        t[1]),
                        a -> a[1][0] = Double.isNaN(sumOfSquares(a[0])) ? Double.NaN : 0,
                        input,
                        output(1)));
    }

    /// One of them without elements, one just beyond a piece of a kernel's work, each with numbers
    /// of its own.
    private static OperationCase adamWOfSeveral() {
        int[] sizes = {3, 0, 8193, 300};
        Operand[] operands = new Operand[4 * sizes.length];
        for (int i = 0; i < sizes.length; i++) {
            operands[4 * i] = updated(sizes[i]);
            operands[4 * i + 1] = input(sizes[i]);
            operands[4 * i + 2] = updated(sizes[i]).times(0.1);
            operands[4 * i + 3] = updated(sizes[i]).squared();
        }
        return OperationCase.againstScalar(
                "adamW of several",
                8,
                (backend, t) -> {
                    List<AdamWUpdate> updates = new ArrayList<>();
                    for (int i = 0; i < t.length; i += 4) {
                        AdamWStep step =
                                new AdamWStep(
                                        0.01 * (i + 1),
                                        0.9 - 0.01 * i,
                                        0.99 - 0.01 * i,
                                        1e-4 * (i + 1),
                                        0.01 * i,
                                        i + 1);
                        updates.add(new AdamWUpdate(t[i], t[i + 1], t[i + 2], t[i + 3], step));
                    }
                    backend.adamW(updates, 0.7f);
                },
                operands);
    }

    private static OperationCase fillOfSeveral() {
        return OperationCase.againstScalar(
                "fill of several",
                0,
                (backend, t) -> backend.fill(List.of(t[0], t[1], t[2]), -3.5f),
                output(17),
                output(0),
                output(2, 8200));
    }

    /// Sums of squares and single numbers, as floats: a sum of squares is exact to double precision
    /// in a case of its own.
    private static OperationCase numbersOfSeveral() {
        return OperationCase.againstScalar(
                "readNumbers",
                1,
                (backend, t) -> {
                    double[] numbers =
                            backend.readNumbers(List.of(t[0], t[1], t[2]), List.of(t[3], t[0]));
                    float[] found = new float[numbers.length];
                    for (int i = 0; i < found.length; i++) {
                        found[i] = (float) numbers[i];
                    }
                    backend.write(found, t[4]);
                },
                input(20),
                input(0, 3),
                input(16400).times(0.01),
                input(Shape.of(), -2.5f),
                output(5));
    }

    private static float[] relativeError(double found, float[] values) {
        double[] wide = new double[values.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = values[i];
        }
        double expected = sumOfSquares(wide);
        double error = found == expected ? 0 : Math.abs(found - expected) / Math.abs(expected);
        return new float[] {error < 1e-13 ? 0 : (float) error};
    }

    private static double sumOfSquares(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value * value;
        }
        return sum;
    }
}
