package xlmr.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import xlmr.model.Targets;
import xlmr.tensor.TokenBatch;

/// Examples as token ids with their targets: where tokenizer and tensor meet.
///
/// @param sequences ids, with `<s>` and `</s>`
/// @param starts `[M + 1]` the first sequence of each of the M examples, and their number: as a
///   rule an example is one sequence, a multiple-choice question is one for each choice
/// @param targets of M examples, or null where nothing is known
public record EncodedExamples(List<int[]> sequences, int[] starts, @Nullable Targets targets)
        implements TrainingExamples {
    /// Checks that the parts fit each other.
    public EncodedExamples {
        if (starts[starts.length - 1] != sequences.size()) {
            throw new IllegalArgumentException(
                    "examples: %d sequences, but the last example ends at %d"
                            .formatted(sequences.size(), starts[starts.length - 1]));
        }
        if (targets != null && targets.rows() != starts.length - 1) {
            throw new IllegalArgumentException(
                    "examples: %d texts, %d targets".formatted(starts.length - 1, targets.rows()));
        }
        sequences = List.copyOf(sequences);
    }

    /// Examples of one sequence each.
    public EncodedExamples(List<int[]> sequences, @Nullable Targets targets) {
        this(sequences, IntStream.rangeClosed(0, sequences.size()).toArray(), targets);
    }

    /// Several sets one behind the other, without targets.
    public static EncodedExamples concatenated(List<EncodedExamples> parts) {
        List<int[]> sequences = new ArrayList<>();
        IntStream.Builder starts = IntStream.builder().add(0);
        for (EncodedExamples part : parts) {
            int before = sequences.size();
            sequences.addAll(part.sequences);
            Arrays.stream(part.starts).skip(1).forEach(start -> starts.add(before + start));
        }
        return new EncodedExamples(sequences, starts.build().toArray(), null);
    }

    /// Number of examples, M.
    @Override
    public int size() {
        return starts.length - 1;
    }

    /// Tokens of each example.
    @Override
    public int[] lengths() {
        int[] lengths = new int[size()];
        for (int m = 0; m < lengths.length; m++) {
            for (int[] ids : sequences.subList(starts[m], starts[m + 1])) {
                lengths[m] += ids.length;
            }
        }
        return lengths;
    }

    /// Some examples, packed in the order given.
    public TokenBatch batch(int[] rows, int padId) {
        List<int[]> chosen = new ArrayList<>(rows.length);
        for (int row : rows) {
            chosen.addAll(sequences.subList(starts[row], starts[row + 1]));
        }
        return TokenBatch.of(chosen, padId);
    }

    @Override
    public Labelled labelled(int[] rows, long microBatch, int padId) {
        return new Labelled(batch(rows, padId), targets(rows));
    }

    /// How many sequences an example has.
    public int sequencesOf(int row) {
        return starts[row + 1] - starts[row];
    }

    /// The targets of some examples.
    ///
    /// @throws IllegalStateException if there are none
    public Targets targets(int[] rows) {
        if (targets == null) {
            throw new IllegalStateException("examples without labels");
        }
        return targets.select(rows);
    }
}
