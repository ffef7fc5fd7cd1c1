package xlmr.train;

import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import xlmr.data.EncodedExamples;

/// What a frozen encoder gives the head, remembered from run to run: runs that differ in their seed
/// or in which examples are held out ask the same encoder for the same texts. For runs of one model
/// and one kind of head, one after the other. Owned by one thread.
public final class FrozenFeatures {
    private static final double NANOSECONDS = 1e9;

    private final Map<IntBuffer, float[]> known = new HashMap<>();
    private long nanoseconds;
    private int computed;
    private int remembered;

    /// Nothing yet.
    public FrozenFeatures() {}

    /// What it saved.
    ///
    /// @param computed texts that the encoder ran for
    /// @param seconds that this took
    /// @param remembered how often it would have run for a text once more
    public record Saved(int computed, double seconds, int remembered) {
        /// Seconds that the remembered ones would have taken.
        public double savedSeconds() {
            return computed == 0 ? 0 : seconds * remembered / computed;
        }
    }

    /// What it has saved so far.
    public Saved saved() {
        return new Saved(computed, nanoseconds / NANOSECONDS, remembered);
    }

    /// The features of some examples. `[M][R C]`
    ///
    /// @param compute those of examples that are not known yet, in their order
    float[][] of(EncodedExamples examples, Function<EncodedExamples, float[][]> compute) {
        List<IntBuffer> keys =
                IntStream.range(0, examples.size()).mapToObj(row -> key(examples, row)).toList();
        int[] missing =
                IntStream.range(0, keys.size())
                        .filter(row -> !known.containsKey(keys.get(row)))
                        .toArray();
        if (missing.length > 0) {
            long begin = System.nanoTime();
            float[][] rows = compute.apply(some(examples, missing));
            nanoseconds += System.nanoTime() - begin;
            for (int i = 0; i < missing.length; i++) {
                known.put(keys.get(missing[i]), rows[i]);
            }
        }
        computed += missing.length;
        remembered += keys.size() - missing.length;
        return keys.stream().map(known::get).toArray(float[][]::new);
    }

    /// All tokens of an example, each sequence behind its length.
    private static IntBuffer key(EncodedExamples examples, int row) {
        List<int[]> sequences =
                examples.sequences().subList(examples.starts()[row], examples.starts()[row + 1]);
        int size = sequences.stream().mapToInt(ids -> 1 + ids.length).sum();
        IntBuffer key = IntBuffer.allocate(size);
        sequences.forEach(ids -> key.put(ids.length).put(ids));
        return key.flip();
    }

    private static EncodedExamples some(EncodedExamples examples, int[] rows) {
        List<int[]> sequences = new ArrayList<>();
        int[] starts = new int[rows.length + 1];
        for (int i = 0; i < rows.length; i++) {
            sequences.addAll(
                    examples.sequences()
                            .subList(examples.starts()[rows[i]], examples.starts()[rows[i] + 1]));
            starts[i + 1] = sequences.size();
        }
        return new EncodedExamples(sequences, starts, null);
    }
}
