package xlmr.ptx.instructions;

import xlmr.ptx.machine.FaultKind;
import xlmr.ptx.machine.Step;
import xlmr.ptx.machine.Warp;
import xlmr.ptx.syntax.DataType;
import xlmr.ptx.syntax.Operand;

/// Exchange between the lanes of a warp: `shfl`, `vote`, `match`, `redux`, `activemask`, `elect`.
final class WarpInstructions {
    private WarpInstructions() {}

    /// `shfl.sync.mode.b32 d{|p}, a, b, c, members`.
    static Step shuffle(StepBuilder builder) {
        Modifiers modifiers = builder.modifiers();
        modifiers.takeOne("sync");
        String mode = modifiers.takeOne("up", "down", "bfly", "idx");
        builder.expectOperands(5);
        Operand results = builder.operand(0);
        boolean isPair = results instanceof Operand.Pair;
        int to =
                builder.wordResult(
                        results instanceof Operand.Pair(Operand value, Operand flag)
                                ? value
                                : results);
        int inRange = isPair ? builder.flagResult(((Operand.Pair) results).second()) : -1;
        int from = builder.word(builder.operand(1));
        int by = builder.word(builder.operand(2));
        int clamp = builder.word(builder.operand(3));
        int members = builder.word(builder.operand(4));
        int[] sent = new int[32];
        return builder.together(
                (warp, lanes) -> {
                    warp.counters().exchanges++;
                    int[] r = warp.words;
                    System.arraycopy(r, from, sent, 0, 32);
                    int found = 0;
                    for (int left = lanes; left != 0; left &= left - 1) {
                        int lane = Integer.numberOfTrailingZeros(left);
                        int source = source(mode, lane, r[by + lane], r[clamp + lane]);
                        if (source >= 0) {
                            found |= 1 << lane;
                        } else {
                            source = lane;
                        }
                        if ((lanes >>> source & 1) == 0) {
                            throw warp.fault(
                                    FaultKind.PARTIAL_WARP,
                                    lane,
                                    "reads from lane " + source + ", which does not take part");
                        }
                        r[to + lane] = sent[source];
                    }
                    if (inRange >= 0) {
                        warp.predicates[inRange] = warp.predicates[inRange] & ~lanes | found;
                    }
                },
                members);
    }

    /// The lane that a lane reads from, or -1 where that is out of its segment.
    private static int source(String mode, int lane, int by, int clampAndMask) {
        int segment = clampAndMask >>> 8 & 31;
        int clamp = clampAndMask & 31;
        int low = lane & segment;
        int high = low | clamp & ~segment;
        int distance = by & 31;
        return switch (mode) {
            case "up" -> lane - distance >= high ? lane - distance : -1;
            case "down" -> lane + distance <= high ? lane + distance : -1;
            case "bfly" -> (lane ^ distance) <= high ? lane ^ distance : -1;
            default -> {
                int source = low | distance & ~segment;
                yield source <= high ? source : -1;
            }
        };
    }

    /// `vote.sync.all.pred p, {!}q, members` and `vote.sync.ballot.b32 d, {!}q, members`.
    static Step vote(StepBuilder builder, DataType type) {
        Modifiers modifiers = builder.modifiers();
        modifiers.takeOne("sync");
        String mode = modifiers.takeOne("all", "any", "uni", "ballot");
        builder.expectOperands(3);
        boolean isBallot = mode.equals("ballot");
        if (type != (isBallot ? DataType.B32 : DataType.PRED)) {
            throw builder.refusal("the type ." + type + " is not known here");
        }
        int to =
                isBallot
                        ? builder.wordResult(builder.operand(0))
                        : builder.flagResult(builder.operand(0));
        int flag = builder.flag(builder.operand(1));
        int flip = StepBuilder.flip(builder.operand(1));
        int members = builder.word(builder.operand(2));
        return builder.together(
                (warp, lanes) -> {
                    warp.counters().exchanges++;
                    int holds = (warp.predicates[flag] ^ flip) & lanes;
                    if (isBallot) {
                        setAll(warp, to, lanes, holds);
                        return;
                    }
                    boolean result =
                            switch (mode) {
                                case "all" -> holds == lanes;
                                case "any" -> holds != 0;
                                default -> holds == 0 || holds == lanes;
                            };
                    setFlag(warp, to, lanes, result ? lanes : 0);
                },
                members);
    }

    private static void setAll(Warp warp, int to, int lanes, int value) {
        for (int left = lanes; left != 0; left &= left - 1) {
            warp.words[to + Integer.numberOfTrailingZeros(left)] = value;
        }
    }

