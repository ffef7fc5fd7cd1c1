package xlmr.ptx.instructions;

import static java.lang.Float.floatToRawIntBits;
import static java.lang.Float.intBitsToFloat;

import xlmr.ptx.machine.Operation;
import xlmr.ptx.machine.Step;
import xlmr.ptx.syntax.DataType;

/// Arithmetic of single precision.
///
/// What PTX calls approximate is computed in double precision and rounded once, so its error is
/// half a unit in the last place, where a device may be off by more: by up to 2 units for
/// `ex2.approx` and `rcp.approx`, `sqrt.approx` and `rsqrt.approx`, `div.approx` and `div.full`,
/// and by 2^-11 relatively for `tanh.approx`.
final class FloatInstructions {
    private static final double LOG_2 = Math.log(2);

    private FloatInstructions() {}

    /// `add`, `sub` and `mul`, `fma` and `mad` (which is `fma` for floats).
    static Step arithmetic(StepBuilder builder) {
        Modifiers modifiers = builder.modifiers();
        String opcode = builder.instruction().opcode();
        boolean isFused = opcode.equals("fma") || opcode.equals("mad");
        builder.expectOperands(isFused ? 4 : 3);
        Rounding rounding =
                modifiers
                        .takeAny("rn", "rz", "rm", "rp")
                        .map(Rounding::named)
                        .orElse(Rounding.NEAREST);
        boolean flushes = modifiers.take("ftz");
        boolean saturates = modifiers.take("sat");
        int to = builder.wordResult(builder.operand(0));
        int a = builder.word(builder.operand(1));
        int b = builder.word(builder.operand(2));
        int c = isFused ? builder.word(builder.operand(3)) : -1;
        if (rounding == Rounding.NEAREST && !flushes && !saturates) {
            return builder.compute(
                    switch (opcode) {
                        case "add" -> HotLoops.addFloats(to, a, b);
                        case "sub" -> HotLoops.subtractFloats(to, a, b);
                        case "mul" -> HotLoops.multiplyFloats(to, a, b);
                        default -> HotLoops.fusedMultiplyAdd(to, a, b, c);
                    });
        }
        if (isFused) {
            return builder.compute(
                    Lanes.words(
                            to,
                            a,
                            b,
                            c,
                            (x, y, z) ->
                                    finish(
                                            fused(
                                                    value(x, flushes),
                                                    value(y, flushes),
                                                    value(z, flushes),
                                                    rounding),
                                            flushes,
                                            saturates)));
        }
        return builder.compute(
                Lanes.words(
                        to,
                        a,
                        b,
                        (x, y) ->
                                finish(
                                        simple(
                                                opcode,
                                                value(x, flushes),
                                                value(y, flushes),
                                                rounding),
                                        flushes,
                                        saturates)));
    }

    private static float value(int bits, boolean flushes) {
        return intBitsToFloat(flushes ? flush(bits) : bits);
    }

    private static int finish(float result, boolean flushes, boolean saturates) {
        int bits = floatToRawIntBits(saturates ? saturate(result) : result);
        return flushes ? flush(bits) : bits;
    }

    /// Between 0 and 1; what is not a number becomes 0.
    static float saturate(float value) {
        return value > 0 ? Math.min(value, 1) : 0;
    }

    /// A subnormal number becomes a zero of its sign.
    static int flush(int bits) {
        return (bits & 0x7f800000) == 0 ? bits & 0x80000000 : bits;
    }

    private static float simple(String opcode, float x, float y, Rounding rounding) {
        if (rounding == Rounding.NEAREST) {
            return switch (opcode) {
                case "add" -> x + y;
                case "sub" -> x - y;
                default -> x * y;
            };
        }
        return (float)
                switch (opcode) {
                    case "add" -> rounding.roundSum(x, y, Rounding.Format.F32);
                    case "sub" -> rounding.roundSum(x, -y, Rounding.Format.F32);
                    default -> rounding.round(Rounding.product(x, y), Rounding.Format.F32);
                };
    }

    private static float fused(float x, float y, float z, Rounding rounding) {
        return rounding == Rounding.NEAREST
                ? Math.fma(x, y, z)
                : (float) rounding.roundSum(Rounding.product(x, y), z, Rounding.Format.F32);
    }

    /// `div`: with `.rn` exactly rounded, `.approx` and `.full` likewise.
    static Step divide(StepBuilder builder) {
        builder.expectOperands(3);
        builder.modifiers().takeOne("rn", "approx", "full");
        boolean flushes = builder.modifiers().take("ftz");
        int to = builder.wordResult(builder.operand(0));
        int a = builder.word(builder.operand(1));
        int b = builder.word(builder.operand(2));
        return builder.compute(
                Lanes.words(
                        to,
                        a,
                        b,
                        (x, y) -> finish(value(x, flushes) / value(y, flushes), flushes, false)));
    }

