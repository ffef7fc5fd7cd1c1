package xlmr.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/// In which order, and in which company, the examples of an epoch are shown. An order depends on
/// nothing but its arguments: the same seed and epoch give the same batches on every machine.
///
/// Every example occurs exactly once, unless it is [resampled][#resampled] or [mixed][#mixed] in
/// other shares than the data has; every batch but one is full, or one of each part.
public sealed interface BatchOrder
        permits BatchOrder.Sequential,
                BatchOrder.Shuffled,
                BatchOrder.LengthGrouped,
                BatchOrder.Resampled,
                MixedOrder {

    /// The batches of one epoch.
    ///
    /// @param lengths the number of tokens of each example
    /// @param batchSize examples a batch, at least 1
    /// @param epoch counts from 0
    /// @return for each batch the indices of its examples
    List<int[]> batches(int[] lengths, int batchSize, int epoch);

    /// As given: for evaluation and prediction.
    static BatchOrder sequential() {
        return new Sequential();
    }

    /// A new random order each epoch.
    static BatchOrder shuffled(long seed) {
        return new Shuffled(seed);
    }

    /// A new random order each epoch in which the examples of a batch are of similar length.
    static BatchOrder lengthGrouped(long seed) {
        return new LengthGrouped(seed);
    }

    /// As many examples as there are, but of each class in proportion to nᵅ, with n its examples:
    /// some come several times, others not in every epoch.
    ///
    /// @param natural how what was drawn is put into batches
    /// @param classes `[M]` of each example, from 0
    /// @param exponent α, from 0 (all classes the same) to 1 (as they are)
    static BatchOrder resampled(BatchOrder natural, int[] classes, double exponent, long seed) {
        return new Resampled(natural, classes, exponent, seed);
    }

    /// Examples of one head among several.
    ///
    /// @param order in which they are shown
    /// @param examples how many there are
    record Part(BatchOrder order, int examples) {}

    /// Batches of several parts in a random order, each batch of one part: as many in all as the
    /// parts have, of each part in proportion to nᵅ, with n its examples. With α = 1 every example
    /// comes once, and a part's batches are those of its own order.
    ///
    /// This is how multi-task training mixes its data: proportionally (Liu et al. 2019, MT-DNN), or
    /// with the temperature T = 1 / α (Raffel et al. 2020, T5, section 3.5.2).
    ///
    /// @param parts in the order in which their examples are numbered
    /// @param exponent α, from 0 (all parts the same) to 1 (as they are)
    /// @param seed of the mixture
    static BatchOrder mixed(List<Part> parts, double exponent, long seed) {
        return new MixedOrder(parts, exponent, seed);
    }

    /// See [#sequential].
    record Sequential() implements BatchOrder {
        @Override
        public List<int[]> batches(int[] lengths, int batchSize, int epoch) {
            return cut(IntStream.range(0, lengths.length).toArray(), batchSize);
        }
    }

    /// See [#shuffled].
    record Shuffled(long seed) implements BatchOrder {
        @Override
        public List<int[]> batches(int[] lengths, int batchSize, int epoch) {
            return cut(shuffledIndices(lengths.length, Shuffling.random(seed, epoch)), batchSize);
        }
    }

    /// See [#lengthGrouped]. Shuffles, sorts by length within stretches of 50 batches (a quarter of
    /// the data if that is less, so that small data is mixed too), cuts into batches and shuffles
    /// these: the stretches are those of Hugging Face's `group_by_length`, but there each runs from
    /// long to short. The batch with the longest example comes first, so that memory that does not
    /// suffice shows at once.
    record LengthGrouped(long seed) implements BatchOrder {

        private static final int STRETCH_BATCHES = 50;

        @Override
        public List<int[]> batches(int[] lengths, int batchSize, int epoch) {
            requireBatchSize(batchSize);
            RandomGenerator random = Shuffling.random(seed, epoch);
            int[] order = shuffledIndices(lengths.length, random);
            long quarter = lengths.length / (4L * batchSize);
            long stretch = Math.clamp(quarter, 1, STRETCH_BATCHES) * (long) batchSize;
            List<Integer> sorted = new ArrayList<>(order.length);
            for (long start = 0; start < order.length; start += stretch) {
                int end = (int) Math.min(order.length, start + stretch);
                Arrays.stream(order, (int) start, end)
                        .boxed()
                        .sorted(Comparator.comparingInt((Integer i) -> lengths[i]).reversed())
                        .forEach(sorted::add);
            }
            List<int[]> batches =
                    cut(sorted.stream().mapToInt(Integer::intValue).toArray(), batchSize);
            Shuffling.shuffle(batches, random);
            int longest = 0;
            for (int b = 1; b < batches.size(); b++) {
                // a stretch is whole batches, so the first example of a batch is its longest
                if (lengths[batches.get(b)[0]] > lengths[batches.get(longest)[0]]) {
                    longest = b;
                }
            }
            if (!batches.isEmpty()) {
                Collections.swap(batches, 0, longest);
            }
            return batches;
        }
    }

    /// See [#resampled].
    record Resampled(BatchOrder natural, int[] classes, double exponent, long seed)
            implements BatchOrder {
        @Override
        public List<int[]> batches(int[] lengths, int batchSize, int epoch) {
            int[] drawn = ClassShares.of(classes, exponent).drawn(Shuffling.random(~seed, epoch));
            int[] drawnLengths = Arrays.stream(drawn).map(m -> lengths[m]).toArray();
            List<int[]> batches = new ArrayList<>();
            for (int[] places : natural.batches(drawnLengths, batchSize, epoch)) {
                batches.add(Arrays.stream(places).map(place -> drawn[place]).toArray());
            }
            return batches;
        }
    }

    private static void requireBatchSize(int batchSize) {
        if (batchSize < 1) {
            throw new IllegalArgumentException(
                    "batches: expected a batch size of at least 1, found " + batchSize);
        }
    }

    private static List<int[]> cut(int[] order, int batchSize) {
        requireBatchSize(batchSize);
        List<int[]> batches = new ArrayList<>();
        for (int start = 0; start < order.length; start += batchSize) {
            // min before the sum: a huge batch size must not overflow
            int end = start + Math.min(batchSize, order.length - start);
            batches.add(Arrays.copyOfRange(order, start, end));
            if (end == order.length) {
                break;
            }
        }
        return batches;
    }

    private static int[] shuffledIndices(int count, RandomGenerator random) {
        int[] order = IntStream.range(0, count).toArray();
        Shuffling.shuffle(order, random);
        return order;
    }
}
