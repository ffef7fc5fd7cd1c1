package xlmr.pipeline;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import xlmr.backend.AttentionShape;
import xlmr.checkpoint.Checkpoint;
import xlmr.checkpoint.CheckpointException;
import xlmr.model.AttentionScope;
import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;
import xlmr.tensor.TokenBatch;

/// A padded `[B, T]` batch as other programs make it, and the packed batch that is computed
/// instead: tokens whose mask is 0 are left out, or computed without being attended to. Results go
/// back to the padded layout, with 0 where nothing was computed.
///
/// Choices `[B, choices, T]` are so many rows.
final class PaddedInputs {
    private final int rows;
    private final int columns;
    private final int choices;
    private final int[] places;
    private final int[] seen;
    private final int[] seenStarts;
    private final TokenBatch tokens;
    private final float @Nullable [] vectors;
    private final int vectorColumns;

    /// @param places of the tokens in the padded layout
    /// @param seen the tokens that can be attended to
    private PaddedInputs(
            Size size,
            int[] places,
            int[] seen,
            int[] seenStarts,
            TokenBatch tokens,
            float @Nullable [] vectors) {
        this.rows = size.rows;
        this.columns = size.columns;
        this.choices = size.choices;
        this.places = places;
        this.seen = seen;
        this.seenStarts = seenStarts;
        this.tokens = tokens;
        this.vectors = vectors;
        this.vectorColumns = size.vectorColumns;
    }

    private record Size(int rows, int columns, int choices, int vectorColumns) {}

    /// Reads `inputs.input_ids` or `inputs.inputs_embeds`, and where they are there
    /// `attention_mask`, `position_ids`, `token_type_ids`.
    ///
    /// @param keepMasked whether tokens whose mask is 0 are computed, too
    /// @throws CheckpointException if shapes do not fit, or a row is masked altogether
    static PaddedInputs read(Checkpoint inputs, int padId, boolean keepMasked) {
        boolean embedded = !inputs.contains("inputs.input_ids");
        String first = embedded ? "inputs.inputs_embeds" : "inputs.input_ids";
        Size size = size(inputs, first, embedded);
        int rows = size.rows;
        int columns = size.columns;
        int[] ids = embedded ? new int[rows * columns] : integers(inputs, first, rows, columns);
        boolean[] mask = mask(inputs, rows, columns);
        int[] positions = positions(inputs, ids, rows, columns, padId, embedded);
        int[] types =
                inputs.contains("inputs.token_type_ids")
                        ? integers(inputs, "inputs.token_type_ids", rows, columns)
                        : new int[ids.length];
        int[] starts = new int[rows + 1];
        int[] places = new int[ids.length];
        int[] seen = new int[ids.length];
        int[] seenStarts = new int[rows + 1];
        int n = 0;
        int m = 0;
        for (int b = 0; b < rows; b++) {
            for (int place = b * columns; place < (b + 1) * columns; place++) {
                if (mask[place]) {
                    seen[m++] = n;
                }
                if (mask[place] || keepMasked) {
                    places[n++] = place;
                }
            }
            if (m == seenStarts[b]) {
                throw bad(
                        inputs,
                        "inputs.attention_mask",
                        "row %d masks every token: there is nothing to attend to".formatted(b));
            }
            starts[b + 1] = n;
            seenStarts[b + 1] = m;
        }
        places = Arrays.copyOf(places, n);
        TokenBatch tokens =
                new TokenBatch(
                        pick(ids, places), starts, pick(positions, places), pick(types, places));
        float[] vectors = embedded ? pick(inputs.tensor(first), places) : null;
        return new PaddedInputs(size, places, Arrays.copyOf(seen, m), seenStarts, tokens, vectors);
    }

    private static Size size(Checkpoint inputs, String name, boolean embedded) {
        long[] shape = inputs.info(name).shape();
        int rank = shape.length - (embedded ? 1 : 0);
        boolean hasChoices = rank == 3;
        if (rank < 2 || rank > 3 || Arrays.stream(shape).anyMatch(axis -> axis < 1)) {
            throw bad(
                    inputs,
                    name,
                    "expected %s, found %s"
                            .formatted(
                                    embedded ? "[B, T, C]" : "[B, T] or [B, choices, T]",
                                    Arrays.toString(shape)));
        }
        int choices = hasChoices ? (int) shape[1] : 1;
        return new Size(
                (int) shape[0] * choices,
                (int) shape[hasChoices ? 2 : 1],
                choices,
                embedded ? (int) shape[shape.length - 1] : 0);
    }

    /// The packed batch.
    TokenBatch tokens() {
        return tokens;
    }

    /// What its tokens attend to.
    AttentionScope scope(int heads, boolean causal) {
        if (seen.length == places.length) {
            return AttentionScope.of(tokens, heads, causal);
        }
        return new AttentionScope.SomeTokens(
                seen, new AttentionShape(tokens.starts(), seenStarts, heads, causal));
    }

    /// B, or B times the choices.
    int rows() {
        return rows;
    }

    /// T.
    int columns() {
        return columns;
    }

    /// Choices of each question; 1 where there are none.
    int choices() {
        return choices;
    }

    /// The places in the padded layout of one row's tokens.
    int[] placesOf(int row) {
        return Arrays.copyOfRange(places, tokens.starts()[row], tokens.starts()[row + 1]);
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

    /// One column of `[N, K] -> [B, T]`
    Tensor paddedColumn(Tensor packed, int column) {
        int width = packed.size(1);
        float[] source = packed.toArray();
        float[] target = new float[rows * columns];
        for (int n = 0; n < places.length; n++) {
            target[places[n]] = source[n * width + column];
        }
        return Tensor.of(Shape.of(rows, columns), target); // [B, T]
    }

    /// `[B, T, C] -> [N, C]`
    float[] packed(Tensor padded) {
        return pick(padded, places);
    }

    /// Per sequence `[H, queries, keys] -> [B, H, T, T]`
    Tensor paddedAttentions(Tensor probabilities, AttentionShape shape) {
        int heads = shape.heads();
        float[] source = probabilities.toArray();
        float[] target = new float[rows * heads * columns * columns];
        int from = 0;
        for (int b = 0; b < rows; b++) {
            int start = shape.starts()[b];
            int firstKey = shape.keyStarts()[b];
            for (int h = 0; h < heads; h++) {
                for (int query = 0; query < shape.queries(b); query++) {
                    int row = places[start + query] - b * columns;
                    int to = ((b * heads + h) * columns + row) * columns;
                    for (int key = 0; key < shape.keys(b); key++) {
                        int column = places[seen[firstKey + key]] - b * columns;
                        target[to + column] = source[from++];
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
        long elements = Arrays.stream(found).reduce(1, (a, b) -> a * b);
        boolean fits =
                found.length >= 2
                        && found[found.length - 1] == columns
                        && elements == (long) rows * columns;
        if (!fits) {
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
