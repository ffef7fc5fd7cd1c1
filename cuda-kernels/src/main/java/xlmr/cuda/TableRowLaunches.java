package xlmr.cuda;

import java.util.Arrays;
import java.util.List;
import xlmr.backend.AdamWStep;
import xlmr.backend.MissedSteps;
import xlmr.backend.RowMoments;
import xlmr.tensor.Tensor;

/// The launches that update a table row by row.
record TableRowLaunches(Operation operation) {
    void catchUp(Tensor table, RowMoments moments, MissedSteps steps) {
        int first = Arrays.stream(steps.from()).min().orElse(steps.until());
        int count = steps.until() - first;
        // What was before the first that anybody missed need not go to the device.
        float[] history = new float[3 * count];
        System.arraycopy(steps.decays(), first, history, 0, count);
        System.arraycopy(steps.sizes(), first, history, count, count);
        System.arraycopy(steps.corrections(), first, history, 2 * count, count);
        int[] from = Arrays.stream(steps.from()).map(number -> number - first).toArray();
        operation.rows(
                "catchUpRows",
                steps.rows().length,
                Operation.ROW_THREADS,
                table,
                operation.upload(steps.rows()),
                operation.upload(steps.slots()),
                operation.upload(from),
                count,
                places(moments.first()),
                places(moments.second()),
                operation.upload(history),
                steps.beta1(),
                steps.beta2(),
                steps.epsilon(),
                table.size(-1));
    }

    void adamW(
            Tensor table,
            RowMoments moments,
            int[] rows,
            int[] slots,
            Tensor gradients,
            float gradientScale,
            AdamWStep step) {
        operation.rows(
                "adamWRows",
                rows.length,
                Operation.ROW_THREADS,
                table,
                operation.upload(rows),
                operation.upload(slots),
                gradients,
                places(moments.first()),
                places(moments.second()),
                gradientScale,
                (float) step.beta1(),
                (float) (1 - step.beta1()),
                (float) step.beta2(),
                (float) (1 - step.beta2()),
                (float) step.epsilon(),
                step.decay(),
                step.stepSize(),
                step.correction(),
                table.size(-1));
    }

    void put(float[] values, int[] rows, Tensor table) {
        operation.rows(
                "putRows",
                rows.length,
                Operation.ROW_THREADS,
                operation.upload(values),
                operation.upload(rows),
                table,
                table.size(-1));
    }

    /// Where the blocks of slots lie.
    private DevicePointer places(List<Tensor> blocks) {
        int[] halves = new int[2 * blocks.size()];
        for (int i = 0; i < blocks.size(); i++) {
            long address = operation.pointer(blocks.get(i)).address();
            halves[2 * i] = (int) address;
            halves[2 * i + 1] = (int) (address >>> 32);
        }
        return operation.upload(halves);
    }
}
