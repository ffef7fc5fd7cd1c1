package xlmr.pipeline;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import xlmr.backend.Backend;
import xlmr.model.UnitLength;
import xlmr.tensor.Shape;
import xlmr.tensor.Tensor;

/// Vectors among which the nearest to a query are found, by comparing with all of them.
///
/// Memory: 4 C bytes a passage. To be filled by one thread; then many may ask.
public final class PassageIndex {
    /// Passages of one matrix product.
    private static final int BLOCK = 4096;

    /// Queries that are asked at a time.
    private static final int QUERIES = 64;

    /// A passage found.
    ///
    /// @param passage its number, in the order of [#add], from 0
    /// @param cosine of the angle between the vectors
    public record Hit(int passage, float cosine) {}

    private final Backend backend;
    private final int dimension;
    private final List<Tensor> blocks = new ArrayList<>();
    private float[] filling = new float[0];
    private int size;

    /// An empty index of vectors with `dimension` components.
    public PassageIndex(Backend backend, int dimension) {
        this.backend = backend;
        this.dimension = dimension;
    }

    /// Adds a vector of any length.
    public void add(float[] vector) {
        check(vector);
        int row = size % BLOCK;
        if (row == 0) {
            seal();
            filling = new float[Math.multiplyExact(BLOCK, dimension)];
        }
        System.arraycopy(UnitLength.of(vector), 0, filling, row * dimension, dimension);
        size++;
    }

    private void seal() {
        if (filling.length > 0) {
            blocks.add(block(filling, BLOCK));
        }
    }

    private Tensor block(float[] values, int rows) {
        Tensor block = backend.allocate(Shape.of(rows, dimension)); // [M, C]
        backend.write(values, block);
        return block;
    }

    /// Number of passages.
    public int size() {
        return size;
    }

    /// For each query the `k` passages with the highest cosine, best first; of equals the one added
    /// first.
    ///
    /// @param queries `[Q][C]`, of any length
    /// @throws IllegalArgumentException if `k` is below 1 or a vector has another dimension
    public List<List<Hit>> nearest(float[][] queries, int k) {
        if (k < 1) {
            throw new IllegalArgumentException("nearest: expected k of at least 1, found " + k);
        }
        List<Tensor> all = new ArrayList<>(blocks);
        int rest = size - blocks.size() * BLOCK;
        if (rest > 0) {
            all.add(block(filling, rest));
        }
        List<List<Hit>> answers = new ArrayList<>(queries.length);
        for (int from = 0; from < queries.length; from += QUERIES) {
            int to = Math.min(queries.length, from + QUERIES);
            answers.addAll(nearest(Arrays.copyOfRange(queries, from, to), all, k));
        }
        return answers;
    }

    private List<List<Hit>> nearest(float[][] queries, List<Tensor> all, int k) {
        float[] rows = new float[queries.length * dimension];
        List<PriorityQueue<Hit>> best = new ArrayList<>();
        for (int q = 0; q < queries.length; q++) {
            check(queries[q]);
            System.arraycopy(UnitLength.of(queries[q]), 0, rows, q * dimension, dimension);
            best.add(new PriorityQueue<>(WORST_FIRST));
        }
        Tensor query = block(rows, queries.length); // [Q, C]
        int first = 0;
        for (Tensor passages : all) {
            int count = passages.size(0);
            Tensor cosines = backend.allocate(Shape.of(queries.length, count)); // [Q, M]
            backend.linear(query, passages, null, cosines);
            float[] values = cosines.toArray();
            for (int q = 0; q < queries.length; q++) {
                for (int p = 0; p < count; p++) {
                    offer(best.get(q), new Hit(first + p, values[q * count + p]), k);
                }
            }
            first += count;
        }
        return best.stream()
                .map(hits -> hits.stream().sorted(WORST_FIRST.reversed()).toList())
                .toList();
    }

    private static final Comparator<Hit> WORST_FIRST =
            Comparator.comparing(Hit::cosine)
                    .thenComparing(Comparator.comparingInt(Hit::passage).reversed());

    private static void offer(PriorityQueue<Hit> best, Hit hit, int k) {
        if (best.size() < k) {
            best.add(hit);
        } else if (hit.cosine() > best.element().cosine()) {
            best.remove();
            best.add(hit);
        }
    }

    private void check(float[] vector) {
        if (vector.length != dimension) {
            throw new IllegalArgumentException(
                    "passages: expected vectors of %d components, found %d"
                            .formatted(dimension, vector.length));
        }
    }
}
