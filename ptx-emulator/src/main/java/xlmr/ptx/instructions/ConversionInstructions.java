package xlmr.ptx.instructions;

import java.util.Optional;
import xlmr.ptx.machine.Operation;
import xlmr.ptx.machine.Step;
import xlmr.ptx.machine.Warp;
import xlmr.ptx.syntax.DataType;
import xlmr.ptx.syntax.Operand;

/// `cvt`: between all types.
///
/// Every value is taken as a long (whole numbers) or a double (floats), which holds it exactly, and
/// rounded once.
final class ConversionInstructions {
    /// What the modifiers say beside the types.
    private record Options(
            Optional<Rounding> rounding,
            boolean toWhole,
            boolean flushes,
            boolean saturates,
            boolean rectifies) {}

    /// A register as raw bits.
    private interface Source {
        long bits(Warp warp, int lane);
    }

    /// A function of raw bits.
    private interface Conversion {
        long apply(long bits);
    }

    private ConversionInstructions() {}

    static Step decode(StepBuilder builder) {
        Modifiers modifiers = builder.modifiers();
        DataType from = modifiers.takeType();
        DataType to = modifiers.takeType();
        Optional<String> whole = modifiers.takeAny("rni", "rzi", "rmi", "rpi");
        Optional<String> rounding =
                whole.or(() -> modifiers.takeAny("rna", "rn", "rz", "rm", "rp"));
        Options options =
                new Options(
                        rounding.map(Rounding::named),
                        whole.isPresent(),
                        modifiers.take("ftz"),
                        modifiers.take("sat"),
                        modifiers.take("relu"));
        if (to == DataType.F16X2 || to == DataType.BF16X2) {
            return pack(builder, from, HalfFormat.of(to), options);
        }
        builder.expectOperands(2);
        checkRounding(builder, from, to, options);
        Source source = source(builder, builder.operand(1), from);
        Conversion conversion = conversion(builder, from, to, options);
        return builder.compute(into(builder, builder.operand(0), to, source, conversion));
    }

    /// A register may be wider than the type: it then holds the sign or zeros above.
    private static Operation into(
            StepBuilder builder,
            Operand operand,
            DataType type,
            Source source,
            Conversion conversion) {
        if (StepBuilder.isWide(operand)) {
            int to = builder.wideResult(operand);
            return (warp, lanes) -> {
                for (int left = lanes; left != 0; left &= left - 1) {
                    int lane = Integer.numberOfTrailingZeros(left);
                    warp.longs[to + lane] = conversion.apply(source.bits(warp, lane));
                }
            };
        }
        if (type.isWide()) {
            throw builder.refusal("a register of 64 bits is expected, found " + operand);
        }
        int to = builder.wordResult(operand);
        // Registers of 16 bits have zeros above.
        int kept =
                operand instanceof Operand.Register register && register.type().bytes() == 2
                        ? 0xffff
                        : -1;
        return (warp, lanes) -> {
            for (int left = lanes; left != 0; left &= left - 1) {
                int lane = Integer.numberOfTrailingZeros(left);
                warp.words[to + lane] = (int) conversion.apply(source.bits(warp, lane)) & kept;
            }
        };
    }

    private static Source source(StepBuilder builder, Operand operand, DataType type) {
        boolean wide =
                operand instanceof Operand.Register ? StepBuilder.isWide(operand) : type.isWide();
        if (wide) {
            int from = builder.wide(operand);
            return (warp, lane) -> warp.longs[from + lane];
        }
        if (type.isWide()) {
            throw builder.refusal("a register of 64 bits is expected, found " + operand);
        }
        int from = builder.word(operand);
        return (warp, lane) -> warp.words[from + lane];
    }

