package xlmr.backend.contract;

import static xlmr.backend.contract.Operand.input;
import static xlmr.backend.contract.Operand.output;
import static xlmr.backend.contract.Operand.updated;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import xlmr.tensor.DType;

/// Rows taken from a table and gradients brought back to it. Nothing is rounded but single sums, so
/// bits must agree.
final class TableCases {
    private TableCases() {}

    static List<OperationCase> all() {
        List<OperationCase> cases = new ArrayList<>();
        int[][] sizes = {{1, 1}, {3, 5}, {7, 16}, {11, 33}, {5, 48}, {40, 65}};
        for (int[] size : sizes) {
            for (int count : new int[] {0, 1, 2, 19}) {
                int[] rows = new Random(count).ints(count, 0, size[0]).toArray();
                String name = " %d of [%d, %d]".formatted(count, size[0], size[1]);
                addGather(cases, name, rows, input(size));
                addScatter(cases, name, rows, size);
            }
        }
        for (DType dtype : List.of(DType.F32, DType.F16, DType.BF16, DType.F64)) {
            for (int offset : new int[] {0, 1}) {
                String name = " mapped as %s, %d bytes off".formatted(dtype, offset);
                int[] rows = {4, 0, 12, 4, 4, 11};
                addGather(cases, name, rows, input(13, 21).mapped(dtype, offset));
            }
        }
        addScatter(cases, " with skipped rows", new int[] {2, -1, 2, 0, -100, 2}, 3, 9);
        int[] many = new Random(5).ints(4000, -1, 50).toArray();
        addGather(
                cases,
                " 4000 of [50, 33]",
                Arrays.stream(many).map(Math::abs).toArray(),
                input(50, 33));
        addScatter(cases, " 4000 of [50, 33]", many, 50, 33);
        return cases;
    }

    private static void addGather(
            List<OperationCase> cases, String name, int[] rows, Operand table) {
        int columns = table.shape().size(1);
        cases.add(
                OperationCase.of(
                        "gatherRows" + name,
                        0,
                        (backend, t) -> backend.gatherRows(t[0], rows, t[1]),
                        a -> {
                            for (int i = 0; i < a[1].length; i++) {
                                a[1][i] = a[0][rows[i / columns] * columns + i % columns];
                            }
                        },
                        table,
                        output(rows.length, columns)));
        cases.add(
                OperationCase.of(
                        "addGatheredRows" + name,
                        0,
                        (backend, t) -> backend.addGatheredRows(t[0], rows, t[1]),
                        a -> {
                            for (int i = 0; i < a[1].length; i++) {
                                a[1][i] += a[0][rows[i / columns] * columns + i % columns];
                            }
                        },
                        table,
                        updated(rows.length, columns)));
    }

    private static void addScatter(
            List<OperationCase> cases, String name, int[] rows, int... size) {
        int columns = size[1];
        cases.add(
                OperationCase.of(
                        "scatterAddRows" + name,
                        0,
                        (backend, t) -> backend.scatterAddRows(t[0], rows, t[1]),
                        a -> {
                            for (int i = 0; i < a[0].length; i++) {
                                int row = rows[i / columns];
                                if (row >= 0) {
                                    int at = row * columns + i % columns;
                                    a[1][at] = (float) (a[1][at] + a[0][i]);
                                }
                            }
                        },
                        input(rows.length, columns),
                        updated(size)));
    }
}
