package xlmr.optim;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import xlmr.autograd.Parameter;
import xlmr.autograd.RowGradient;
import xlmr.backend.AdamWStep;
import xlmr.backend.Backend;
import xlmr.backend.MissedSteps;
import xlmr.backend.RowMoments;
import xlmr.checkpoint.Checkpoint;
import xlmr.checkpoint.CheckpointException;
import xlmr.checkpoint.SafetensorsWriter;
import xlmr.tensor.DType;
import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;

/// AdamW of an embedding table by row, with the result of the dense algorithm.
///
/// A dense step changes every row: those without a gradient decay, and move on by their momentum.
/// Here a row is left alone until it is needed, and then makes up all the steps it missed, each
/// with gradient 0, in order and in float32, so that its bits are those of dense AdamW. Rows that
/// never had a gradient have no moments, and only decay.
///
/// Where the numbers lie is the backend's business ([xlmr.backend.RowUpdates]); here is which rows
/// have had which updates. Moments exist for the rows touched so far.
final class RowAdamW {
    private final String name;
    private final AdamWSettings settings;
    private final Backend backend;
    private final Tensor table;
    private final int columns;
    private final int rows;
    private final int[] done;
    private final int[] slots;
    private final RowMoments moments = new RowMoments();
    private int touched;

    // What all updates so far had in common for every row; update number n is at n - 1.
    private int updates;
    private float[] decays = new float[256];
    private float[] sizes = new float[256];
    private float[] corrections = new float[256];

    RowAdamW(Backend backend, Parameter parameter, AdamWSettings settings) {
        this.backend = backend;
        this.settings = settings;
        name = parameter.name();
        table = parameter.value();
        columns = parameter.shape().size(1);
        rows = parameter.shape().size(0);
        done = new int[rows];
        slots = new int[rows];
        Arrays.fill(slots, -1);
    }

    /// Makes up the missed steps of some rows.
    void catchUp(int[] wanted) {
        int[] late = new int[wanted.length];
        int[] slotsOfLate = new int[wanted.length];
        int[] from = new int[wanted.length];
        int count = 0;
        for (int index : wanted) {
            if (done[index] < updates) {
                late[count] = index;
                slotsOfLate[count] = slots[index];
                from[count++] = done[index];
                done[index] = updates;
            }
        }
        if (count > 0) {
            backend.catchUpRows(
                    table,
                    moments,
                    new MissedSteps(
                            Arrays.copyOf(late, count),
                            Arrays.copyOf(slotsOfLate, count),
                            Arrays.copyOf(from, count),
                            updates,
                            decays,
                            sizes,
                            corrections,
                            (float) settings.beta1(),
                            (float) settings.beta2(),
                            (float) settings.epsilon()));
        }
    }

    /// Makes up the missed steps of the whole table.
    void catchUpAll() {
        int[] all = new int[rows];
        Arrays.setAll(all, index -> index);
        catchUp(all);
    }

    /// Rows as of the last step; those without moments stay as they are in the table.
    void read(int from, int count, float[] to) {
        catchUp(IntStream.range(from, from + count).filter(index -> slots[index] >= 0).toArray());
        table.storage().read((long) from * columns, to, 0, count * columns);
        for (int i = 0; i < count; i++) {
            if (slots[from + i] < 0) {
                decay(to, i * columns, done[from + i], updates);
            }
        }
    }

    /// One more update, of the rows that have a gradient.
    void step(RowGradient gradient, float scale, AdamWStep step) {
        int count = gradient.count();
        int[] changed = new int[count];
        int[] slotsOfChanged = new int[count];
        Arrays.setAll(changed, gradient::touched);
        catchUp(changed);
        remember(step);
        for (int i = 0; i < count; i++) {
            int index = changed[i];
            if (slots[index] < 0) {
                slots[index] = touched++;
            }
            slotsOfChanged[i] = slots[index];
            done[index] = updates;
        }
        moments.reserve(backend, touched, columns);
        if (count > 0) {
            backend.adamWRows(
                    table, moments, changed, slotsOfChanged, gradient.values(), scale, step);
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

    /// Steps `from` to `until` of one row without moments.
    private void decay(float[] values, int at, int from, int until) {
        for (int number = from; number < until; number++) {
            float decay = decays[number];
            for (int c = at; c < at + columns; c++) {
                values[c] *= decay;
            }
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
                        (from, count, target) ->
                                rows(Arrays.copyOfRange(bySlot, from, from + count), target))
                .addRows(
                        name + ".exp_avg",
                        DType.F32,
                        shape,
                        (from, count, to) ->
                                RowMoments.read(moments.first(), columns, from, count, to))
                .addRows(
                        name + ".exp_avg_sq",
                        DType.F32,
                        shape,
                        (from, count, to) ->
                                RowMoments.read(moments.second(), columns, from, count, to))
                .add(name + ".decay", history(decays))
                .add(name + ".step_size", history(sizes))
                .add(name + ".correction", history(corrections));
    }

    /// Copies rows of the table, in one reading.
    private void rows(int[] wanted, float[] target) {
        Tensor some = backend.allocate(Shape.of(wanted.length, columns)); // [R, C]
        backend.gatherRows(table, wanted, some);
        some.storage().read(0, target, 0, wanted.length * columns);
        backend.release(some.storage());
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
        int[] known = new int[indices.length];
        for (int i = 0; i < indices.length; i++) {
            require(
                    file,
                    indices[i] >= 0 && indices[i] < rows && slots[(int) indices[i]] < 0,
                    "row %d is not in the table or occurs twice".formatted(indices[i]));
            require(file, until[i] >= 0 && until[i] <= updates, "a row is ahead of the run");
            known[i] = (int) indices[i];
            slots[known[i]] = touched++;
            done[known[i]] = (int) until[i];
        }
        moments.reserve(backend, touched, columns);
        restore(firsts, moments.first());
        restore(seconds, moments.second());
        int some = RowMoments.BLOCK;
        for (int from = 0; from < known.length; from += some) {
            int[] part = Arrays.copyOfRange(known, from, Math.min(known.length, from + some));
            float[] rowsOfPart = new float[part.length * columns];
            values.storage().read((long) from * columns, rowsOfPart, 0, rowsOfPart.length);
            backend.putRows(rowsOfPart, part, table);
        }
    }

    /// Brings moments back to their slots.
    private void restore(Tensor saved, List<Tensor> blocks) {
        int block = RowMoments.BLOCK * columns;
        for (int i = 0; i < blocks.size(); i++) {
            float[] values = new float[block]; // zeros in the slots that nobody has yet
            int count = Math.min(block, saved.shape().elements() - i * block);
            saved.storage().read((long) i * block, values, 0, count);
            backend.write(values, blocks.get(i));
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
