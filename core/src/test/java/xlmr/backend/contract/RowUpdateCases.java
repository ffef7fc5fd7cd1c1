package xlmr.backend.contract;

import static xlmr.backend.contract.Operand.input;
import static xlmr.backend.contract.Operand.updated;

import java.util.ArrayList;
import java.util.List;
import xlmr.backend.AdamWStep;
import xlmr.backend.MissedSteps;
import xlmr.backend.RowMoments;
import xlmr.tensor.Tensor;

/// AdamW of a table row by row, as the formulas say in double precision.
final class RowUpdateCases {
    private static final int[] ROWS = {3, 0, 5};

    /// In two blocks of slots, and one row that has none.
    private static final int[] SLOTS = {257, -1, 0};

    private static final int[] FROM = {1, 0, 4};
    private static final int UNTIL = 5;
    private static final float[] DECAYS = {0.99f, 0.98f, 0.97f, 1, 0.95f, 7};
    private static final float[] SIZES = {0.1f, 0.2f, 0.05f, 0.3f, 0.15f, 7};
    private static final float[] CORRECTIONS = {0.1f, 0.2f, 0.3f, 0.4f, 0.5f, 7};

    private RowUpdateCases() {}

    static List<OperationCase> all() {
        List<OperationCase> cases = new ArrayList<>();
        for (int columns : new int[] {1, 7, 300}) {
            cases.add(catchUp(columns));
            cases.add(adamW(columns));
            cases.add(put(columns));
        }
        return cases;
    }

    /// Table and moments, those in two blocks.
    private static Operand[] operands(int columns, Operand last) {
        return new Operand[] {
            updated(6, columns),
            updated(RowMoments.BLOCK, columns).times(0.1),
            updated(RowMoments.BLOCK, columns).times(0.1),
            updated(RowMoments.BLOCK, columns).squared(),
            updated(RowMoments.BLOCK, columns).squared(),
            last
        };
    }

    private static RowMoments moments(Tensor[] t) {
        return new RowMoments(List.of(t[1], t[2]), List.of(t[3], t[4]));
    }

    private static OperationCase catchUp(int columns) {
        MissedSteps steps =
                new MissedSteps(
                        ROWS, SLOTS, FROM, UNTIL, DECAYS, SIZES, CORRECTIONS, 0.9f, 0.99f, 1e-3f);
        return OperationCase.of(
                "catchUpRows of %d columns".formatted(columns),
                16,
                (backend, t) -> backend.catchUpRows(t[0], moments(t), steps),
                a -> {
                    for (int i = 0; i < ROWS.length; i++) {
                        for (int c = 0; c < columns; c++) {
                            catchUp(a, i, c, columns);
                        }
                    }
                },
                operands(columns, input(1)));
    }

    private static void catchUp(double[][] a, int i, int c, int columns) {
        int at = ROWS[i] * columns + c;
        for (int number = FROM[i]; number < UNTIL; number++) {
            if (SLOTS[i] < 0) {
                a[0][at] *= DECAYS[number];
                continue;
            }
            double[] first = a[1 + SLOTS[i] / RowMoments.BLOCK];
            double[] second = a[3 + SLOTS[i] / RowMoments.BLOCK];
            int slot = SLOTS[i] % RowMoments.BLOCK * columns + c;
            first[slot] *= 0.9f;
            second[slot] *= 0.99f;
            double root = Math.sqrt(second[slot]) / CORRECTIONS[number];
            a[0][at] = a[0][at] * DECAYS[number] - SIZES[number] * first[slot] / (root + 1e-3f);
        }
    }

    private static OperationCase adamW(int columns) {
        int[] slots = {257, 255, 2};
        AdamWStep step = new AdamWStep(0.03, 0.8, 0.95, 1e-3, 0.5, 3);
        return OperationCase.of(
                "adamWRows of %d columns".formatted(columns),
                16,
                (backend, t) -> backend.adamWRows(t[0], moments(t), ROWS, slots, t[5], 0.7f, step),
                a -> {
                    for (int i = 0; i < ROWS.length; i++) {
                        double[] first = a[1 + slots[i] / RowMoments.BLOCK];
                        double[] second = a[3 + slots[i] / RowMoments.BLOCK];
                        for (int c = 0; c < columns; c++) {
                            int slot = slots[i] % RowMoments.BLOCK * columns + c;
                            double g = a[5][i * columns + c] * 0.7f;
                            first[slot] = 0.8 * first[slot] + 0.2 * g;
                            second[slot] = 0.95 * second[slot] + 0.05 * g * g;
                            int at = ROWS[i] * columns + c;
                            a[0][at] *= 1 - 0.03 * 0.5;
                            a[0][at] -=
                                    0.03
                                            * (first[slot] / (1 - Math.pow(0.8, 3)))
                                            / (Math.sqrt(second[slot] / (1 - Math.pow(0.95, 3)))
                                                    + 1e-3);
                        }
                    }
                },
                operands(columns, input(ROWS.length, columns)));
    }

    private static OperationCase put(int columns) {
        float[] values = input(ROWS.length, columns).values();
        return OperationCase.of(
                "putRows of %d columns".formatted(columns),
                0,
                (backend, t) -> backend.putRows(values, ROWS, t[0]),
                a -> {
                    for (int i = 0; i < values.length; i++) {
                        a[0][ROWS[i / columns] * columns + i % columns] = values[i];
                    }
                },
                updated(6, columns));
    }
}
