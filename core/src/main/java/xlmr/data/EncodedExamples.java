package xlmr.data;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import xlmr.model.Targets;
import xlmr.tensor.TokenBatch;

/// Examples as token ids with their targets: where tokenizer and tensor meet.
///
/// @param sequences ids of each example, with `<s>` and `</s>`
/// @param targets as many rows, or null where nothing is known
public record EncodedExamples(List<int[]> sequences, @Nullable Targets targets) {
    /// Checks that there are as many targets as sequences.
    public EncodedExamples {
        if (targets != null && targets.rows() != sequences.size()) {
            throw new IllegalArgumentException(
                    "examples: %d texts, %d targets".formatted(sequences.size(), targets.rows()));
        }
        sequences = List.copyOf(sequences);
    }

    /// Number of examples.
    public int size() {
        return sequences.size();
    }

    /// Tokens of each example.
    public int[] lengths() {
        return sequences.stream().mapToInt(ids -> ids.length).toArray();
    }

    /// Some examples, packed in the order given.
    public TokenBatch batch(int[] rows, int padId) {
        List<int[]> chosen = new ArrayList<>(rows.length);
        for (int row : rows) {
            chosen.add(sequences.get(row));
        }
        return TokenBatch.of(chosen, padId);
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
