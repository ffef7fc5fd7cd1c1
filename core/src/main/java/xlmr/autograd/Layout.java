package xlmr.autograd;

import java.util.Arrays;
import java.util.List;
import xlmr.backend.Backend;
import xlmr.tensor.Tensor;

/// Operations that arrange rows and columns anew, for heads of one's own: with gradients like those
/// of [Ops].
///
/// They need no primitive of their own. Columns from a multiple of g to a multiple of g are rows of
/// the same numbers seen as a table of g columns, and rows are what backends gather and scatter.
public final class Layout {
    private Layout() {}

    /// The same numbers under another shape of as many elements.
    public static Tensor reshape(Ops ops, Tensor input, int... sizes) {
        Tensor output = input.reshape(sizes); // [as asked]
        if (ops.records(input)) {
            ops.record(new ReshapeNode(input, output));
        }
        return output;
    }

    /// factor input.
    public static Tensor scale(Ops ops, Tensor input, float factor) {
        Tensor output = ops.take(input.shape().sizes()); // [as the input]
        ops.backend().fill(output, 0);
        ops.backend().addScaled(input, factor, output);
        if (ops.records(input)) {
            ops.record(new ScaleNode(input, factor, output));
        }
        return output;
    }

    /// Some columns. `[N, C] -> [N, columns]`
    ///
    /// @param from the first of them
    public static Tensor sliceColumns(Ops ops, Tensor input, int from, int columns) {
        int all = input.size(1);
        if (from < 0 || columns < 1 || from + columns > all) {
            throw new IllegalArgumentException(
                    "sliceColumns: expected columns within 0..%d, found %d of them from %d"
                            .formatted(all - 1, columns, from));
        }
        int width = greatestDivisor(greatestDivisor(all, columns), from);
        int[] rows = blocks(input.size(0), all, from, columns, width);
        Tensor output = ops.take(input.size(0), columns); // [N, columns]
        ops.backend().gatherRows(table(input, width), rows, table(output, width));
        if (ops.records(input)) {
            ops.record(new SliceColumnsNode(input, rows, width, output));
        }
        return output;
    }

    /// Tensors of as many rows side by side. `[N, C1], [N, C2], ... -> [N, C1 + C2 + ...]`
    public static Tensor concatColumns(Ops ops, List<Tensor> inputs) {
        int count = inputs.getFirst().size(0);
        int all = 0;
        int width = 0;
        for (Tensor input : inputs) {
            if (input.size(0) != count) {
                throw new IllegalArgumentException(
                        "concatColumns: expected %d rows in all, found %s"
                                .formatted(count, input.shape()));
            }
            all += input.size(1);
            width = greatestDivisor(input.size(1), width);
        }
        Tensor output = ops.zeros(count, all); // [N, C1 + C2 + ...]
        int from = 0;
        for (Tensor input : inputs) {
            int[] rows = blocks(count, all, from, input.size(1), width);
            ops.backend().scatterAddRows(table(input, width), rows, table(output, width));
            from += input.size(1);
        }
        if (inputs.stream().anyMatch(ops::records)) {
            ops.record(new ConcatColumnsNode(List.copyOf(inputs), width, output));
        }
        return output;
    }

    /// Rows of several tensors put into their places; other rows are 0. `[N1, C], [N2, C], ... ->
    /// [N, C]`
    ///
    /// @param places of each tensor, the row of the result for each of its rows
    /// @param count N
    public static Tensor placeRows(Ops ops, List<Tensor> parts, List<int[]> places, int count) {
        Tensor output = ops.zeros(count, parts.getFirst().size(1)); // [N, C]
        for (int i = 0; i < parts.size(); i++) {
            ops.backend().scatterAddRows(parts.get(i), places.get(i), output);
        }
        if (parts.stream().anyMatch(ops::records)) {
            ops.record(new PlaceRowsNode(List.copyOf(parts), List.copyOf(places), output));
        }
        return output;
    }

