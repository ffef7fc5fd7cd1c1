package xlmr.pipeline;

import java.util.Arrays;
import java.util.Comparator;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import xlmr.eval.Logits;

/// Draws tokens by their logits: temperature, then the k most probable, then the smallest set that
/// reaches probability p (Holtzman et al. 2020), in the order in which the reference applies them.
final class TokenSampler {
    private final GenerationOptions options;
    private final SplittableRandom random;

    TokenSampler(GenerationOptions options) {
        this.options = options;
        this.random = new SplittableRandom(options.seed());
    }

    /// One token.
    ///
    /// @param logits `[V]`
    int next(float[] logits) {
        if (options.temperature() == 0) {
            return Logits.argmax(logits, 0, logits.length);
        }
        int[] ids = kept(logits);
        double[] probabilities = probabilities(logits, ids);
        int count = nucleus(probabilities);
        double total = Arrays.stream(probabilities, 0, count).sum();
        double draw = random.nextDouble() * total;
        for (int i = 0; i < count - 1; i++) {
            draw -= probabilities[i];
            if (draw < 0) {
                return ids[i];
            }
        }
        return ids[count - 1];
    }

    /// Ids by falling logit, at most k of them; of equal ones the lower id first.
    private int[] kept(float[] logits) {
        int most = options.topK() == 0 ? logits.length : Math.min(options.topK(), logits.length);
        return IntStream.range(0, logits.length)
                .boxed()
                .sorted(
                        Comparator.<Integer>comparingDouble(id -> -logits[id])
                                .thenComparingInt(id -> id))
                .limit(most)
                .mapToInt(id -> id)
                .toArray();
    }

    private double[] probabilities(float[] logits, int[] ids) {
        return Logits.softmax(
                Arrays.stream(ids).mapToDouble(id -> logits[id] / options.temperature()).toArray());
    }

    /// How many of the probabilities, which fall, it takes to reach p; the one that reaches it
    /// counts.
    private int nucleus(double[] probabilities) {
        double sum = 0;
        for (int i = 0; i < probabilities.length; i++) {
            sum += probabilities[i];
            if (sum >= options.topP()) {
                return i + 1;
            }
        }
        return probabilities.length;
    }
}
