package xlmr.ptx.instructions;

import xlmr.ptx.machine.Step;
import xlmr.ptx.syntax.DataType;
import xlmr.ptx.syntax.Operand;

/// Instructions that take values as bits: logic, shifts, fields, permutations.
final class BitInstructions {
    private BitInstructions() {}

    /// `and`, `or`, `xor`.
    static Step logic(StepBuilder builder, DataType type) {
        builder.expectOperands(3);
        String opcode = builder.instruction().opcode();
        Lanes.WideBinary function =
                switch (opcode) {
                    case "and" -> (x, y) -> x & y;
                    case "or" -> (x, y) -> x | y;
                    default -> (x, y) -> x ^ y;
                };
        if (type == DataType.PRED) {
            int to = builder.flagResult(builder.operand(0));
            int a = builder.flag(builder.operand(1));
            int b = builder.flag(builder.operand(2));
            int flipA = StepBuilder.flip(builder.operand(1));
            int flipB = StepBuilder.flip(builder.operand(2));
            return builder.compute(
                    (warp, lanes) -> {
                        int[] p = warp.predicates;
                        int value = (int) function.apply(p[a] ^ flipA, p[b] ^ flipB);
                        p[to] = p[to] & ~lanes | value & lanes;
                    });
        }
        if (type.isWide()) {
            int to = builder.wideResult(builder.operand(0));
            int a = builder.wide(builder.operand(1));
            int b = builder.wide(builder.operand(2));
            return builder.compute(Lanes.wides(to, a, b, function));
        }
        int to = builder.wordResult(builder.operand(0));
        boolean isShort = type.bytes() == 2;
        Operand first = builder.operand(1);
        Operand second = builder.operand(2);
        int a = isShort ? builder.shortWord(first) : builder.word(first);
        int b = isShort ? builder.shortWord(second) : builder.word(second);
        return builder.compute(
                switch (opcode) {
                    case "and" -> HotLoops.and(to, a, b);
                    case "or" -> Lanes.words(to, a, b, (x, y) -> x | y);
                    default -> Lanes.words(to, a, b, (x, y) -> x ^ y);
                });
    }

    /// `not` and `cnot`.
    static Step not(StepBuilder builder, DataType type) {
        builder.expectOperands(2);
        boolean logical = builder.instruction().opcode().equals("cnot");
        Operand source = builder.operand(1);
        if (type == DataType.PRED && !logical) {
            int to = builder.flagResult(builder.operand(0));
            int a = builder.flag(source);
            int flip = ~StepBuilder.flip(source);
            return builder.compute(
                    (warp, lanes) -> {
                        int[] p = warp.predicates;
                        p[to] = p[to] & ~lanes | (p[a] ^ flip) & lanes;
                    });
        }
        if (type.isWide()) {
            int to = builder.wideResult(builder.operand(0));
            int a = builder.wide(source);
            return builder.compute(Lanes.wides(to, a, logical ? x -> x == 0 ? 1 : 0 : x -> ~x));
        }
        int kept = type.bytes() == 2 ? 0xffff : -1;
        int to = builder.wordResult(builder.operand(0));
        int a = builder.word(source);
        return builder.compute(Lanes.words(to, a, logical ? x -> x == 0 ? 1 : 0 : x -> ~x & kept));
    }

    /// `shl` and `shr`, which shift out everything where they shift by more than the width.
    static Step shift(StepBuilder builder, DataType type) {
        builder.expectOperands(3);
        boolean isLeft = builder.instruction().opcode().equals("shl");
        boolean signed = type.isSigned();
        int b = builder.word(builder.operand(2));
        int width = 8 * type.bytes();
        if (type.isWide()) {
            int to = builder.wideResult(builder.operand(0));
            int a = builder.wide(builder.operand(1));
            return builder.compute(
                    (warp, lanes) -> {
                        for (int left = lanes; left != 0; left &= left - 1) {
                            int lane = Integer.numberOfTrailingZeros(left);
                            warp.longs[to + lane] =
                                    shifted(
                                            warp.longs[a + lane],
                                            warp.words[b + lane],
                                            isLeft,
                                            signed);
                        }
                    });
        }
        int to = builder.wordResult(builder.operand(0));
        int a =
                width == 16
                        ? builder.shortWord(builder.operand(1))
                        : builder.word(builder.operand(1));
        int kept = width == 16 ? 0xffff : -1;
        return builder.compute(
                Lanes.words(
                        to,
                        a,
                        b,
                        (x, by) ->
                                (int)
                                                shifted(
                                                        IntegerInstructions.extend(x, type),
                                                        by,
                                                        isLeft,
                                                        signed)
                                        & kept));
    }

