package xlmr.data;

import java.util.Arrays;
import java.util.List;

/// The examples of several heads one behind the other, as if they were one data set. What is shown
/// at a time belongs to one of them.
///
/// @param parts the examples of each head
public record JointExamples(List<TrainingExamples> parts) implements TrainingExamples {
    /// Copies the list.
    public JointExamples {
        if (parts.isEmpty()) {
            throw new IllegalArgumentException("joint examples: expected at least one part");
        }
        parts = List.copyOf(parts);
    }

    @Override
    public int size() {
        return parts.stream().mapToInt(TrainingExamples::size).sum();
    }

    @Override
    public int[] lengths() {
        return parts.stream().map(TrainingExamples::lengths).flatMapToInt(Arrays::stream).toArray();
    }

    /// @param rows of one part
    @Override
    public Labelled labelled(int[] rows, long microBatch, int padId) {
        return parts.get(partOf(rows)).labelled(own(rows), microBatch, padId);
    }

    /// The part that some rows belong to, from 0.
    public int partOf(int[] rows) {
        int part = 0;
        int from = 0;
        while (rows[0] >= from + parts.get(part).size()) {
            from += parts.get(part).size();
            part++;
        }
        return part;
    }

    /// The same rows as their part counts them.
    public int[] own(int[] rows) {
        int first = first(partOf(rows));
        return Arrays.stream(rows).map(row -> row - first).toArray();
    }

    /// The row at which a part begins.
    int first(int part) {
        return parts.subList(0, part).stream().mapToInt(TrainingExamples::size).sum();
    }
}
