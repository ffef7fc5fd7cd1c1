package xlmr.optim;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import xlmr.autograd.Parameter;
import xlmr.autograd.RowGradient;
import xlmr.backend.AdamWStep;
import xlmr.tensor.HostStorage;
import xlmr.tensor.MappedStorage;
import xlmr.tensor.Storage;

/// AdamW of an embedding table by row, with the result of the dense algorithm.
///
/// A dense step changes every row: those without a gradient decay, and move on by their momentum.
/// Here a row is left alone until it is needed, and then makes up all the steps it missed, each
/// with gradient 0, in order and in float32, so that its bits are those of dense AdamW. Rows that
/// never had a gradient have no moments, and only decay.
///
/// The table lies on the host: in an array, or in a private mapping of a file, of which only the
/// rows written become memory of the process. Moments exist for the rows touched so far.
final class RowAdamW {
    private final Storage table;
    private final int columns;
    private final int rows;
    private final int[] done;
    private final int[] slots;
    private int touched;
    private float[][] first = new float[256][];
    private float[][] second = new float[256][];
    private final float[] row;

    // What all updates so far had in common for every row; update number n is at n - 1.
    private final List<AdamWStep> history = new ArrayList<>();
    private float[] decays = new float[256];
    private float[] sizes = new float[256];
    private float[] corrections = new float[256];

    RowAdamW(Parameter parameter) {
        table = parameter.value().storage();
        columns = parameter.shape().size(1);
        rows = parameter.shape().size(0);
        done = new int[rows];
        slots = new int[rows];
        Arrays.fill(slots, -1);
        row = new float[columns];
    }

    /// Makes up the missed steps of some rows.
    void catchUp(int[] wanted) {
        for (int index : wanted) {
            catchUp(index, history.size());
        }
    }

    /// Makes up the missed steps of the whole table.
    void catchUpAll() {
        for (int index = 0; index < rows; index++) {
            catchUp(index, history.size());
        }
    }

    /// Rows as of the last step; those without moments stay as they are in the table.
    void read(int from, int count, float[] to) {
        table.read((long) from * columns, to, 0, count * columns);
        for (int i = 0; i < count; i++) {
            int index = from + i;
            if (slots[index] >= 0) {
                catchUp(index, history.size());
                table.read((long) index * columns, to, i * columns, columns);
            } else {
                decay(to, i * columns, done[index], history.size());
            }
        }
    }

    /// One more update, of the rows that have a gradient.
    void step(RowGradient gradient, float scale, AdamWStep step) {
        float[] values = gradient.values().toArray(); // [R, C]
        int number = history.size();
        for (int i = 0; i < gradient.count(); i++) {
            catchUp(gradient.touched(i), number);
        }
        remember(step);
        for (int i = 0; i < gradient.count(); i++) {
            int index = gradient.touched(i);
            if (slots[index] < 0) {
                addMoments(index);
            }
            load(index);
            update(values, i * columns, scale, first[slots[index]], second[slots[index]], step);
            store(index);
            done[index] = number + 1;
        }
    }

    private void remember(AdamWStep step) {
        int number = history.size();
        if (number == decays.length) {
            decays = Arrays.copyOf(decays, 2 * number);
            sizes = Arrays.copyOf(sizes, 2 * number);
            corrections = Arrays.copyOf(corrections, 2 * number);
        }
        decays[number] = step.decay();
        sizes[number] = step.stepSize();
        corrections[number] = step.correction();
        history.add(step);
    }

    private void catchUp(int index, int until) {
        if (done[index] >= until) {
            return;
        }
        load(index);
        if (slots[index] < 0) {
            decay(row, 0, done[index], until);
        } else {
            for (int number = done[index]; number < until; number++) {
                idle(first[slots[index]], second[slots[index]], number);
            }
        }
        store(index);
        done[index] = until;
    }

    /// One step of the loaded row with a gradient.
    private void update(float[] g, int at, float scale, float[] m, float[] v, AdamWStep step) {
        float[] p = row;
        float decay = step.decay();
        float beta1 = (float) step.beta1();
        float rest1 = (float) (1 - step.beta1());
        float beta2 = (float) step.beta2();
        float rest2 = (float) (1 - step.beta2());
        float size = step.stepSize();
        float correction = step.correction();
        float epsilon = (float) step.epsilon();
        for (int c = 0; c < p.length; c++) {
            float gradient = g[at + c] * scale;
            m[c] = beta1 * m[c] + rest1 * gradient;
            v[c] = beta2 * v[c] + rest2 * gradient * gradient;
            p[c] = p[c] * decay - size * m[c] / ((float) Math.sqrt(v[c]) / correction + epsilon);
        }
    }

    /// Step `number` of the loaded row with gradient 0.
    private void idle(float[] m, float[] v, int number) {
        float[] p = row;
        AdamWStep step = history.get(number);
        float decay = decays[number];
        float beta1 = (float) step.beta1();
        float beta2 = (float) step.beta2();
        float size = sizes[number];
        float correction = corrections[number];
        float epsilon = (float) step.epsilon();
        for (int c = 0; c < p.length; c++) {
            m[c] *= beta1;
            v[c] *= beta2;
            p[c] = p[c] * decay - size * m[c] / ((float) Math.sqrt(v[c]) / correction + epsilon);
        }
    }

    /// Steps `from` to `until` of one row without moments.
    private void decay(float[] values, int at, int from, int until) {
        for (int number = from; number < until; number++) {
            float decay = decays[number];
            for (int c = at; c < at + columns; c++) {
                values[c] *= decay;
            }
        }
    }

    private void addMoments(int index) {
        if (touched == first.length) {
            first = Arrays.copyOf(first, 2 * touched);
            second = Arrays.copyOf(second, 2 * touched);
        }
        first[touched] = new float[columns];
        second[touched] = new float[columns];
        slots[index] = touched++;
    }

    private void load(int index) {
        table.read((long) index * columns, row, 0, columns);
    }

    private void store(int index) {
        long at = (long) index * columns;
        switch (table) {
            case HostStorage host -> System.arraycopy(row, 0, host.values(), (int) at, columns);
            case MappedStorage mapped -> mapped.write(at, row, 0, columns);
            default ->
                    throw new IllegalStateException(
                            "row-wise AdamW: expected a table on the host, found " + table);
        }
    }
}
