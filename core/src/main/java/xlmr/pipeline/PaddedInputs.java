package xlmr.pipeline;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import xlmr.checkpoint.Checkpoint;
import xlmr.checkpoint.CheckpointException;
import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;
import xlmr.tensor.TokenBatch;

/// A padded `[B, T]` batch as other programs make it, and the packed batch that is computed
/// instead: tokens whose mask is 0 are left out. Results go back to the padded layout, with 0 where
/// nothing was computed.
final class PaddedInputs {
    private final int rows;
    private final int columns;
    private final int[] places;
    private final TokenBatch tokens;
    private final float @Nullable [] vectors;
    private final int vectorColumns;

    private PaddedInputs(
            int rows,
            int columns,
            int[] places,
            TokenBatch tokens,
            float @Nullable [] vectors,
            int vectorColumns) {
        this.rows = rows;
        this.columns = columns;
        this.places = places;
        this.tokens = tokens;
        this.vectors = vectors;
        this.vectorColumns = vectorColumns;
    }

    /// Reads `inputs.input_ids` or `inputs.inputs_embeds`, and where they are there
    /// `attention_mask`, `position_ids`, `token_type_ids`.
    ///
    /// @throws CheckpointException if shapes do not fit, or a row is masked altogether
    static PaddedInputs read(Checkpoint inputs, int padId) {
        boolean embedded = !inputs.contains("inputs.input_ids");
        String first = embedded ? "inputs.inputs_embeds" : "inputs.input_ids";
        long[] shape = inputs.info(first).shape();
        if (shape.length != (embedded ? 3 : 2) || shape[0] < 1 || shape[1] < 1) {
            throw bad(
                    inputs,
                    first,
                    "expected %s, found %s"
                            .formatted(embedded ? "[B, T, C]" : "[B, T]", Arrays.toString(shape)));
        }
        int rows = (int) shape[0];
        int columns = (int) shape[1];
        int[] ids = embedded ? new int[rows * columns] : integers(inputs, first, rows, columns);
        boolean[] mask = mask(inputs, rows, columns);
        int[] positions = positions(inputs, ids, rows, columns, padId, embedded);
        int[] types =
                inputs.contains("inputs.token_type_ids")
                        ? integers(inputs, "inputs.token_type_ids", rows, columns)
                        : new int[ids.length];
        int[] starts = new int[rows + 1];
        int[] places = new int[ids.length];
        int n = 0;
        for (int b = 0; b < rows; b++) {
            for (int t = 0; t < columns; t++) {
                if (mask[b * columns + t]) {
                    places[n++] = b * columns + t;
                }
            }
            if (n == starts[b]) {
                throw bad(
                        inputs,
                        "inputs.attention_mask",
                        "row %d masks every token: there is nothing to attend to".formatted(b));
            }
            starts[b + 1] = n;
        }
        places = Arrays.copyOf(places, n);
        TokenBatch tokens =
                new TokenBatch(
                        pick(ids, places), starts, pick(positions, places), pick(types, places));
        float[] vectors = embedded ? pick(inputs.tensor(first), places) : null;
        return new PaddedInputs(
                rows, columns, places, tokens, vectors, embedded ? (int) shape[2] : 0);
    }

    /// The packed batch.
    TokenBatch tokens() {
        return tokens;
    }

    /// B.
    int rows() {
        return rows;
    }

    /// `[N, C]` given in place of word embeddings, or null.
    @Nullable Tensor vectors() {
        return vectors == null
                ? null
                : Tensor.of(Shape.of(places.length, vectorColumns), vectors); // [N, C]
    }

    /// `[N, C] -> [B, T, C]`
    Tensor padded(Tensor packed) {
        int width = packed.size(1);
        float[] source = packed.toArray();
        float[] target = new float[rows * columns * width];
        for (int n = 0; n < places.length; n++) {
            System.arraycopy(source, n * width, target, places[n] * width, width);
        }
        return Tensor.of(Shape.of(rows, columns, width), target); // [B, T, C]
    }

