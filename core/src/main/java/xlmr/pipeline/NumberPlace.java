package xlmr.pipeline;

/// One of the numbers that a head gives for a sequence.
///
/// @param row of the R that the sequence has: 0 for a head that gives one, the token for a head
///   that gives one a token
/// @param column of the K
public record NumberPlace(int row, int column) {
    /// Of a head that gives one row a sequence.
    public static NumberPlace ofColumn(int column) {
        return new NumberPlace(0, column);
    }

    /// Where it stands among a sequence's numbers, row after row.
    int index(int columns) {
        return row * columns + column;
    }
}
