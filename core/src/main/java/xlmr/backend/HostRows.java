package xlmr.backend;

import xlmr.tensor.HostStorage;
import xlmr.tensor.MappedStorage;
import xlmr.tensor.Storage;
import xlmr.tensor.Tensor;

/// [RowUpdates] in plain loops, in float32, so that rows have the bits of dense AdamW.
final class HostRows {
    private final Storage table;
    private final RowMoments moments;
    private final float[] row;

    HostRows(Tensor table, RowMoments moments) {
        this.table = table.storage();
        this.moments = moments;
        this.row = new float[table.size(-1)];
    }

    void catchUp(MissedSteps steps) {
        for (int i = 0; i < steps.rows().length; i++) {
            load(steps.rows()[i]);
            int slot = steps.slots()[i];
            for (int number = steps.from()[i]; number < steps.until(); number++) {
                if (slot < 0) {
                    decay(steps.decays()[number]);
                } else {
                    idle(slot, steps, number);
                }
            }
            store(steps.rows()[i]);
        }
    }

    private void decay(float factor) {
        for (int c = 0; c < row.length; c++) {
            row[c] *= factor;
        }
    }

    /// An update of the loaded row with gradient 0.
    private void idle(int slot, MissedSteps steps, int number) {
        float[] m = values(moments.first().get(slot / RowMoments.BLOCK));
        float[] v = values(moments.second().get(slot / RowMoments.BLOCK));
        int at = slot % RowMoments.BLOCK * row.length;
        float decay = steps.decays()[number];
        float beta1 = steps.beta1();
        float beta2 = steps.beta2();
        float size = steps.sizes()[number];
        float correction = steps.corrections()[number];
        float epsilon = steps.epsilon();
        for (int c = 0; c < row.length; c++) {
            m[at + c] *= beta1;
            v[at + c] *= beta2;
            float root = (float) Math.sqrt(v[at + c]);
            row[c] = row[c] * decay - size * m[at + c] / (root / correction + epsilon);
        }
    }

    void update(int[] rows, int[] slots, Tensor gradients, float gradientScale, AdamWStep step) {
        float[] g = gradients.toArray(); // [R, C]
        for (int i = 0; i < rows.length; i++) {
            load(rows[i]);
            update(slots[i], g, i * row.length, gradientScale, step);
            store(rows[i]);
        }
    }

    private void update(int slot, float[] g, int from, float scale, AdamWStep step) {
        float[] m = values(moments.first().get(slot / RowMoments.BLOCK));
        float[] v = values(moments.second().get(slot / RowMoments.BLOCK));
        int at = slot % RowMoments.BLOCK * row.length;
        float decay = step.decay();
        float beta1 = (float) step.beta1();
        float rest1 = (float) (1 - step.beta1());
        float beta2 = (float) step.beta2();
        float rest2 = (float) (1 - step.beta2());
        float size = step.stepSize();
        float correction = step.correction();
        float epsilon = (float) step.epsilon();
        for (int c = 0; c < row.length; c++) {
            float gradient = g[from + c] * scale;
            m[at + c] = beta1 * m[at + c] + rest1 * gradient;
            v[at + c] = beta2 * v[at + c] + rest2 * gradient * gradient;
            float root = (float) Math.sqrt(v[at + c]);
            row[c] = row[c] * decay - size * m[at + c] / (root / correction + epsilon);
        }
    }

    void put(float[] values, int[] rows) {
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(values, i * row.length, row, 0, row.length);
            store(rows[i]);
        }
    }

    private static float[] values(Tensor block) {
        if (block.storage() instanceof HostStorage host) {
            return host.values();
        }
        throw new IllegalStateException(
                "row-wise AdamW: expected moments on the host, found " + block.storage());
    }

    private void load(int index) {
        table.read((long) index * row.length, row, 0, row.length);
    }

    private void store(int index) {
        long at = (long) index * row.length;
        switch (table) {
            case HostStorage host -> System.arraycopy(row, 0, host.values(), (int) at, row.length);
            case MappedStorage mapped -> mapped.write(at, row, 0, row.length);
            default ->
                    throw new IllegalStateException(
                            "row-wise AdamW: expected a table on the host, found " + table);
        }
    }
}