    /// `[B, T, C] -> [N, C]`
    float[] packed(Tensor padded) {
        return pick(padded, places);
    }

    /// Per sequence `[H, T, T] -> [B, H, T, T]`
    Tensor paddedAttentions(Tensor probabilities, int heads) {
        float[] source = probabilities.toArray();
        float[] target = new float[rows * heads * columns * columns];
        int from = 0;
        for (int b = 0; b < rows; b++) {
            int start = tokens.starts()[b];
            int length = tokens.length(b);
            for (int h = 0; h < heads; h++) {
                for (int query = 0; query < length; query++) {
                    int row = places[start + query] - b * columns;
                    int to = ((b * heads + h) * columns + row) * columns;
                    for (int key = 0; key < length; key++) {
                        target[to + places[start + key] - b * columns] = source[from++];
                    }
                }
            }
        }
        return Tensor.of(Shape.of(rows, heads, columns, columns), target); // [B, H, T, T]
    }

    private static boolean[] mask(Checkpoint inputs, int rows, int columns) {
        boolean[] mask = new boolean[rows * columns];
        String name = "inputs.attention_mask";
        if (!inputs.contains(name)) {
            Arrays.fill(mask, true);
            return mask;
        }
        expect(inputs, name, rows, columns);
        if (inputs.info(name).dtype().isFloat()) {
            float[] values = inputs.tensor(name).toArray();
            for (int i = 0; i < mask.length; i++) {
                mask[i] = values[i] != 0;
            }
            return mask;
        }
        long[] values = inputs.integers(name);
        for (int i = 0; i < mask.length; i++) {
            mask[i] = values[i] != 0;
        }
        return mask;
    }

    /// Positions as given, else as the reference counts them over the whole padded row.
    private static int[] positions(
            Checkpoint inputs, int[] ids, int rows, int columns, int padId, boolean embedded) {
        if (inputs.contains("inputs.position_ids")) {
            return integers(inputs, "inputs.position_ids", rows, columns);
        }
        int[] positions = new int[ids.length];
        for (int b = 0; b < rows; b++) {
            int count = 0;
            for (int i = b * columns; i < (b + 1) * columns; i++) {
                boolean pad = !embedded && ids[i] == padId;
                positions[i] = pad ? padId : padId + ++count;
            }
        }
        return positions;
    }

    private static int[] integers(Checkpoint inputs, String name, int rows, int columns) {
        expect(inputs, name, rows, columns);
        long[] values = inputs.integers(name);
        int[] narrow = new int[values.length];
        for (int i = 0; i < values.length; i++) {
            if (values[i] < 0 || values[i] > Integer.MAX_VALUE) {
                throw bad(inputs, name, "element %d is %d".formatted(i, values[i]));
            }
            narrow[i] = (int) values[i];
        }
        return narrow;
    }

    private static void expect(Checkpoint inputs, String name, int rows, int columns) {
        long[] found = inputs.info(name).shape();
        if (!Arrays.equals(found, new long[] {rows, columns})) {
            throw bad(
                    inputs,
                    name,
                    "expected [%d, %d], found %s".formatted(rows, columns, Arrays.toString(found)));
        }
    }

    private static int[] pick(int[] values, int[] places) {
        int[] picked = new int[places.length];
        for (int n = 0; n < places.length; n++) {
            picked[n] = values[places[n]];
        }
        return picked;
    }

    private static float[] pick(Tensor padded, int[] places) {
        int width = padded.size(2);
        float[] source = padded.toArray();
        float[] picked = new float[places.length * width];
        for (int n = 0; n < places.length; n++) {
            System.arraycopy(source, places[n] * width, picked, n * width, width);
        }
        return picked;
    }

    private static CheckpointException bad(Checkpoint inputs, String name, String reason) {
        return new CheckpointException(inputs.file(name).toString(), name + ": " + reason);
    }
}
