package xlmr.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BatchOrderTest {

    static Stream<BatchOrder> orders() {
        return Stream.of(
                BatchOrder.sequential(), BatchOrder.shuffled(1), BatchOrder.lengthGrouped(1));
    }

    @ParameterizedTest
    @MethodSource("orders")
    void everyExampleOccursOnceAndEveryBatchButOneIsFull(BatchOrder order) {
        var random = new SplittableRandom(9);
        for (int trial = 0; trial < 200; trial++) {
            int count = random.nextInt(0, 400);
            int batchSize = random.nextInt(1, 40);
            int[] lengths = random.ints(count, 1, 100).toArray();
            List<int[]> batches = order.batches(lengths, batchSize, trial);

            assertThat(batches.stream().flatMapToInt(Arrays::stream).sorted().toArray())
                    .isEqualTo(IntStream.range(0, count).toArray());
            assertThat(batches).hasSize((count + batchSize - 1) / batchSize);
            assertThat(batches.stream().filter(batch -> batch.length == batchSize).count())
                    .isEqualTo(count / batchSize);
        }
    }

    @ParameterizedTest
    @MethodSource("orders")
    void aBatchSizeBeyondTheDataIsOneBatch(BatchOrder order) {
        assertThat(order.batches(new int[] {3, 1, 2}, Integer.MAX_VALUE, 0)).hasSize(1);
        assertThatThrownBy(() -> order.batches(new int[3], 0, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("batches: expected a batch size of at least 1, found 0");
    }

    @Test
    void resampledClassesComeInTheSharesAskedFor() {
        int[] classes = new int[100];
        Arrays.fill(classes, 0, 10, 2);
        Arrays.fill(classes, 10, 20, 1);
        BatchOrder shuffled = BatchOrder.shuffled(1);
        assertThat(counts(BatchOrder.resampled(shuffled, classes, 0, 1), classes))
                .containsExactly(34, 33, 33);
        assertThat(counts(BatchOrder.resampled(shuffled, classes, 1, 1), classes))
                .containsExactly(80, 10, 10);
        // 100 sqrt(80) / (sqrt(80) + 2 sqrt(10)) = 58.58
        assertThat(counts(BatchOrder.resampled(shuffled, classes, 0.5, 1), classes))
                .containsExactly(58, 21, 21);
    }

    private static int[] counts(BatchOrder order, int[] classes) {
        int[] counts = new int[3];
        Arrays.stream(flat(order, new int[classes.length], 0)).forEach(m -> counts[classes[m]]++);
        return counts;
    }

    @Test
    void resamplingShowsOtherExamplesInEachEpochAndTheSameForTheSameSeed() {
        int[] classes = new int[60];
        Arrays.fill(classes, 0, 10, 1);
        int[] lengths = new SplittableRandom(4).ints(60, 1, 60).toArray();
        for (BatchOrder natural : List.of(BatchOrder.shuffled(5), BatchOrder.lengthGrouped(5))) {
            BatchOrder order = BatchOrder.resampled(natural, classes, 0, 5);
            int[] first = flat(order, lengths, 0);
            assertThat(first)
                    .isEqualTo(flat(BatchOrder.resampled(natural, classes, 0, 5), lengths, 0));
            assertThat(flat(order, lengths, 1)).isNotEqualTo(first);
            assertThat(flat(BatchOrder.resampled(natural, classes, 0, 6), lengths, 0))
                    .isNotEqualTo(first);
            // 30 places for 10 rare examples are 3 for each; the 50 others come at most once.
            for (int m = 0; m < 60; m++) {
                int example = m;
                long times = Arrays.stream(first).filter(shown -> shown == example).count();
                assertThat(times).isBetween(m < 10 ? 3L : 0L, m < 10 ? 3L : 1L);
            }
        }
    }

    @Test
    void sequentialKeepsTheOrder() {
        assertThat(BatchOrder.sequential().batches(new int[5], 2, 3))
                .containsExactly(new int[] {0, 1}, new int[] {2, 3}, new int[] {4});
    }

    @Test
    void theSameSeedAndEpochGiveTheSameBatches() {
        int[] lengths = new SplittableRandom(4).ints(300, 1, 60).toArray();
        for (long seed = 0; seed < 3; seed++) {
            assertThat(flat(BatchOrder.lengthGrouped(seed), lengths, 2))
                    .isEqualTo(flat(BatchOrder.lengthGrouped(seed), lengths, 2))
                    .isNotEqualTo(flat(BatchOrder.lengthGrouped(seed), lengths, 3))
                    .isNotEqualTo(flat(BatchOrder.lengthGrouped(seed + 1), lengths, 2))
                    .isNotEqualTo(flat(BatchOrder.lengthGrouped(seed + 1), lengths, 1));
        }
    }

    /// Pinned, so that no change of the JDK or of the code goes unnoticed: recorded runs depend on
    /// it.
    @Test
    void theOrderOfASeedNeverChanges() {
        assertThat(flat(BatchOrder.shuffled(42), new int[10], 0))
                .containsExactly(5, 2, 4, 6, 1, 3, 7, 8, 9, 0);
    }

    @Test
    void everyPlaceIsAsLikelyForEveryExample() {
        int[] firsts = new int[5];
        for (int epoch = 0; epoch < 10_000; epoch++) {
            firsts[BatchOrder.shuffled(7).batches(new int[5], 1, epoch).getFirst()[0]]++;
        }
        // standard deviation 40
        assertThat(Arrays.stream(firsts).boxed())
                .allSatisfy(count -> assertThat(count).isBetween(1_840, 2_160));
    }

    @Test
    void groupingPutsTheLongestFirstAndSavesMostOfThePadding() {
        var random = new SplittableRandom(2);
        int[] lengths = random.ints(5_000, 5, 128).toArray();
        lengths[1234] = 500;
        List<int[]> grouped = BatchOrder.lengthGrouped(0).batches(lengths, 16, 0);

        assertThat(grouped.getFirst()).contains(1234);
        long real = Arrays.stream(lengths).asLongStream().sum();
        long paddedGrouped = padded(grouped, lengths);
        long paddedShuffled = padded(BatchOrder.shuffled(0).batches(lengths, 16, 0), lengths);
        assertThat((double) paddedGrouped / real).isLessThan(1.05);
        assertThat((double) paddedShuffled / real).isGreaterThan(1.5);
    }

    @Test
    void groupedBatchesDoNotRunFromLongToShort() {
        int[] lengths = new SplittableRandom(2).ints(700, 5, 128).toArray();
        List<int[]> batches = BatchOrder.lengthGrouped(0).batches(lengths, 16, 0);
        int falls = 0;
        for (int b = 1; b < batches.size(); b++) {
            falls += lengths[batches.get(b)[0]] < lengths[batches.get(b - 1)[0]] ? 1 : 0;
        }
        assertThat(falls).isBetween(10, 34);
    }

    private static long padded(List<int[]> batches, int[] lengths) {
        long sum = 0;
        for (int[] batch : batches) {
            sum +=
                    (long) batch.length
                            * Arrays.stream(batch).map(i -> lengths[i]).max().orElseThrow();
        }
        return sum;
    }

    private static int[] flat(BatchOrder order, int[] lengths, int epoch) {
        return order.batches(lengths, 8, epoch).stream().flatMapToInt(Arrays::stream).toArray();
    }

    private static BatchOrder mixed(double exponent) {
        return BatchOrder.mixed(
                List.of(
                        new BatchOrder.Part(BatchOrder.shuffled(1), 90),
                        new BatchOrder.Part(BatchOrder.lengthGrouped(1), 10)),
                exponent,
                1);
    }

    private static int[] part(BatchOrder order, int epoch, int from, int to) {
        return order.batches(new int[100], 4, epoch).stream()
                .filter(rows -> rows[0] >= from && rows[0] < to)
                .flatMapToInt(Arrays::stream)
                .toArray();
    }

    @Test
    void aMixtureShowsEveryExampleOnceInTheOrderOfItsPart() {
        BatchOrder order = mixed(1);
        for (int epoch = 0; epoch < 3; epoch++) {
            int[] lone =
                    BatchOrder.shuffled(1).batches(new int[90], 4, epoch).stream()
                            .flatMapToInt(Arrays::stream)
                            .toArray();
            assertThat(part(order, epoch, 0, 90)).isEqualTo(lone);
            assertThat(part(order, epoch, 90, 100))
                    .containsExactlyInAnyOrder(IntStream.range(90, 100).toArray());
        }
        List<int[]> first = order.batches(new int[100], 4, 0);
        assertThat(first).hasSize(23 + 3);
        assertThat(first).allMatch(rows -> (rows[0] < 90) == (rows[rows.length - 1] < 90));
        assertThat(turns(first)).isNotEqualTo(turns(order.batches(new int[100], 4, 1)));
    }

    /// Which part each batch is of.
    private static List<Boolean> turns(List<int[]> batches) {
        return batches.stream().map(rows -> rows[0] < 90).toList();
    }

    /// Where a part stands follows from the epoch's number, so that a run can go on anywhere.
    @Test
    void aPartGoesOnFromEpochToEpochAtItsOwnPace() {
        BatchOrder order = mixed(0);
        List<int[]> large = new ArrayList<>();
        List<int[]> small = new ArrayList<>();
        for (int epoch = 0; epoch < 2; epoch++) {
            List<int[]> batches = order.batches(new int[100], 4, epoch);
            assertThat(batches).hasSize(26);
            batches.forEach(rows -> (rows[0] < 90 ? large : small).add(rows));
        }
        assertThat(large).hasSize(26);
        assertThat(small).hasSize(26);
        int[] shown = large.subList(0, 23).stream().flatMapToInt(Arrays::stream).toArray();
        assertThat(shown).as("all of it before any again").doesNotHaveDuplicates().hasSize(90);
        int[] again = small.subList(0, 3).stream().flatMapToInt(Arrays::stream).toArray();
        assertThat(again).containsExactlyInAnyOrder(IntStream.range(90, 100).toArray());
    }

    /// 100 batches of parts with 900 and 100 examples: by the square root of their numbers 3 to 1.
    @Test
    void aTemperatureBringsThePartsCloser() {
        BatchOrder order =
                BatchOrder.mixed(
                        List.of(
                                new BatchOrder.Part(BatchOrder.shuffled(1), 900),
                                new BatchOrder.Part(BatchOrder.shuffled(1), 100)),
                        0.5,
                        1);
        List<int[]> batches = order.batches(new int[1000], 10, 0);
        assertThat(batches).hasSize(100);
        assertThat(batches.stream().filter(rows -> rows[0] < 900).count()).isEqualTo(75);
    }
}
