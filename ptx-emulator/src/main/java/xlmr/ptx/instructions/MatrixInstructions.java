package xlmr.ptx.instructions;

import java.util.Arrays;
import java.util.List;
import xlmr.ptx.machine.Step;
import xlmr.ptx.machine.Warp;
import xlmr.ptx.syntax.DataType;
import xlmr.ptx.syntax.Operand;
import xlmr.ptx.syntax.StateSpace;

/// `mma` and `ldmatrix`: matrices spread over the lanes of a warp.
///
/// A lane has the row `lane / 4` and the columns from `lane % 4` on, in the way that the PTX manual
/// draws for each shape.
final class MatrixInstructions {
    private static final int ROWS = 16;
    private static final int COLUMNS = 8;

    private MatrixInstructions() {}

    /// `mma.sync.aligned.m16n8kK.row.col.f32.type.type.f32 d, a, b, c`: d = a b + c.
    ///
    /// Products are exact and their sum is rounded once, where a device rounds more often and in an
    /// order of its own.
    static Step multiply(StepBuilder builder) {
        Modifiers modifiers = builder.modifiers();
        modifiers.takeOne("sync");
        modifiers.takeOne("aligned");
        String shape = modifiers.takeOne("m16n8k16", "m16n8k8", "m16n8k4");
        modifiers.takeOne("row");
        modifiers.takeOne("col");
        DataType c = modifiers.takeType();
        DataType type = modifiers.takeType();
        DataType typeOfA = modifiers.takeType();
        DataType d = modifiers.takeType();
        builder.expectOperands(4);
        int depth = Integer.parseInt(shape.substring("m16n8k".length()));
        boolean isTf32 = type == DataType.TF32;
        boolean known =
                c == DataType.F32
                        && d == DataType.F32
                        && typeOfA == type
                        && (isTf32
                                ? depth <= 8
                                : depth >= 8 && (type == DataType.F16 || type == DataType.BF16));
        if (!known) {
            throw builder.refusal("this combination of shape and types is not known");
        }
        int[] to = results(builder, builder.operand(0), 4);
        int registersOfA = isTf32 ? depth / 2 : depth / 4;
        int[] fromA = sources(builder, builder.operand(1), registersOfA);
        int[] fromB = sources(builder, builder.operand(2), registersOfA / 2);
        int[] fromC = sources(builder, builder.operand(3), 4);
        double[] a = new double[ROWS * depth]; // [16, depth]
        double[] b = new double[depth * COLUMNS]; // [depth, 8]
        double[] sums = new double[ROWS * COLUMNS];
        return builder.together(
                (warp, lanes) -> {
                    warp.counters().matrixMultiplications++;
                    warp.counters().matrixOperations += 2L * ROWS * COLUMNS * depth;
                    if (isTf32) {
                        gatherWords(warp, fromA, fromB, depth, a, b);
                    } else {
                        gatherHalves(warp, HalfFormat.of(type), fromA, fromB, depth, a, b);
                    }
                    multiply(a, b, depth, sums);
                    scatter(warp, sums, fromC, to);
                },
                Step.WHOLE_WARP);
    }

    /// Words of a lane: rows `group` and `group + 8`, columns `member` and `member + 4`. A device
    /// looks at the upper 19 bits of a word only.
    private static void gatherWords(
            Warp warp, int[] fromA, int[] fromB, int depth, double[] a, double[] b) {
        for (int lane = 0; lane < 32; lane++) {
            int group = lane >> 2;
            int member = lane & 3;
            for (int i = 0; i < fromA.length; i++) {
                int row = group + (i & 1) * 8;
                a[row * depth + member + (i >> 1) * 4] = tf32(warp.words[fromA[i] + lane]);
            }
            for (int i = 0; i < fromB.length; i++) {
                b[(member + i * 4) * COLUMNS + group] = tf32(warp.words[fromB[i] + lane]);
            }
        }
    }

    private static float tf32(int bits) {
        return Float.intBitsToFloat(bits & 0xffffe000);
    }

    /// Pairs of a lane: rows `group` and `group + 8`, columns from `2 member` and `2 member + 8`.
    private static void gatherHalves(
            Warp warp,
            HalfFormat format,
            int[] fromA,
            int[] fromB,
            int depth,
            double[] a,
            double[] b) {
        for (int lane = 0; lane < 32; lane++) {
            int group = lane >> 2;
            int column = (lane & 3) * 2;
            for (int i = 0; i < fromA.length; i++) {
                int at = (group + (i & 1) * 8) * depth + column + (i >> 1) * 8;
                int pair = warp.words[fromA[i] + lane];
                a[at] = format.toFloat(pair & 0xffff);
                a[at + 1] = format.toFloat(pair >>> 16);
            }
            for (int i = 0; i < fromB.length; i++) {
                int at = (column + i * 8) * COLUMNS + group;
                int pair = warp.words[fromB[i] + lane];
                b[at] = format.toFloat(pair & 0xffff);
                b[at + COLUMNS] = format.toFloat(pair >>> 16);
            }
        }
    }

