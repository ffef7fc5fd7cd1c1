package xlmr.ptx.instructions;

import xlmr.ptx.machine.Step;
import xlmr.ptx.syntax.DataType;

/// Arithmetic of f16 and bf16, alone and in pairs. Sums, products and fused products are rounded
/// once.
final class HalfInstructions {
    private interface Function {
        int apply(int a, int b, int c);
    }

    private HalfInstructions() {}

    static Step decode(StepBuilder builder, DataType type) {
        String opcode = builder.instruction().opcode();
        HalfFormat format = HalfFormat.of(type);
        int sources =
                switch (opcode) {
                    case "fma" -> 3;
                    case "neg", "abs", "ex2", "tanh" -> 1;
                    default -> 2;
                };
        builder.expectOperands(sources + 1);
        Function plain = function(builder, opcode, format);
        Function function = finished(builder, opcode, format, plain);
        int to = builder.wordResult(builder.operand(0));
        int a = builder.word(builder.operand(1));
        int b = sources > 1 ? builder.word(builder.operand(2)) : a;
        int c = sources > 2 ? builder.word(builder.operand(3)) : a;
        boolean packed = type == DataType.F16X2 || type == DataType.BF16X2;
        return builder.compute(
                Lanes.words(
                        to,
                        a,
                        b,
                        c,
                        (x, y, z) -> {
                            int low = function.apply(x & 0xffff, y & 0xffff, z & 0xffff);
                            return packed
                                    ? low | function.apply(x >>> 16, y >>> 16, z >>> 16) << 16
                                    : low;
                        }));
    }

    private static Function function(StepBuilder builder, String opcode, HalfFormat format) {
        Modifiers modifiers = builder.modifiers();
        return switch (opcode) {
            case "add", "sub", "mul" -> {
                modifiers.take("rn");
                yield (x, y, z) -> arithmetic(opcode, format, x, y);
            }
            case "fma" -> {
                modifiers.takeOne("rn");
                yield (x, y, z) ->
                        format.fromDouble(
                                Rounding.sumToOdd(
                                        Rounding.product(format.toFloat(x), format.toFloat(y)),
                                        format.toFloat(z)),
                                Rounding.NEAREST);
            }
            case "neg" -> (x, y, z) -> x ^ 0x8000;
            case "abs" -> (x, y, z) -> x & 0x7fff;
            case "min", "max" -> {
                boolean spreadsNaN = modifiers.take("NaN");
                boolean isMaximum = opcode.equals("max");
                yield (x, y, z) ->
                        format.fromFloat(
                                FloatInstructions.extreme(
                                        format.toFloat(x),
                                        format.toFloat(y),
                                        isMaximum,
                                        spreadsNaN));
            }
            case "ex2", "tanh" -> {
                modifiers.takeOne("approx");
                boolean power = opcode.equals("ex2");
                yield (x, y, z) -> {
                    double value = format.toFloat(x);
                    return format.fromDouble(
                            power ? FloatInstructions.powerOfTwo(value) : Math.tanh(value),
                            Rounding.NEAREST);
                };
            }
            default -> throw builder.refusal("not known for 16-bit floats");
        };
    }

    /// What `.ftz`, `.sat` and `.relu` add.
    private static Function finished(
            StepBuilder builder, String opcode, HalfFormat format, Function function) {
        Modifiers modifiers = builder.modifiers();
        boolean flushes = modifiers.take("ftz");
        boolean saturates = modifiers.take("sat");
        boolean rectifies = opcode.equals("fma") && modifiers.take("relu");
        if (flushes && format == HalfFormat.BF16 && !opcode.equals("ex2")) {
            throw builder.refusal(".ftz is not known for bf16");
        }
        if (!flushes && !saturates && !rectifies) {
            return function;
        }
        boolean flushesF16 = flushes && format == HalfFormat.F16;
        return (x, y, z) -> {
            int result =
                    flushesF16
                            ? flush(function.apply(flush(x), flush(y), flush(z)))
                            : function.apply(x, y, z);
            if (rectifies) {
                float value = format.toFloat(result);
                return Float.isNaN(value) ? HalfFormat.NAN : value > 0 ? result : 0;
            }
            return saturates
                    ? format.fromFloat(FloatInstructions.saturate(format.toFloat(result)))
                    : result;
        };
    }

    private static int flush(int bits) {
        return (bits & 0x7c00) == 0 ? bits & 0x8000 : bits;
    }

    /// The sum, difference or product of two halves is exact in double precision, or rounded to
    /// odd.
    private static int arithmetic(String opcode, HalfFormat format, int x, int y) {
        float a = format.toFloat(x);
        float b = format.toFloat(y);
        double exact =
                switch (opcode) {
                    case "add" -> Rounding.sumToOdd(a, b);
                    case "sub" -> Rounding.sumToOdd(a, -b);
                    default -> Rounding.product(a, b);
                };
        return format.fromDouble(exact, Rounding.NEAREST);
    }
}
