package xlmr.backend.cpu;

import static xlmr.backend.cpu.Lanes.FLOATS;
import static xlmr.backend.cpu.Lanes.INTS;
import static xlmr.backend.cpu.Lanes.V;
import static xlmr.backend.cpu.Tiles.WIDTH;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import xlmr.backend.AttentionShape;
import xlmr.backend.DropoutMask;

/// Attention of one head within one sequence of Q queries and T keys, forward and backward.
///
/// Queries are taken [Tiles#WIDTH] at a time, one a lane, so the scores of a block are `Sᵀ [T,
/// WIDTH]`: softmax runs down the lanes without sums across them, and the probabilities already lie
/// as the next product's left panel. Nothing of size T² is kept; backward computes the scores again
/// and takes their softmax from the saved logSumExp (FlashAttention, Dao et al. 2022, with whole
/// columns instead of running maxima).
final class AttentionHead {
    // Slots of the scratch; 0 belongs to Gemm.
    private static final int KEYS = 1;
    private static final int VALUES = 2;
    private static final int QUERIES = 3;
    private static final int SCORES = 4;
    private static final int CONTEXT = 5;
    private static final int D_SCORES = 6;
    private static final int D_OUTPUT = 7;
    private static final int KEY_COLUMNS = 8;
    private static final int LEFT = 9;
    private static final int D_KEYS = 10;
    private static final int D_VALUES = 11;

    private final AttentionShape shape;
    private final DropoutMask dropout;
    private final int hidden;
    private final int head;
    private final int start;
    private final int queries;
    private final int length;
    private final int size;
    private final int wide;
    private final int base;
    private final int keyBase;
    private final float scale;
    private final Scratch scratch;
    private final int[] rowKeys = new int[WIDTH];
    private final float[] logSums = new float[WIDTH];
    private final float[] deltas = new float[WIDTH];

    /// Head `head` of sequence `b`, of C = `hidden` columns in all.
    AttentionHead(
            AttentionShape shape,
            DropoutMask dropout,
            int hidden,
            int b,
            int head,
            Scratch scratch) {
        this.shape = shape;
        this.dropout = dropout;
        this.hidden = hidden;
        this.head = head;
        this.scratch = scratch;
        start = shape.starts()[b];
        queries = shape.queries(b); // Q
        length = shape.keys(b); // T
        size = hidden / shape.heads(); // D
        wide = (size + WIDTH - 1) / WIDTH * WIDTH; // D in whole panels
        base = start * hidden + head * size;
        keyBase = shape.keyStarts()[b] * hidden + head * size;
        scale = (float) (1 / Math.sqrt(size));
    }

    /// output = dropout(softmax(query keyᵀ / √D)) value.
    void forward(float[] query, float[] key, float[] value, float[] output, float[] logSumExp) {
        float[] keys = leftPanels(KEYS, key); // [T, D]
        float[] values = rightPanels(VALUES, value, keyBase, length); // [T, D]
        float[] context = scratch.array(CONTEXT, WIDTH * wide);
        for (int q = 0; q < queries; q += WIDTH) {
            int count = Math.min(WIDTH, queries - q);
            float[] scores =
                    products(SCORES, keys, queryPanel(QUERIES, query, q, count)); // [T, WIDTH]
            drawRows(q);
            for (int lane = 0; lane < WIDTH; lane += V) {
                softmax(scores, q, lane, true);
            }
            sumOverKeys(scores, count, values, context);
            float kept = dropout.isActive() ? dropout.scale() : 1;
            for (int i = 0; i < count; i++) {
                int to = base + (q + i) * hidden;
                float factor = kept / deltas[i];
                for (int d = 0; d < size; d++) {
                    output[to + d] = context[i * wide + d] * factor;
                }
                logSumExp[(start + q + i) * shape.heads() + head] = logSums[i];
            }
        }
    }

    /// The probabilities `[Q, T]` from index `at` on.
    void probabilities(float[] query, float[] key, float[] output, int at) {
        float[] keys = leftPanels(KEYS, key); // [T, D]
        for (int q = 0; q < queries; q += WIDTH) {
            int count = Math.min(WIDTH, queries - q);
            float[] scores =
                    products(SCORES, keys, queryPanel(QUERIES, query, q, count)); // [T, WIDTH]
            for (int lane = 0; lane < WIDTH; lane += V) {
                softmax(scores, q, lane, false);
            }
            for (int i = 0; i < count; i++) {
                int row = at + (q + i) * length;
                for (int j = 0; j < length; j++) {
                    output[row + j] = scores[j * WIDTH + i] / deltas[i];
                }
            }
        }
    }

    /// What attention's gradient reads.
    record Saved(
            float[] query,
            float[] key,
            float[] value,
            float[] output,
            float[] logSumExp,
            float[] dOutput) {}