    private static void checkRounding(
            StepBuilder builder, DataType from, DataType to, Options options) {
        boolean bothWhole = from.isInteger() && to.isInteger();
        boolean isLossy =
                !bothWhole
                        && (from.isInteger()
                                || to.isInteger()
                                || to.bytes() < from.bytes()
                                || to == DataType.TF32);
        boolean sameFloat = from == to && !from.isInteger();
        if (isLossy && options.rounding().isEmpty()) {
            throw builder.refusal("a rounding is expected");
        }
        if (!isLossy && !sameFloat && options.rounding().isPresent()) {
            throw builder.refusal("a rounding is not expected, the conversion is exact");
        }
        if (options.rounding().isPresent()
                && options.toWhole() != (to.isInteger() || sameFloat)
                && !bothWhole) {
            throw builder.refusal("the rounding is not of the kind that the types need");
        }
        if (options.rounding().equals(Optional.of(Rounding.NEAREST_AWAY)) && to != DataType.TF32) {
            throw builder.refusal(".rna is known for .tf32 only");
        }
    }

    private static Conversion conversion(
            StepBuilder builder, DataType from, DataType to, Options options) {
        if (from.isInteger()) {
            if (options.rectifies() || options.flushes()) {
                throw builder.refusal("a modifier for floats is used on whole numbers");
            }
            if (to.isInteger()) {
                return bits -> fit(whole(bits, from), from, to, options.saturates());
            }
            Rounding rounding = options.rounding().orElse(Rounding.NEAREST);
            if (from.isWide() && to == DataType.F64 && rounding != Rounding.NEAREST) {
                throw builder.refusal("only .rn is known");
            }
            return bits -> fromWhole(whole(bits, from), from, to, rounding, options);
        }
        if (to.isInteger()) {
            Rounding rounding = options.rounding().orElse(Rounding.ZERO);
            return bits -> toWhole(floating(bits, from, options.flushes()), from, to, rounding);
        }
        return bits -> fromFloat(floating(bits, from, options.flushes()), to, options);
    }

    /// The whole number that bits of a type stand for; one of 64 bits without sign stays as it is.
    private static long whole(long bits, DataType type) {
        int above = 64 - 8 * type.bytes();
        return type.isSigned() ? bits << above >> above : bits << above >>> above;
    }

    /// Cuts off, or saturates, what a type cannot hold, and extends the rest to 64 bits.
    private static long fit(long value, DataType from, DataType to, boolean saturates) {
        if (!saturates) {
            return whole(value, to);
        }
        boolean isHuge = !from.isSigned() && value < 0;
        int bits = 8 * to.bytes();
        if (to.isSigned()) {
            long largest = Long.MAX_VALUE >> 64 - bits;
            return isHuge ? largest : Math.clamp(value, -largest - 1, largest);
        }
        long largest = -1L >>> 64 - bits;
        if (from.isSigned() && value < 0) {
            return 0;
        }
        return Long.compareUnsigned(value, largest) > 0 ? largest : value;
    }

    private static long fromWhole(
            long value, DataType from, DataType to, Rounding rounding, Options options) {
        double exact;
        if (value < 0 && !from.isSigned()) {
            // Above 2^63: half of it, with the lost bit kept in the last one.
            exact = 2 * Rounding.toOdd(value >>> 1 | value & 1);
        } else {
            exact = Rounding.toOdd(value);
        }
        if (to == DataType.F64) {
            double nearest =
                    value < 0 && !from.isSigned()
                            ? 2.0 * (value >>> 1 | value & 1)
                            : (double) value;
            return Double.doubleToRawLongBits(nearest);
        }
        return encode(finish(exact, options), to, rounding);
    }

    /// The value of a float's bits.
    private static double floating(long bits, DataType type, boolean flushes) {
        return switch (type) {
            case F64 -> Double.longBitsToDouble(bits);
            case F32 ->
                    Float.intBitsToFloat(
                            flushes ? FloatInstructions.flush((int) bits) : (int) bits);
            case F16, BF16 -> HalfFormat.of(type).toFloat((int) bits & 0xffff);
            default -> throw new AssertionError(type);
        };
    }