    private static void multiply(double[] a, double[] b, int depth, double[] sums) {
        Arrays.fill(sums, 0);
        for (int row = 0; row < ROWS; row++) {
            for (int k = 0; k < depth; k++) {
                double factor = a[row * depth + k];
                for (int column = 0; column < COLUMNS; column++) {
                    sums[row * COLUMNS + column] += factor * b[k * COLUMNS + column];
                }
            }
        }
    }

    private static void scatter(Warp warp, double[] sums, int[] fromC, int[] to) {
        int[] r = warp.words;
        for (int lane = 0; lane < 32; lane++) {
            int group = lane >> 2;
            int column = (lane & 3) * 2;
            for (int i = 0; i < 4; i++) {
                double sum = sums[(group + (i >> 1) * 8) * COLUMNS + column + (i & 1)];
                double result = sum + Float.intBitsToFloat(r[fromC[i] + lane]);
                r[to[i] + lane] = Float.floatToRawIntBits((float) result);
            }
        }
    }

    private static int[] results(StepBuilder builder, Operand operand, int count) {
        return elements(builder, operand, count).stream().mapToInt(builder::wordResult).toArray();
    }

    private static int[] sources(StepBuilder builder, Operand operand, int count) {
        return elements(builder, operand, count).stream().mapToInt(builder::word).toArray();
    }

    private static List<Operand> elements(StepBuilder builder, Operand operand, int count) {
        List<Operand> elements =
                operand instanceof Operand.Vector(List<Operand> several)
                        ? several
                        : List.of(operand);
        if (elements.size() != count) {
            throw builder.refusal("expected " + count + " registers, found " + operand);
        }
        return elements;
    }

    /// `ldmatrix.sync.aligned.m8n8.xN{.trans}.shared.b16 d, [row]`: lanes 8 i to 8 i + 7 name the
    /// rows of matrix i.
    static Step load(StepBuilder builder, DataType type) {
        Modifiers modifiers = builder.modifiers();
        modifiers.takeOne("sync");
        modifiers.takeOne("aligned");
        modifiers.takeOne("m8n8");
        int matrices = Integer.parseInt(modifiers.takeOne("x1", "x2", "x4").substring(1));
        boolean transposes = modifiers.take("trans");
        StateSpace space = modifiers.takeSpace();
        builder.expectOperands(2);
        if (type != DataType.B16) {
            throw builder.refusal("the type ." + type + " is not known here");
        }
        int[] to = results(builder, builder.operand(0), matrices);
        AddressOperand address = AddressOperand.of(builder, builder.operand(1), space);
        int[] rows = new int[64];
        int namingLanes = (int) ((1L << 8 * matrices) - 1);
        return builder.together(
                (warp, lanes) -> {
                    address.resolve(warp, namingLanes);
                    // All rows are read before a register is set: the addresses may lie in one of
                    // them.
                    long[] addresses = warp.addresses;
                    for (int matrix = 0; matrix < matrices; matrix++) {
                        warp.memory().countMatrixRows(warp, 8 * matrix);
                        for (int row = 0; row < 8; row++) {
                            int lane = 8 * matrix + row;
                            warp.memory()
                                    .load(
                                            warp,
                                            space,
                                            lane,
                                            addresses[lane],
                                            8,
                                            2,
                                            false,
                                            warp.values);
                            for (int column = 0; column < 8; column++) {
                                rows[8 * row + column] =
                                        (int) (warp.values[column >> 2] >>> 16 * (column & 3))
                                                & 0xffff;
                            }
                        }
                        spread(warp, rows, transposes, to[matrix]);
                    }
                },
                Step.WHOLE_WARP);
    }

    private static void spread(Warp warp, int[] rows, boolean transposes, int to) {
        for (int lane = 0; lane < 32; lane++) {
            int group = lane >> 2;
            int first = (lane & 3) * 2;
            int low = transposes ? rows[8 * first + group] : rows[8 * group + first];
            int high = transposes ? rows[8 * (first + 1) + group] : rows[8 * group + first + 1];
            warp.words[to + lane] = low | high << 16;
        }
    }
}