    /// `rcp`, `sqrt`, `rsqrt`, `ex2`, `lg2`, `sin`, `cos`, `tanh`.
    static Step function(StepBuilder builder) {
        builder.expectOperands(2);
        String opcode = builder.instruction().opcode();
        boolean canBeExact = opcode.equals("rcp") || opcode.equals("sqrt");
        if (canBeExact) {
            builder.modifiers().takeOne("rn", "approx");
        } else {
            builder.modifiers().takeOne("approx");
        }
        boolean flushes = builder.modifiers().take("ftz");
        int to = builder.wordResult(builder.operand(0));
        int a = builder.word(builder.operand(1));
        return builder.compute(
                Lanes.words(
                        to,
                        a,
                        x -> finish((float) function(opcode, value(x, flushes)), flushes, false)));
    }

    private static double function(String opcode, double x) {
        return switch (opcode) {
            case "rcp" -> 1 / x;
            case "sqrt" -> Math.sqrt(x);
            case "rsqrt" -> 1 / Math.sqrt(x);
            case "ex2" -> powerOfTwo(x);
            case "lg2" -> Math.log(x) / LOG_2;
            case "sin" -> Math.sin(x);
            case "cos" -> Math.cos(x);
            default -> Math.tanh(x);
        };
    }

    static double powerOfTwo(double x) {
        double whole = Math.rint(x);
        if (!(Math.abs(whole) < 1000)) {
            return x > 0 ? Double.POSITIVE_INFINITY : x < 0 ? 0 : x;
        }
        return Math.scalb(Math.exp((x - whole) * LOG_2), (int) whole);
    }

    /// `min` and `max`: what is not a number loses, but with `.NaN` it wins; -0 is below +0.
    static Step extreme(StepBuilder builder) {
        Modifiers modifiers = builder.modifiers();
        builder.expectOperands(3);
        boolean isMaximum = builder.instruction().opcode().equals("max");
        boolean flushes = modifiers.take("ftz");
        boolean spreadsNaN = modifiers.take("NaN");
        int to = builder.wordResult(builder.operand(0));
        int a = builder.word(builder.operand(1));
        int b = builder.word(builder.operand(2));
        return builder.compute(
                Lanes.words(
                        to,
                        a,
                        b,
                        (x, y) ->
                                floatToRawIntBits(
                                        extreme(
                                                value(x, flushes),
                                                value(y, flushes),
                                                isMaximum,
                                                spreadsNaN))));
    }

    static float extreme(float x, float y, boolean isMaximum, boolean spreadsNaN) {
        if (!spreadsNaN && Float.isNaN(x)) {
            return y;
        }
        if (!spreadsNaN && Float.isNaN(y)) {
            return x;
        }
        return isMaximum ? Math.max(x, y) : Math.min(x, y);
    }

    /// `abs` and `neg`.
    static Step sign(StepBuilder builder) {
        builder.expectOperands(2);
        boolean negates = builder.instruction().opcode().equals("neg");
        boolean flushes = builder.modifiers().take("ftz");
        int to = builder.wordResult(builder.operand(0));
        int a = builder.word(builder.operand(1));
        return builder.compute(
                Lanes.words(
                        to,
                        a,
                        x -> {
                            int bits = flushes ? flush(x) : x;
                            return negates ? bits ^ 0x80000000 : bits & 0x7fffffff;
                        }));
    }

    /// `copysign d, a, b`: the sign of a, the rest of b.
    static Step copySign(StepBuilder builder) {
        builder.expectOperands(3);
        int to = builder.wordResult(builder.operand(0));
        int a = builder.word(builder.operand(1));
        int b = builder.word(builder.operand(2));
        return builder.compute(Lanes.words(to, a, b, (x, y) -> x & 0x80000000 | y & 0x7fffffff));
    }

    /// `testp.test.f32 p, a`.
    static Step testProperty(StepBuilder builder, DataType type) {
        builder.expectOperands(2);
        if (type != DataType.F32) {
            throw builder.refusal("only .f32 is known");
        }
        String property =
                builder.modifiers()
                        .takeOne(
                                "finite",
                                "infinite",
                                "number",
                                "notanumber",
                                "normal",
                                "subnormal");
        int to = builder.flagResult(builder.operand(0));
        int a = builder.word(builder.operand(1));
        Operation operation =
                (warp, lanes) -> {
                    int holds = 0;
                    for (int left = lanes; left != 0; left &= left - 1) {
                        int lane = Integer.numberOfTrailingZeros(left);
                        if (has(property, intBitsToFloat(warp.words[a + lane]))) {
                            holds |= 1 << lane;
                        }
                    }
                    warp.predicates[to] = warp.predicates[to] & ~lanes | holds;
                };
        return builder.compute(operation);
    }

    private static boolean has(String property, float x) {
        float size = Math.abs(x);
        return switch (property) {
            case "finite" -> Float.isFinite(x);
            case "infinite" -> Float.isInfinite(x);
            case "number" -> !Float.isNaN(x);
            case "notanumber" -> Float.isNaN(x);
            case "normal" -> Float.isFinite(x) && size >= Float.MIN_NORMAL;
            default -> size > 0 && size < Float.MIN_NORMAL;
        };
    }
}
