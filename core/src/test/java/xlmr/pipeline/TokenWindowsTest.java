package xlmr.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TokenWindowsTest {
    private static final int BOS = 1000;
    private static final int EOS = 2000;

    @Test
    void aShortTextIsOneSequence() {
        TokenWindows windows = windows(8, 2, 6, 0, 2, 3);
        assertThat(windows.sequences()).containsExactly(new int[] {BOS, 0, 1, 2, 3, 4, 5, EOS});
        assertThat(windows.texts().getFirst().windows()).isEqualTo(1);
        assertThat(windows.texts().getFirst().sequences()).containsExactly(0, -1, 0, 0, -1, -1);
    }

    @Test
    void aLongTextIsReadInWindowsThatOverlap() {
        TokenWindows windows = windows(8, 2, 10, IntStream.range(0, 10).toArray());
        assertThat(windows.sequences())
                .containsExactly(
                        new int[] {BOS, 0, 1, 2, 3, 4, 5, EOS},
                        new int[] {BOS, 4, 5, 6, 7, 8, 9, EOS});
        assertThat(windows.texts().getFirst().sequences())
                .containsExactly(0, 0, 0, 0, 0, 1, 1, 1, 1, 1);
        assertThat(windows.texts().getFirst().rows()).containsExactly(1, 2, 3, 4, 5, 2, 3, 4, 5, 6);
    }

    @Test
    void aTextWithoutTokensHasNoWindow() {
        TokenWindows windows = windows(8, 2, 0);
        assertThat(windows.sequences()).isEmpty();
        assertThat(windows.texts().getFirst().windows()).isZero();
    }

    @Test
    void anOverlapThatFillsAWindowIsRefused() {
        assertThatThrownBy(() -> new TokenWindows.Cut(8, 6, BOS, EOS))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("overlap of 6");
        assertThatThrownBy(() -> new TokenWindows.Cut(2, 0, BOS, EOS))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /// Words of any length up to a whole window: each is found once, no window is too long or cuts
    /// a word, and none is there for nothing.
    @Test
    void everyWordIsReadWholeInOneOfTheWindows() {
        SplittableRandom random = new SplittableRandom(5);
        for (int round = 0; round < 2000; round++) {
            int room = random.nextInt(1, 12);
            int overlap = random.nextInt(room);
            boolean[] wanted = new boolean[200];
            int tokens = 0;
            while (tokens < 100) {
                wanted[tokens] = true;
                tokens += random.nextInt(1, random.nextInt(3) == 0 ? room + 1 : 2);
            }
            int[] ids = IntStream.range(0, tokens).toArray();
            wanted = Arrays.copyOf(wanted, tokens);
            TokenWindows.Builder builder =
                    new TokenWindows.Builder(new TokenWindows.Cut(room + 2, overlap, BOS, EOS));
            builder.add(ids, wanted);
            TokenWindows windows = builder.build();
            TokenWindows.Places places = windows.texts().getFirst();
            boolean[] used = new boolean[windows.sequences().size()];
            for (int t = 0; t < tokens; t++) {
                if (wanted[t]) {
                    int[] sequence = windows.sequences().get(places.sequences()[t]);
                    assertThat(sequence[places.rows()[t]]).isEqualTo(t);
                    used[places.sequences()[t]] = true;
                } else {
                    assertThat(places.sequences()[t]).isEqualTo(-1);
                }
            }
            assertThat(used).doesNotContain(false);
            for (int[] sequence : windows.sequences()) {
                assertThat(sequence.length).isBetween(3, room + 2);
                assertThat(wanted[sequence[1]]).isTrue();
                int after = sequence[sequence.length - 2] + 1;
                assertThat(after == tokens || wanted[after]).isTrue();
            }
        }
    }

    private static TokenWindows windows(int maxLength, int overlap, int tokens, int... wanted) {
        boolean[] flags = new boolean[tokens];
        for (int t : wanted) {
            flags[t] = true;
        }
        TokenWindows.Builder builder =
                new TokenWindows.Builder(new TokenWindows.Cut(maxLength, overlap, BOS, EOS));
        builder.add(IntStream.range(0, tokens).toArray(), flags);
        return builder.build();
    }
}
