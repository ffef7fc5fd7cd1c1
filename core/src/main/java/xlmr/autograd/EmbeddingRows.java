package xlmr.autograd;

/// A look-up in an embedding table.
///
/// @param table `[V, C]`
/// @param rows `[N]` the rows wanted
/// @param paddingRow a row that is used as it is but gets no gradient, or -1
public record EmbeddingRows(Parameter table, int[] rows, int paddingRow) {
    void check(int expectedRows, int expectedColumns) {
        if (rows.length != expectedRows || table.shape().size(1) != expectedColumns) {
            throw new IllegalArgumentException(
                    "embeddingSum: expected %d rows of %d columns, found %d rows of %s"
                            .formatted(expectedRows, expectedColumns, rows.length, table));
        }
        int size = table.shape().size(0);
        for (int n = 0; n < rows.length; n++) {
            if (rows[n] < 0 || rows[n] >= size) {
                throw new IllegalArgumentException(
                        "embeddingSum: token %d asks for row %d, %s has rows 0..%d"
                                .formatted(n, rows[n], table.name(), size - 1));
            }
        }
    }
}