    /// With P = softmax, M the mask's factors, dP = M ∘ (dOutput valueᵀ), δ = rowsum(dOutput ∘
    /// output) and dS = P ∘ (dP - δ) / √D: dQuery += dS key; dKey += dSᵀ query; dValue += (M ∘ P)ᵀ
    /// dOutput.
    void backward(Saved saved, float[] dQuery, float[] dKey, float[] dValue) {
        float[] keys = leftPanels(KEYS, saved.key); // [T, D]
        float[] values = leftPanels(VALUES, saved.value); // [T, D]
        float[] keyColumns = rightPanels(KEY_COLUMNS, saved.key, keyBase, length); // [T, D]
        float[] dKeys = zeros(D_KEYS, length * wide); // [T, D]
        float[] dValues = zeros(D_VALUES, length * wide); // [T, D]
        float[] context = scratch.array(CONTEXT, WIDTH * wide);
        for (int q = 0; q < queries; q += WIDTH) {
            int count = Math.min(WIDTH, queries - q);
            float[] scores =
                    products(
                            SCORES, keys, queryPanel(QUERIES, saved.query, q, count)); // [T, WIDTH]
            float[] dScores =
                    products(
                            D_SCORES,
                            values,
                            queryPanel(D_OUTPUT, saved.dOutput, q, count)); // [T, WIDTH]
            drawRows(q);
            readRows(saved, q, count);
            for (int lane = 0; lane < WIDTH; lane += V) {
                scoreGradient(scores, dScores, q, lane);
            }
            sumOverQueries(scores, saved.dOutput, q, count, dValues);
            sumOverQueries(dScores, saved.query, q, count, dKeys);
            sumOverKeys(dScores, count, keyColumns, context);
            addRows(context, count, dQuery, base + q * hidden);
        }
        addRows(dKeys, length, dKey, keyBase);
        addRows(dValues, length, dValue, keyBase);
    }

    private float[] leftPanels(int slot, float[] source) {
        float[] panels = scratch.array(slot, Tiles.paddedRows(length) * size);
        Packing.rows(source, keyBase, hidden, 1, length, size, panels, 0);
        return panels;
    }

    private float[] rightPanels(int slot, float[] source, int from, int rows) {
        float[] panels = scratch.array(slot, wide * rows);
        Packing.columns(source, from, 1, hidden, size, rows, panels, 0);
        return panels;
    }

    /// Rows q to q + count as right side of a product over D.
    private float[] queryPanel(int slot, float[] source, int q, int count) {
        float[] panel = scratch.array(slot, size * WIDTH);
        Packing.panel(source, base + q * hidden, hidden, 1, count, size, panel, 0, WIDTH);
        return panel;
    }

    private float[] zeros(int slot, int count) {
        float[] array = scratch.array(slot, count);
        Arrays.fill(array, 0, count, 0);
        return array;
    }

    /// left right over D for all T rows of the left and the block's queries: `[T, WIDTH]`.
    private float[] products(int slot, float[] left, float[] right) {
        int padded = Tiles.paddedRows(length);
        float[] result = zeros(slot, padded * WIDTH);
        for (int i = 0; i < length; ) {
            int height = Tiles.height(length - i);
            Tiles.multiply(
                    height, size, left, i * size, height, right, 0, result, i * WIDTH, WIDTH);
            i += height;
        }
        return result;
    }

    /// context[q, d] = Σⱼ scores[j, q] right[j, d]: the scores' columns are the left side, as they
    /// lie.
    private void sumOverKeys(float[] scores, int count, float[] right, float[] context) {
        Arrays.fill(context, 0, WIDTH * wide, 0);
        for (int k = 0; k < length; k += Gemm.DEPTH) {
            int piece = Math.min(Gemm.DEPTH, length - k);
            for (int d = 0; d < wide; d += WIDTH) {
                int from = d * length + k * WIDTH;
                for (int i = 0; i < count; ) {
                    int height = Tiles.height(WIDTH - i);
                    Tiles.multiply(
                            height,
                            piece,
                            scores,
                            k * WIDTH + i,
                            WIDTH,
                            right,
                            from,
                            context,
                            i * wide + d,
                            wide);
                    i += height;
                }
            }
        }
    }

    /// sums[j, d] += Σ_q scores[j, q] source[q, d].
    private void sumOverQueries(float[] scores, float[] source, int q, int count, float[] sums) {
        float[] left = scratch.array(LEFT, Tiles.paddedRows(length) * count);
        Packing.rows(scores, 0, WIDTH, 1, length, count, left, 0);
        float[] right = rightPanels(QUERIES, source, base + q * hidden, count);
        Gemm.block(left, 0, length, right, 0, wide, count, sums, 0, wide, scratch);
    }

    private void addRows(float[] rows, int count, float[] target, int at) {
        for (int i = 0; i < count; i++) {
            for (int d = 0; d < size; d++) {
                target[at + i * hidden + d] += rows[i * wide + d];
            }
        }
    }

    private void drawRows(int q) {
        if (!dropout.isActive()) {
            return;
        }
        for (int i = 0; i < WIDTH; i++) {
            rowKeys[i] = dropout.row((start + q + i) * shape.heads() + head).low();
        }
    }

