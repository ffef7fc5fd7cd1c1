package xlmr.golden;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import xlmr.checkpoint.Checkpoint;
import xlmr.data.EncodedExamples;
import xlmr.model.Targets;

/// The texts that the reference's training runs learn from.
final class TrainingExamplesFixture {
    private TrainingExamplesFixture() {}

    /// Packed examples of arrays that the reference has padded.
    static EncodedExamples of(Checkpoint data) {
        return of(data, data.integers("inputs.labels").length);
    }

    /// As many as asked for, from the first again after the last.
    static EncodedExamples of(Checkpoint data, int count) {
        long[] ids = data.integers("inputs.input_ids");
        long[] mask = data.integers("inputs.attention_mask");
        long[] labels = data.integers("inputs.labels");
        int columns = ids.length / labels.length;
        List<int[]> sequences = new ArrayList<>();
        int[] classes = new int[count];
        for (int b = 0; b < count; b++) {
            int row = b % labels.length * columns;
            sequences.add(
                    IntStream.range(row, row + columns)
                            .filter(i -> mask[i] != 0)
                            .map(i -> (int) ids[i])
                            .toArray());
            classes[b] = (int) labels[b % labels.length];
        }
        return new EncodedExamples(sequences, new Targets.Classes(classes));
    }
}
