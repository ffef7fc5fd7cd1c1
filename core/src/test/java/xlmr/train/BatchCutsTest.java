package xlmr.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BatchCutsTest {
    @Test
    void likeLengthsMakeLikeShares() {
        int[] lengths = new int[16];
        Arrays.fill(lengths, 128);
        assertThat(new BatchCuts(lengths, 4).of(all(16))).containsExactly(0, 4, 8, 12, 16);
        assertThat(new BatchCuts(lengths, 2).of(all(16))).containsExactly(0, 8, 16);
    }

    @Test
    void tokensCountAndNotExamples() {
        int[] lengths = {10, 10, 10, 10, 40, 20};
        assertThat(new BatchCuts(lengths, 2).of(new int[] {4, 0, 1, 2, 3}))
                .containsExactly(0, 1, 5);
    }

    @Test
    void fewExamplesLeaveRanksEmpty() {
        assertThat(new BatchCuts(new int[] {5, 7}, 4).of(all(2))).containsExactly(0, 1, 2, 2, 2);
        assertThat(new BatchCuts(new int[] {5}, 2).of(new int[0])).containsExactly(0, 0, 0);
    }

    @Test
    void noOtherStretchesHaveASmallerLargest() {
        SplittableRandom random = new SplittableRandom(1);
        for (int round = 0; round < 200; round++) {
            int[] lengths = random.ints(8, 1, 30).toArray();
            int[] cuts = new BatchCuts(lengths, 3).of(all(8));
            int best = Integer.MAX_VALUE;
            for (int first = 0; first <= 8; first++) {
                for (int second = first; second <= 8; second++) {
                    best = Math.min(best, largest(lengths, new int[] {0, first, second, 8}));
                }
            }
            assertThat(largest(lengths, cuts)).isEqualTo(best);
        }
    }

    private static int largest(int[] lengths, int[] cuts) {
        int largest = 0;
        for (int rank = 0; rank + 1 < cuts.length; rank++) {
            int tokens = Arrays.stream(lengths, cuts[rank], cuts[rank + 1]).sum();
            largest = Math.max(largest, tokens);
        }
        return largest;
    }

    private static int[] all(int count) {
        int[] rows = new int[count];
        Arrays.setAll(rows, i -> i);
        return rows;
    }
}