    private static long shifted(long value, int by, boolean isLeft, boolean signed) {
        int clamped = Integer.compareUnsigned(by, 64) < 0 ? by : 64;
        if (isLeft) {
            return clamped == 64 ? 0 : value << clamped;
        }
        if (signed) {
            return value >> Math.min(clamped, 63);
        }
        return clamped == 64 ? 0 : value >>> clamped;
    }

    /// `shf.l` and `shf.r`: a shift of two words.
    static Step funnelShift(StepBuilder builder) {
        builder.expectOperands(4);
        boolean isLeft = builder.modifiers().takeOne("l", "r").equals("l");
        boolean wraps = builder.modifiers().takeOne("wrap", "clamp").equals("wrap");
        int to = builder.wordResult(builder.operand(0));
        int a = builder.word(builder.operand(1));
        int b = builder.word(builder.operand(2));
        int c = builder.word(builder.operand(3));
        return builder.compute(
                Lanes.words(
                        to,
                        a,
                        b,
                        c,
                        (low, high, by) -> {
                            int n = wraps || Integer.compareUnsigned(by, 32) < 0 ? by & 31 : 32;
                            long both = (long) high << 32 | low & 0xffffffffL;
                            return (int) (isLeft ? both << n >>> 32 : both >>> n);
                        }));
    }

    /// `lop3`: any function of three bits, given as its table.
    static Step anyLogic(StepBuilder builder) {
        builder.expectOperands(5);
        if (!(builder.operand(4) instanceof Operand.Whole(long table))) {
            throw builder.refusal("the table must be a constant");
        }
        int to = builder.wordResult(builder.operand(0));
        int a = builder.word(builder.operand(1));
        int b = builder.word(builder.operand(2));
        int c = builder.word(builder.operand(3));
        return builder.compute(
                Lanes.words(
                        to,
                        a,
                        b,
                        c,
                        (x, y, z) -> {
                            int result = 0;
                            for (int i = 0; i < 8; i++) {
                                if ((table >>> i & 1) != 0) {
                                    result |=
                                            ((i & 4) != 0 ? x : ~x)
                                                    & ((i & 2) != 0 ? y : ~y)
                                                    & ((i & 1) != 0 ? z : ~z);
                                }
                            }
                            return result;
                        }));
    }

    /// `popc`, `clz` and `brev`.
    static Step count(StepBuilder builder, DataType type) {
        builder.expectOperands(2);
        String opcode = builder.instruction().opcode();
        if (!type.isWide()) {
            int to = builder.wordResult(builder.operand(0));
            int a = builder.word(builder.operand(1));
            return builder.compute(
                    Lanes.words(
                            to,
                            a,
                            switch (opcode) {
                                case "popc" -> Integer::bitCount;
                                case "clz" -> Integer::numberOfLeadingZeros;
                                default -> Integer::reverse;
                            }));
        }
        int a = builder.wide(builder.operand(1));
        if (opcode.equals("brev")) {
            int to = builder.wideResult(builder.operand(0));
            return builder.compute(Lanes.wides(to, a, Long::reverse));
        }
        boolean counts = opcode.equals("popc");
        int to = builder.wordResult(builder.operand(0));
        return builder.compute(
                (warp, lanes) -> {
                    for (int left = lanes; left != 0; left &= left - 1) {
                        int lane = Integer.numberOfTrailingZeros(left);
                        long x = warp.longs[a + lane];
                        warp.words[to + lane] =
                                counts ? Long.bitCount(x) : Long.numberOfLeadingZeros(x);
                    }
                });
    }

    /// `bfind`: the place of the highest bit that is not the sign.
    static Step findBit(StepBuilder builder, DataType type) {
        builder.expectOperands(2);
        if (type.isWide()) {
            throw builder.refusal("only 32 bits are known");
        }
        boolean asShift = builder.modifiers().take("shiftamt");
        int to = builder.wordResult(builder.operand(0));
        int a = builder.word(builder.operand(1));
        boolean signed = type.isSigned();
        return builder.compute(
                Lanes.words(
                        to,
                        a,
                        x -> {
                            int bits = signed && x < 0 ? ~x : x;
                            int place = 31 - Integer.numberOfLeadingZeros(bits);
                            return place >= 0 && asShift ? 31 - place : place;
                        }));
    }