    private static void setFlag(Warp warp, int to, int lanes, int value) {
        warp.predicates[to] = warp.predicates[to] & ~lanes | value & lanes;
    }

    /// `match.any.sync.type d, a, members` and `match.all.sync.type d{|p}, a, members`.
    static Step match(StepBuilder builder, DataType type) {
        Modifiers modifiers = builder.modifiers();
        modifiers.takeOne("sync");
        boolean all = modifiers.takeOne("all", "any").equals("all");
        builder.expectOperands(3);
        Operand results = builder.operand(0);
        int to =
                builder.wordResult(
                        results instanceof Operand.Pair(Operand mask, Operand flag)
                                ? mask
                                : results);
        int same =
                all && results instanceof Operand.Pair(Operand mask, Operand flag)
                        ? builder.flagResult(flag)
                        : -1;
        boolean wide = type.isWide();
        int from = wide ? builder.wide(builder.operand(1)) : builder.word(builder.operand(1));
        int members = builder.word(builder.operand(2));
        return builder.together(
                (warp, lanes) -> {
                    warp.counters().exchanges++;
                    boolean equal = true;
                    for (int left = lanes; left != 0; left &= left - 1) {
                        int lane = Integer.numberOfTrailingZeros(left);
                        int matching = matching(warp, from, wide, lane, lanes);
                        equal &= matching == lanes;
                        warp.words[to + lane] = matching;
                    }
                    if (all) {
                        setAll(warp, to, lanes, equal ? lanes : 0);
                    }
                    if (same >= 0) {
                        setFlag(warp, same, lanes, equal ? lanes : 0);
                    }
                },
                members);
    }

    private static int matching(Warp warp, int from, boolean wide, int lane, int lanes) {
        int matching = 0;
        for (int left = lanes; left != 0; left &= left - 1) {
            int other = Integer.numberOfTrailingZeros(left);
            boolean equal =
                    wide
                            ? warp.longs[from + other] == warp.longs[from + lane]
                            : warp.words[from + other] == warp.words[from + lane];
            if (equal) {
                matching |= 1 << other;
            }
        }
        return matching;
    }

    /// `redux.sync.op.type d, a, members`.
    static Step reduce(StepBuilder builder, DataType type) {
        Modifiers modifiers = builder.modifiers();
        modifiers.takeOne("sync");
        String operation = modifiers.takeOne("add", "min", "max", "and", "or", "xor");
        builder.expectOperands(3);
        if (!type.isInteger() || type.bytes() != 4) {
            throw builder.refusal("the type ." + type + " is not known here");
        }
        int to = builder.wordResult(builder.operand(0));
        int from = builder.word(builder.operand(1));
        int members = builder.word(builder.operand(2));
        return builder.together(
                (warp, lanes) -> {
                    warp.counters().exchanges++;
                    int first = Integer.numberOfTrailingZeros(lanes);
                    long result = IntegerInstructions.extend(warp.words[from + first], type);
                    for (int left = lanes & lanes - 1; left != 0; left &= left - 1) {
                        int lane = Integer.numberOfTrailingZeros(left);
                        long value = IntegerInstructions.extend(warp.words[from + lane], type);
                        result =
                                switch (operation) {
                                    case "add" -> result + value;
                                    case "min" -> Math.min(result, value);
                                    case "max" -> Math.max(result, value);
                                    case "and" -> result & value;
                                    case "or" -> result | value;
                                    default -> result ^ value;
                                };
                    }
                    setAll(warp, to, lanes, (int) result);
                },
                members);
    }

    /// `activemask.b32 d`.
    static Step activeMask(StepBuilder builder) {
        builder.expectOperands(1);
        int to = builder.wordResult(builder.operand(0));
        return builder.compute((warp, lanes) -> setAll(warp, to, lanes, lanes));
    }

    /// `elect.sync d|p, members`: the predicate holds in one lane, the lowest.
    static Step elect(StepBuilder builder) {
        builder.modifiers().takeOne("sync");
        builder.expectOperands(2);
        if (!(builder.operand(0) instanceof Operand.Pair(Operand lane, Operand flag))) {
            throw builder.refusal("expected two results");
        }
        int to = builder.wordResult(lane);
        int elected = builder.flagResult(flag);
        int members = builder.word(builder.operand(1));
        return builder.together(
                (warp, lanes) -> {
                    setAll(warp, to, lanes, Integer.numberOfTrailingZeros(lanes));
                    setFlag(warp, elected, lanes, Integer.lowestOneBit(lanes));
                },
                members);
    }
}
