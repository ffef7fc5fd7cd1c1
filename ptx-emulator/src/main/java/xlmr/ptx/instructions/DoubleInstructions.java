package xlmr.ptx.instructions;

import static java.lang.Double.doubleToRawLongBits;
import static java.lang.Double.longBitsToDouble;

import xlmr.ptx.machine.Step;

/// Arithmetic of double precision, rounded to the nearest.
final class DoubleInstructions {
    private interface Function {
        double apply(double a, double b, double c);
    }

    private DoubleInstructions() {}

    static Step decode(StepBuilder builder) {
        if (builder.modifiers().take("approx")) {
            return approximate(builder);
        }
        String opcode = builder.instruction().opcode();
        Function function =
                switch (opcode) {
                    case "add" -> (a, b, c) -> a + b;
                    case "sub" -> (a, b, c) -> a - b;
                    case "mul" -> (a, b, c) -> a * b;
                    case "fma", "mad" -> Math::fma;
                    case "div" -> (a, b, c) -> a / b;
                    case "min" ->
                            (a, b, c) -> Double.isNaN(a) ? b : Double.isNaN(b) ? a : Math.min(a, b);
                    case "max" ->
                            (a, b, c) -> Double.isNaN(a) ? b : Double.isNaN(b) ? a : Math.max(a, b);
                    case "rcp" -> (a, b, c) -> 1 / a;
                    case "sqrt" -> (a, b, c) -> Math.sqrt(a);
                    case "abs" -> (a, b, c) -> Math.abs(a);
                    case "neg" -> (a, b, c) -> -a;
                    default -> throw builder.refusal("not known for .f64");
                };
        if (!opcode.equals("min") && !opcode.equals("max")) {
            builder.modifiers().take("rn");
        }
        int sources = builder.count() - 1;
        int expected =
                switch (opcode) {
                    case "fma", "mad" -> 3;
                    case "rcp", "sqrt", "abs", "neg" -> 1;
                    default -> 2;
                };
        builder.expectOperands(expected + 1);
        int to = builder.wideResult(builder.operand(0));
        int a = builder.wide(builder.operand(1));
        int b = sources > 1 ? builder.wide(builder.operand(2)) : a;
        int c = sources > 2 ? builder.wide(builder.operand(3)) : a;
        return builder.compute(
                Lanes.wides(
                        to,
                        a,
                        b,
                        c,
                        (x, y, z) ->
                                doubleToRawLongBits(
                                        function.apply(
                                                longBitsToDouble(x),
                                                longBitsToDouble(y),
                                                longBitsToDouble(z)))));
    }

    /// `rcp.approx.ftz.f64` and `rsqrt.approx.ftz.f64`, from which division begins: the upper half
    /// of the bits, the lower one is zero.
    private static Step approximate(StepBuilder builder) {
        builder.expectOperands(2);
        builder.modifiers().takeOne("ftz");
        boolean isReciprocal =
                switch (builder.instruction().opcode()) {
                    case "rcp" -> true;
                    case "rsqrt" -> false;
                    default -> throw builder.refusal("not known for .approx.f64");
                };
        int to = builder.wideResult(builder.operand(0));
        int a = builder.wide(builder.operand(1));
        return builder.compute(
                Lanes.wides(
                        to,
                        a,
                        x -> {
                            double value = longBitsToDouble(flush(x));
                            double result = isReciprocal ? 1 / value : 1 / Math.sqrt(value);
                            return flush(doubleToRawLongBits(result)) & 0xffffffff00000000L;
                        }));
    }

    private static long flush(long bits) {
        return (bits & 0x7ff0000000000000L) == 0 ? bits & Long.MIN_VALUE : bits;
    }
}