    /// `bfe`: a field of bits, whose sign is that of its highest bit, or of the value's where it
    /// reaches beyond.
    static Step extract(StepBuilder builder, DataType type) {
        builder.expectOperands(4);
        int start = builder.word(builder.operand(2));
        int length = builder.word(builder.operand(3));
        boolean signed = type.isSigned();
        int width = 8 * type.bytes();
        if (type.isWide()) {
            int to = builder.wideResult(builder.operand(0));
            int a = builder.wide(builder.operand(1));
            return builder.compute(
                    (warp, lanes) -> {
                        for (int left = lanes; left != 0; left &= left - 1) {
                            int lane = Integer.numberOfTrailingZeros(left);
                            warp.longs[to + lane] =
                                    field(
                                            warp.longs[a + lane],
                                            warp.words[start + lane] & 0xff,
                                            warp.words[length + lane] & 0xff,
                                            signed,
                                            width);
                        }
                    });
        }
        int to = builder.wordResult(builder.operand(0));
        int a = builder.word(builder.operand(1));
        return builder.compute(
                Lanes.words(
                        to,
                        a,
                        start,
                        length,
                        (x, from, n) ->
                                (int)
                                        field(
                                                IntegerInstructions.extend(x, type),
                                                from & 0xff,
                                                n & 0xff,
                                                signed,
                                                width)));
    }

    private static long field(long value, int start, int length, boolean signed, int width) {
        if (length == 0) {
            return 0;
        }
        if (start >= width) {
            return signed ? value >> 63 : 0;
        }
        int kept = Math.min(length, width - start);
        int above = 64 - kept;
        long shifted = signed ? value >> start : value >>> start;
        return signed ? shifted << above >> above : shifted << above >>> above;
    }

    /// `bfi`: puts the lowest bits of a value into another.
    static Step insert(StepBuilder builder, DataType type) {
        builder.expectOperands(5);
        int start = builder.word(builder.operand(3));
        int length = builder.word(builder.operand(4));
        if (type.isWide()) {
            int to = builder.wideResult(builder.operand(0));
            int a = builder.wide(builder.operand(1));
            int b = builder.wide(builder.operand(2));
            return builder.compute(
                    (warp, lanes) -> {
                        for (int left = lanes; left != 0; left &= left - 1) {
                            int lane = Integer.numberOfTrailingZeros(left);
                            int from = warp.words[start + lane] & 0xff;
                            long mask = mask(from, warp.words[length + lane] & 0xff);
                            long moved = from < 64 ? warp.longs[a + lane] << from : 0;
                            warp.longs[to + lane] = warp.longs[b + lane] & ~mask | moved & mask;
                        }
                    });
        }
        int to = builder.wordResult(builder.operand(0));
        int a = builder.word(builder.operand(1));
        int b = builder.word(builder.operand(2));
        return builder.compute(
                (warp, lanes) -> {
                    int[] r = warp.words;
                    for (int left = lanes; left != 0; left &= left - 1) {
                        int lane = Integer.numberOfTrailingZeros(left);
                        int from = r[start + lane] & 0xff;
                        int mask = (int) mask(from, r[length + lane] & 0xff);
                        int moved = from < 32 ? r[a + lane] << from : 0;
                        r[to + lane] = r[b + lane] & ~mask | moved & mask;
                    }
                });
    }

    private static long mask(int start, int length) {
        long ones = length >= 64 ? -1 : (1L << length) - 1;
        return start >= 64 ? 0 : ones << start;
    }

    /// `prmt`: any four bytes out of eight, or their signs.
    static Step permute(StepBuilder builder) {
        builder.expectOperands(4);
        int to = builder.wordResult(builder.operand(0));
        int a = builder.word(builder.operand(1));
        int b = builder.word(builder.operand(2));
        int c = builder.word(builder.operand(3));
        return builder.compute(
                Lanes.words(
                        to,
                        a,
                        b,
                        c,
                        (low, high, selection) -> {
                            long both = (long) high << 32 | low & 0xffffffffL;
                            int result = 0;
                            for (int i = 0; i < 4; i++) {
                                int selector = selection >>> 4 * i & 15;
                                int value = (int) (both >>> 8 * (selector & 7)) & 0xff;
                                if ((selector & 8) != 0) {
                                    value = (value & 0x80) != 0 ? 0xff : 0;
                                }
                                result |= value << 8 * i;
                            }
                            return result;
                        }));
    }
}