    /// Rounds to a whole number of the type's range. What is not a number becomes 0, or, where one
    /// of the types has 64 bits, the number whose highest bit alone is set.
    private static long toWhole(double value, DataType from, DataType to, Rounding rounding) {
        if (Double.isNaN(value)) {
            return from == DataType.F64 || to.isWide() ? 1L << 8 * to.bytes() - 1 : 0;
        }
        double rounded = rounding.toWhole(value);
        if (to.isSigned()) {
            long largest = Long.MAX_VALUE >> 64 - 8 * to.bytes();
            return Math.clamp((long) rounded, -largest - 1, largest);
        }
        if (rounded <= 0) {
            return 0;
        }
        if (!to.isWide()) {
            return Math.min((long) rounded, (1L << 8 * to.bytes()) - 1);
        }
        if (rounded >= 0x1p64) {
            return -1;
        }
        return rounded >= 0x1p63 ? (long) (rounded - 0x1p63) | Long.MIN_VALUE : (long) rounded;
    }

    private static long fromFloat(double value, DataType to, Options options) {
        double wanted = value;
        Rounding rounding = options.rounding().orElse(Rounding.NEAREST);
        if (options.toWhole()) {
            double whole = rounding.toWhole(value);
            wanted = whole == 0 ? Math.copySign(0.0, value) : whole;
        }
        wanted = finish(wanted, options);
        if (to == DataType.F64) {
            return Double.doubleToRawLongBits(wanted);
        }
        long bits = encode(wanted, to, rounding);
        return options.flushes() && to == DataType.F32 ? FloatInstructions.flush((int) bits) : bits;
    }

    private static double finish(double value, Options options) {
        if (options.saturates()) {
            return value > 0 ? Math.min(value, 1) : 0;
        }
        return options.rectifies() && value <= 0 ? 0 : value;
    }

    /// Rounds to a type and gives its bits.
    private static long encode(double value, DataType to, Rounding rounding) {
        return switch (to) {
            case F16, BF16 -> HalfFormat.of(to).fromDouble(value, rounding);
            case F32 ->
                    Float.floatToRawIntBits(
                            rounding == Rounding.NEAREST
                                    ? (float) value
                                    : (float) rounding.round(value, Rounding.Format.F32));
            case TF32 ->
                    Float.floatToRawIntBits((float) rounding.round(value, Rounding.Format.TF32));
            default -> throw new AssertionError(to);
        };
    }

    /// `cvt.rn.f16x2.f32 d, a, b`: a goes to the upper half.
    private static Step pack(
            StepBuilder builder, DataType from, HalfFormat format, Options options) {
        builder.expectOperands(3);
        if (from != DataType.F32 || options.toWhole() || options.flushes() || options.saturates()) {
            throw builder.refusal("two values of .f32 and a rounding are expected");
        }
        Rounding rounding =
                options.rounding().orElseThrow(() -> builder.refusal("a rounding is expected"));
        int to = builder.wordResult(builder.operand(0));
        int a = builder.word(builder.operand(1));
        int b = builder.word(builder.operand(2));
        if (rounding == Rounding.NEAREST && !options.rectifies()) {
            return builder.compute(
                    Lanes.words(
                            to,
                            a,
                            b,
                            (high, low) ->
                                    format.fromFloat(Float.intBitsToFloat(high)) << 16
                                            | format.fromFloat(Float.intBitsToFloat(low))));
        }
        return builder.compute(
                Lanes.words(
                        to,
                        a,
                        b,
                        (high, low) ->
                                half(high, format, rounding, options) << 16
                                        | half(low, format, rounding, options)));
    }

    private static int half(int bits, HalfFormat format, Rounding rounding, Options options) {
        return format.fromDouble(finish(Float.intBitsToFloat(bits), options), rounding);
    }
}