    /// Each row with its neighbours within the sequence side by side, zeros where there are none:
    /// what a convolution over tokens multiplies with. `[N, C] -> [N, width C]`
    ///
    /// @param starts `[B + 1]` where each sequence begins, and N
    /// @param width neighbours, the row itself among them; of an even number one more is after it
    public static Tensor windows(Ops ops, Tensor input, int[] starts, int width) {
        ReduceSegmentsNode.check(input, starts);
        int count = input.size(0);
        int columns = input.size(1);
        int before = (width - 1) / 2;
        int[] sources = new int[count * width];
        Arrays.fill(sources, -1);
        Tensor output = ops.zeros(count, width * columns); // [N, width C]
        for (int k = 0; k < width; k++) {
            int[] targets = new int[count];
            Arrays.fill(targets, -1);
            for (int b = 0; b + 1 < starts.length; b++) {
                for (int n = starts[b]; n < starts[b + 1]; n++) {
                    int source = n + k - before;
                    if (source >= starts[b] && source < starts[b + 1]) {
                        targets[source] = n * width + k;
                        sources[n * width + k] = source;
                    }
                }
            }
            ops.backend().scatterAddRows(input, targets, table(output, columns));
        }
        if (ops.records(input)) {
            ops.record(new WindowsNode(input, sources, output));
        }
        return output;
    }

    private static Tensor table(Tensor tensor, int columns) {
        return tensor.reshape(tensor.shape().elements() / columns, columns);
    }

    /// Rows, of the table of `width` columns, that columns of a tensor are.
    private static int[] blocks(int count, int all, int from, int columns, int width) {
        int each = columns / width;
        int[] rows = new int[count * each];
        for (int n = 0; n < count; n++) {
            for (int i = 0; i < each; i++) {
                rows[n * each + i] = (n * all + from) / width + i;
            }
        }
        return rows;
    }

    private static int greatestDivisor(int a, int b) {
        return b == 0 ? a : greatestDivisor(b, a % b);
    }

    /// dX += dY.
    private record ReshapeNode(Tensor input, Tensor output) implements Node {
        @Override
        public List<Tensor> reads() {
            return List.of();
        }

        @Override
        public void backward(Tape tape, Tensor dOutput) {
            Tensor dInput = tape.gradient(input); // [as the input]
            if (dInput != null) {
                tape.backend().addScaled(dOutput.reshape(input.shape().sizes()), 1, dInput);
            }
        }
    }

    /// dX += factor dY.
    private record ScaleNode(Tensor input, float factor, Tensor output) implements Node {
        @Override
        public List<Tensor> reads() {
            return List.of();
        }

        @Override
        public void backward(Tape tape, Tensor dOutput) {
            Tensor dInput = tape.gradient(input); // [as the input]
            if (dInput != null) {
                tape.backend().addScaled(dOutput, factor, dInput);
            }
        }
    }

    /// dX's columns += dY.
    private record SliceColumnsNode(Tensor input, int[] rows, int width, Tensor output)
            implements Node {
        @Override
        public List<Tensor> reads() {
            return List.of();
        }

        @Override
        public void backward(Tape tape, Tensor dOutput) {
            Tensor dInput = tape.gradient(input); // [N, C]
            if (dInput != null) {
                tape.backend().scatterAddRows(table(dOutput, width), rows, table(dInput, width));
            }
        }
    }

    /// dX1 += the first columns of dY, and so on.
    private record ConcatColumnsNode(List<Tensor> inputs, int width, Tensor output)
            implements Node {
        @Override
        public List<Tensor> reads() {
            return List.of();
        }

        @Override
        public void backward(Tape tape, Tensor dOutput) {
            Backend backend = tape.backend();
            int from = 0;
            for (Tensor input : inputs) {
                Tensor dInput = tape.gradient(input); // [N, Ci]
                if (dInput != null) {
                    int[] rows = blocks(input.size(0), output.size(1), from, input.size(1), width);
                    backend.addGatheredRows(table(dOutput, width), rows, table(dInput, width));
                }
                from += input.size(1);
            }
        }
    }

    /// dX1 += the rows of dY at its places, and so on.
    private record PlaceRowsNode(List<Tensor> parts, List<int[]> places, Tensor output)
            implements Node {
        @Override
        public List<Tensor> reads() {
            return List.of();
        }

        @Override
        public void backward(Tape tape, Tensor dOutput) {
            for (int i = 0; i < parts.size(); i++) {
                Tensor dPart = tape.gradient(parts.get(i)); // [Ni, C]
                if (dPart != null) {
                    tape.backend().addGatheredRows(dOutput, places.get(i), dPart);
                }
            }
        }
    }

    /// dX[n] += the places of dY where row n went.
    private record WindowsNode(Tensor input, int[] sources, Tensor output) implements Node {
        @Override
        public List<Tensor> reads() {
            return List.of();
        }

        @Override
        public void backward(Tape tape, Tensor dOutput) {
            Tensor dInput = tape.gradient(input); // [N, C]
            if (dInput != null) {
                tape.backend().scatterAddRows(table(dOutput, input.size(1)), sources, dInput);
            }
        }
    }
}
