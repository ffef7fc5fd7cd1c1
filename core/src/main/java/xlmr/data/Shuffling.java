package xlmr.data;

import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/// Random orders that are the same on every machine (Fisher and Yates, as Durstenfeld has it).
final class Shuffling {
    private Shuffling() {}

    /// A source of numbers that is its own for each seed and stream.
    ///
    /// @param stream such as the epoch, from 0
    static RandomGenerator random(long seed, int stream) {
        // the golden ratio keeps (seed, stream + 1) apart from (seed + 1, stream)
        return RandomGeneratorFactory.of("L64X128MixRandom")
                .create(seed ^ (stream + 1L) * 0x9E3779B97F4A7C15L);
    }

    /// Puts the elements into a random order.
    static void shuffle(int[] elements, RandomGenerator random) {
        for (int i = elements.length - 1; i > 0; i--) {
            int j = below(i + 1, random);
            int kept = elements[i];
            elements[i] = elements[j];
            elements[j] = kept;
        }
    }

    /// Puts the elements into a random order.
    static void shuffle(List<?> elements, RandomGenerator random) {
        for (int i = elements.size() - 1; i > 0; i--) {
            Collections.swap(elements, i, below(i + 1, random));
        }
    }

    /// A number in `[0, bound)` by one multiplication (Lemire, 2019), without the correction that
    /// costs more draws: its bias is below 2^-32.
    private static int below(int bound, RandomGenerator random) {
        return (int) Math.unsignedMultiplyHigh(random.nextLong(), bound);
    }
}
