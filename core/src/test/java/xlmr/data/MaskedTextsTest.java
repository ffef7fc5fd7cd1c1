package xlmr.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import xlmr.backend.CrossEntropy;
import xlmr.model.Targets;

class MaskedTextsTest {
    private static final int MASK = 999;
    private static final int VOCABULARY = 500;

    /// `<s>`, words of three pieces each, `</s>`.
    private static MaskedTexts texts(int count, int words, MaskingRule rule, long seed) {
        List<MaskedTexts.Text> texts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int[] ids = new int[3 * words + 2];
            int[] wordIds = new int[ids.length];
            for (int t = 1; t < ids.length - 1; t++) {
                ids[t] = 10 + (i * 31 + t * 7) % 400;
                wordIds[t] = (t - 1) / 3;
            }
            ids[ids.length - 1] = 2;
            wordIds[0] = -1;
            wordIds[ids.length - 1] = -1;
            texts.add(new MaskedTexts.Text(ids, wordIds));
        }
        return new MaskedTexts(texts, rule, MASK, VOCABULARY, seed);
    }

    private static int[][] labels(TrainingExamples.Labelled batch) {
        return ((Targets.TokenClasses) batch.targets()).labels();
    }

    @Test
    void labelsAreWhatStoodThereAndSpecialTokensAreNeverChosen() {
        MaskedTexts texts = texts(20, 10, MaskingRule.defaults(), 1);
        for (int row = 0; row < 20; row++) {
            TrainingExamples.Labelled batch = texts.labelled(new int[] {row}, 5, 1);
            int[] original = texts.texts().get(row).ids();
            int[] labels = labels(batch)[0];
            int[] shown = batch.tokens().ids();
            assertThat(labels[0]).isEqualTo(CrossEntropy.IGNORE);
            assertThat(labels[labels.length - 1]).isEqualTo(CrossEntropy.IGNORE);
            for (int t = 0; t < labels.length; t++) {
                if (labels[t] == CrossEntropy.IGNORE) {
                    assertThat(shown[t]).isEqualTo(original[t]);
                } else {
                    assertThat(labels[t]).isEqualTo(original[t]);
                }
            }
        }
    }

    @Test
    void sharesAreThoseOfTheRule() {
        MaskedTexts texts = texts(1, 100, MaskingRule.defaults(), 3);
        int chosen = 0;
        int masked = 0;
        int kept = 0;
        int draws = 400;
        for (int draw = 0; draw < draws; draw++) {
            TrainingExamples.Labelled batch = texts.labelled(new int[] {0}, draw, 1);
            int[] labels = labels(batch)[0];
            for (int t = 0; t < labels.length; t++) {
                if (labels[t] != CrossEntropy.IGNORE) {
                    chosen++;
                    masked += batch.tokens().ids()[t] == MASK ? 1 : 0;
                    kept += batch.tokens().ids()[t] == labels[t] ? 1 : 0;
                }
            }
        }
        // 120,000 tokens: three standard deviations of a share are below half a per cent.
        assertThat(chosen / (300.0 * draws)).isBetween(0.145, 0.155);
        assertThat(masked / (double) chosen).isBetween(0.785, 0.815);
        assertThat(kept / (double) chosen).isBetween(0.085, 0.115);
    }

    @Test
    void wholeWordsAreChosenTogether() {
        MaskedTexts texts = texts(10, 30, new MaskingRule(0.3, true), 7);
        for (int row = 0; row < 10; row++) {
            int[] labels = labels(texts.labelled(new int[] {row}, 2, 1))[0];
            for (int word = 0; word < 30; word++) {
                boolean first = labels[1 + 3 * word] != CrossEntropy.IGNORE;
                assertThat(labels[2 + 3 * word] != CrossEntropy.IGNORE).isEqualTo(first);
                assertThat(labels[3 + 3 * word] != CrossEntropy.IGNORE).isEqualTo(first);
            }
        }
    }

    @Test
    void masksChangeFromOneTimeToTheNextAndAreTheSameForTheSameSeed() {
        MaskedTexts texts = texts(1, 100, MaskingRule.defaults(), 11);
        int[] once = texts.labelled(new int[] {0}, 1, 1).tokens().ids();
        assertThat(texts.labelled(new int[] {0}, 1, 1).tokens().ids()).isEqualTo(once);
        assertThat(texts.labelled(new int[] {0}, 2, 1).tokens().ids()).isNotEqualTo(once);
        MaskedTexts other = texts(1, 100, MaskingRule.defaults(), 12);
        assertThat(other.labelled(new int[] {0}, 1, 1).tokens().ids()).isNotEqualTo(once);
    }

    @Test
    void everyTextHasSomethingToGuess() {
        MaskedTexts texts = texts(200, 1, new MaskingRule(0.01, false), 13);
        int[] all = IntStream.range(0, 200).toArray();
        Targets.TokenClasses targets = (Targets.TokenClasses) texts.fixed().targets(all);
        for (int[] labels : targets.labels()) {
            assertThat(Arrays.stream(labels)).anyMatch(label -> label != CrossEntropy.IGNORE);
        }
    }

    @Test
    void aProbabilityOfNothingOrEverythingIsRefused() {
        for (double probability : new double[] {0, 1, -0.1, Double.NaN}) {
            assertThatThrownBy(() -> new MaskingRule(probability, false))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("mask probability");
        }
    }
}
