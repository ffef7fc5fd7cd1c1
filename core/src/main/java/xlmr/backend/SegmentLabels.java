package xlmr.backend;

/// Which row of each segment is right, column by column: the first token of an answer in column 0
/// and the last in column 1 for extractive question answering, or the right choice of a question.
/// Each column of a segment is one softmax over the segment's rows.
///
/// @param starts `[B + 1]` first row of each segment, and N
/// @param labels `[B, K]` row within its segment, counted from 0, or [#IGNORE]
/// @param columns K
public record SegmentLabels(int[] starts, int[] labels, int columns) {
    /// A segment whose column does not count.
    public static final int IGNORE = -1;

    /// Checks that every label is a row of its segment.
    public SegmentLabels {
        if (labels.length != (starts.length - 1) * columns) {
            throw new IllegalArgumentException(
                    "segment labels: expected %d for %d segments and %d columns, found %d"
                            .formatted(
                                    (starts.length - 1) * columns,
                                    starts.length - 1,
                                    columns,
                                    labels.length));
        }
        for (int i = 0; i < labels.length; i++) {
            int rows = starts[i / columns + 1] - starts[i / columns];
            if (labels[i] != IGNORE && (labels[i] < 0 || labels[i] >= rows)) {
                throw new IllegalArgumentException(
                        "segment labels: label %d of segment %d is not one of its rows 0..%d"
                                .formatted(labels[i], i / columns, rows - 1));
            }
        }
    }

    /// B.
    public int segments() {
        return starts.length - 1;
    }

    /// N.
    public int rows() {
        return starts[starts.length - 1];
    }

    /// How many segments count in a column.
    public int counted(int column) {
        int count = 0;
        for (int i = column; i < labels.length; i += columns) {
            count += labels[i] == IGNORE ? 0 : 1;
        }
        return count;
    }
}
