package xlmr.optim;

import java.util.Arrays;
import xlmr.autograd.Parameter;
import xlmr.autograd.RowGradient;
import xlmr.backend.AdamWStep;
import xlmr.checkpoint.Checkpoint;
import xlmr.checkpoint.CheckpointException;
import xlmr.checkpoint.SafetensorsWriter;
import xlmr.tensor.DType;
import xlmr.tensor.HostStorage;
import xlmr.tensor.MappedStorage;
import xlmr.tensor.Shape;
import xlmr.tensor.Storage;
import xlmr.tensor.Tensor;

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
    private final String name;
    private final AdamWSettings settings;
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
    private int updates;
    private float[] decays = new float[256];
    private float[] sizes = new float[256];
    private float[] corrections = new float[256];

    RowAdamW(Parameter parameter, AdamWSettings settings) {
        this.settings = settings;
        name = parameter.name();
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
            catchUp(index, updates);
        }
    }

    /// Makes up the missed steps of the whole table.
    void catchUpAll() {
        for (int index = 0; index < rows; index++) {
            catchUp(index, updates);
        }
    }

    /// Rows as of the last step; those without moments stay as they are in the table.
    void read(int from, int count, float[] to) {
        table.read((long) from * columns, to, 0, count * columns);
        for (int i = 0; i < count; i++) {
            int index = from + i;
            if (slots[index] >= 0) {
                catchUp(index, updates);
                table.read((long) index * columns, to, i * columns, columns);
            } else {
                decay(to, i * columns, done[index], updates);
            }
        }
    }

    /// One more update, of the rows that have a gradient.
    void step(RowGradient gradient, float scale, AdamWStep step) {
        float[] values = gradient.values().toArray(); // [R, C]
        int number = updates;
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
        int number = updates;
        if (number == decays.length) {
            growHistory(2 * number);
        }
        decays[number] = step.decay();
        sizes[number] = step.stepSize();
        corrections[number] = step.correction();
        updates++;
    }

    private void growHistory(int length) {
        decays = Arrays.copyOf(decays, length);
        sizes = Arrays.copyOf(sizes, length);
        corrections = Arrays.copyOf(corrections, length);
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
        float decay = decays[number];
        float beta1 = (float) settings.beta1();
        float beta2 = (float) settings.beta2();
        float size = sizes[number];
        float correction = corrections[number];
        float epsilon = (float) settings.epsilon();
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

    /// Declares the state as arrays of a file. Rows that never had a gradient are not among them:
    /// they are made again of the table that training began with and of the history.
    void addTo(SafetensorsWriter writer) {
        int[] bySlot = new int[touched];
        for (int index = 0; index < rows; index++) {
            if (slots[index] >= 0) {
                bySlot[slots[index]] = index;
            }
        }
        long[] indices = Arrays.stream(bySlot).asLongStream().toArray();
        long[] until = Arrays.stream(bySlot).mapToLong(index -> done[index]).toArray();
        Shape shape = Shape.of(touched, columns);
        writer.addIntegers(name + ".rows", Shape.of(touched), indices)
                .addIntegers(name + ".rows_step", Shape.of(touched), until)
                .addRows(
                        name + ".rows_value",
                        DType.F32,
                        shape,
                        (from, count, target) -> {
                            for (int i = 0; i < count; i++) {
                                long at = (long) bySlot[from + i] * columns;
                                table.read(at, target, i * columns, columns);
                            }
                        })
                .addRows(name + ".exp_avg", DType.F32, shape, (f, n, to) -> rows(first, f, n, to))
                .addRows(
                        name + ".exp_avg_sq",
                        DType.F32,
                        shape,
                        (f, n, to) -> rows(second, f, n, to))
                .add(name + ".decay", history(decays))
                .add(name + ".step_size", history(sizes))
                .add(name + ".correction", history(corrections));
    }

    private void rows(float[][] of, int from, int count, float[] target) {
        for (int i = 0; i < count; i++) {
            System.arraycopy(of[from + i], 0, target, i * columns, columns);
        }
    }

    private Tensor history(float[] numbers) {
        return Tensor.of(Shape.of(updates), Arrays.copyOf(numbers, updates)); // [S]
    }

    /// Takes over the state that [#addTo] declared, and the rows of the table that it has. This
    /// object and its table have to be as they were before the first update.
    ///
    /// @throws CheckpointException if arrays are missing or do not fit the table
    void restore(Checkpoint file) {
        float[] decayed = file.floats(name + ".decay");
        growHistory(Math.max(256, decayed.length));
        updates = decayed.length;
        System.arraycopy(decayed, 0, decays, 0, updates);
        copy(file, ".step_size", sizes);
        copy(file, ".correction", corrections);
        long[] indices = file.integers(name + ".rows");
        long[] until = file.integers(name + ".rows_step");
        Tensor values = rows(file, ".rows_value", indices.length); // [R, C]
        Tensor firsts = rows(file, ".exp_avg", indices.length); // [R, C]
        Tensor seconds = rows(file, ".exp_avg_sq", indices.length); // [R, C]
        require(file, until.length == indices.length, "rows and their steps differ in number");
        for (int i = 0; i < indices.length; i++) {
            require(
                    file,
                    indices[i] >= 0 && indices[i] < rows && slots[(int) indices[i]] < 0,
                    "row %d is not in the table or occurs twice".formatted(indices[i]));
            require(file, until[i] >= 0 && until[i] <= updates, "a row is ahead of the run");
            int index = (int) indices[i];
            addMoments(index);
            long at = (long) i * columns;
            firsts.storage().read(at, first[slots[index]], 0, columns);
            seconds.storage().read(at, second[slots[index]], 0, columns);
            values.storage().read(at, row, 0, columns);
            store(index);
            done[index] = (int) until[i];
        }
    }

    private Tensor rows(Checkpoint file, String what, int count) {
        Tensor found = file.tensor(name + what);
        require(
                file,
                found.shape().equals(Shape.of(count, columns)),
                "%s of shape %s, expected [%d, %d]".formatted(what, found.shape(), count, columns));
        return found; // [R, C]
    }

    private void copy(Checkpoint file, String what, float[] to) {
        float[] numbers = file.floats(name + what);
        require(file, numbers.length == updates, what + " of another number of steps");
        System.arraycopy(numbers, 0, to, 0, updates);
    }

    private void require(Checkpoint file, boolean holds, String problem) {
        if (!holds) {
            throw new CheckpointException(
                    file.file(name + ".rows").toString(), name + ": " + problem);
        }
    }
}
