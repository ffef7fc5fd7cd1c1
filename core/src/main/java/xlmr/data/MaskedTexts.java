package xlmr.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import xlmr.backend.CrossEntropy;
import xlmr.model.Targets;
import xlmr.tensor.TokenBatch;

/// Texts for a masked language model: other tokens are masked each time a text is shown (dynamic
/// masking, Liu et al. 2019), always the same ones for the same seed and time. A text in which
/// chance would leave every token alone has one masked.
///
/// @param texts at least one token each that is no special one
/// @param rule what is masked
/// @param maskId id of `<mask>`
/// @param vocabulary ids of random pieces are below it
/// @param seed of the run
public record MaskedTexts(List<Text> texts, MaskingRule rule, int maskId, int vocabulary, long seed)
        implements TrainingExamples {
    // Odd constants with well-mixed bits, so that neighbouring counters give unlike streams.
    private static final long STEP_MIX = 0x9E3779B97F4A7C15L;
    private static final long ROW_MIX = 0xC2B2AE3D27D4EB4FL;

    /// One text.
    ///
    /// @param ids with `<s>` and `</s>`
    /// @param words the word of each token, or -1 for a special token, which is never masked
    public record Text(int[] ids, int[] words) {}

    /// Copies the list.
    public MaskedTexts {
        texts = List.copyOf(texts);
    }

    @Override
    public int size() {
        return texts.size();
    }

    @Override
    public int[] lengths() {
        return texts.stream().mapToInt(text -> text.ids().length).toArray();
    }

    @Override
    public Labelled labelled(int[] rows, long microBatch, int padId) {
        List<int[]> ids = new ArrayList<>();
        int[][] labels = new int[rows.length][];
        for (int i = 0; i < rows.length; i++) {
            int[] masked = texts.get(rows[i]).ids().clone();
            labels[i] = mask(rows[i], microBatch, masked);
            ids.add(masked);
        }
        return new Labelled(TokenBatch.of(ids, padId), new Targets.TokenClasses(labels));
    }

    /// All texts with the masks of one moment, to judge by.
    public EncodedExamples fixed() {
        List<int[]> ids = new ArrayList<>();
        int[][] labels = new int[size()][];
        for (int row = 0; row < labels.length; row++) {
            int[] masked = texts.get(row).ids().clone();
            labels[row] = mask(row, -1, masked);
            ids.add(masked);
        }
        return new EncodedExamples(ids, new Targets.TokenClasses(labels));
    }

    /// Masks ids in place and returns what they were, [CrossEntropy#IGNORE] where not chosen.
    private int[] mask(int row, long microBatch, int[] ids) {
        SplittableRandom random =
                new SplittableRandom(seed ^ (microBatch + 2) * STEP_MIX ^ (row + 1) * ROW_MIX);
        int[] words = texts.get(row).words();
        boolean[] chosen = chosen(words, random);
        int[] labels = new int[ids.length];
        Arrays.fill(labels, CrossEntropy.IGNORE);
        for (int t = 0; t < ids.length; t++) {
            if (chosen[t]) {
                labels[t] = ids[t];
                double what = random.nextDouble();
                if (what < MaskingRule.MASKED) {
                    ids[t] = maskId;
                } else if (what < MaskingRule.MASKED + MaskingRule.REPLACED) {
                    ids[t] = random.nextInt(vocabulary);
                }
            }
        }
        return labels;
    }

    private boolean[] chosen(int[] words, SplittableRandom random) {
        boolean[] chosen = new boolean[words.length];
        boolean any = false;
        for (int t = 0; t < words.length; t++) {
            boolean continues = rule.wholeWords() && t > 0 && words[t] == words[t - 1];
            if (words[t] >= 0) {
                chosen[t] = continues ? chosen[t - 1] : random.nextDouble() < rule.probability();
                any |= chosen[t];
            }
        }
        if (!any) {
            int[] candidates = candidates(words);
            int word = candidates[random.nextInt(candidates.length)];
            for (int t = 0; t < words.length; t++) {
                chosen[t] = t == word || (rule.wholeWords() && words[t] == words[word]);
            }
        }
        return chosen;
    }

    private static int[] candidates(int[] words) {
        int[] candidates = new int[words.length];
        int count = 0;
        for (int t = 0; t < words.length; t++) {
            if (words[t] >= 0) {
                candidates[count++] = t;
            }
        }
        return Arrays.copyOf(candidates, count);
    }
}