    private void readRows(Saved saved, int q, int count) {
        // Lanes without a query get probability 0.
        Arrays.fill(logSums, Float.MAX_VALUE);
        Arrays.fill(deltas, 0);
        for (int i = 0; i < count; i++) {
            int row = base + (q + i) * hidden;
            logSums[i] = saved.logSumExp[(start + q + i) * shape.heads() + head];
            float delta = 0;
            for (int d = 0; d < size; d++) {
                delta = Math.fma(saved.dOutput[row + d], saved.output[row + d], delta);
            }
            deltas[i] = delta;
        }
    }

    /// The key that belongs to query q, where both are of the same tokens at the end.
    private int own(int q) {
        return length - queries + q;
    }

    /// Keys that the block's last query sees.
    private int seen(int q) {
        return shape.causal() ? Math.min(length, own(q) + WIDTH) : length;
    }

    private VectorMask<Float> before(int q, int lane, int j) {
        IntVector owns = IntVector.broadcast(INTS, own(q) + lane).addIndex(1);
        return owns.lt(j).cast(FLOATS);
    }

    /// Turns V columns of scores into e^(s - max), dropped ones 0; their full sums go to `deltas`,
    /// their logarithms to `logSums`.
    private void softmax(float[] scores, int q, int lane, boolean drop) {
        int seen = seen(q);
        if (shape.causal()) {
            hideLater(scores, q, lane, seen);
        }
        FloatVector max = FloatVector.broadcast(FLOATS, -Float.MAX_VALUE);
        for (int j = 0; j < seen; j++) {
            max = max.max(FloatVector.fromArray(FLOATS, scores, j * WIDTH + lane));
        }
        FloatVector sum = FloatVector.zero(FLOATS);
        for (int j = 0; j < seen; j++) {
            FloatVector s = FloatVector.fromArray(FLOATS, scores, j * WIDTH + lane);
            FloatVector p = VectorMath.exp(s.sub(max).mul(scale));
            sum = sum.add(p);
            p.intoArray(scores, j * WIDTH + lane);
        }
        if (drop && dropout.isActive()) {
            drop(scores, lane, seen);
        }
        sum.intoArray(deltas, lane);
        max.intoArray(logSums, lane);
        for (int i = lane; i < lane + V; i++) {
            logSums[i] = (float) (logSums[i] * (double) scale + Math.log(deltas[i]));
        }
    }

    /// Scores of keys after the query become so low that their probability is 0.
    private void hideLater(float[] scores, int q, int lane, int seen) {
        for (int j = own(q); j < seen; j++) {
            FloatVector.fromArray(FLOATS, scores, j * WIDTH + lane)
                    .blend(-Float.MAX_VALUE, before(q, lane, j))
                    .intoArray(scores, j * WIDTH + lane);
        }
        Arrays.fill(scores, seen * WIDTH, length * WIDTH, 0);
    }

    private void drop(float[] scores, int lane, int seen) {
        IntVector low = IntVector.fromArray(INTS, rowKeys, lane);
        int threshold = dropout.threshold();
        for (int j = 0; j < seen; j++) {
            VectorMask<Float> kept =
                    VectorMath.keeps(IntVector.broadcast(INTS, j), low, dropout.high(), threshold);
            FloatVector.zero(FLOATS)
                    .blend(FloatVector.fromArray(FLOATS, scores, j * WIDTH + lane), kept)
                    .intoArray(scores, j * WIDTH + lane);
        }
    }

    /// Turns V columns of scores into M ∘ P and of M ∘ dP's factor into dS.
    private void scoreGradient(float[] scores, float[] dScores, int q, int lane) {
        int seen = seen(q);
        if (shape.causal()) {
            hideLater(scores, q, lane, seen);
            Arrays.fill(dScores, seen * WIDTH, length * WIDTH, 0);
        }
        FloatVector logSum = FloatVector.fromArray(FLOATS, logSums, lane);
        FloatVector delta = FloatVector.fromArray(FLOATS, deltas, lane);
        boolean drop = dropout.isActive();
        float kept = drop ? dropout.scale() : 1;
        IntVector low = IntVector.fromArray(INTS, rowKeys, lane);
        for (int j = 0; j < seen; j++) {
            int at = j * WIDTH + lane;
            FloatVector s = FloatVector.fromArray(FLOATS, scores, at);
            FloatVector p = VectorMath.exp(s.mul(scale).sub(logSum));
            FloatVector dP = FloatVector.fromArray(FLOATS, dScores, at);
            FloatVector factor = FloatVector.broadcast(FLOATS, kept);
            if (drop) {
                VectorMask<Float> keeps =
                        VectorMath.keeps(
                                IntVector.broadcast(INTS, j),
                                low,
                                dropout.high(),
                                dropout.threshold());
                factor = FloatVector.zero(FLOATS).blend(factor, keeps);
            }
            p.mul(factor).intoArray(scores, at);
            p.mul(dP.mul(factor).sub(delta)).mul(scale).intoArray(dScores, at);
        }
    }
}
