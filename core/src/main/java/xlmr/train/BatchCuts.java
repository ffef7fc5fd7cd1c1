package xlmr.train;

import java.util.Arrays;

/// How a batch is shared out over ranks: in its own order, a stretch of examples each, so that the
/// largest stretch has as few tokens as can be. A function of the lengths alone.
///
/// @param lengths tokens of each example of the data
/// @param ranks how many
record BatchCuts(int[] lengths, int ranks) {
    /// Where each rank begins in a batch, and the batch's size: `[ranks + 1]`. Late ranks may be
    /// left without examples.
    ///
    /// @param rows the examples of the batch
    int[] of(int[] rows) {
        long least = Arrays.stream(rows).mapToLong(row -> lengths[row]).max().orElse(0);
        long most = Arrays.stream(rows).mapToLong(row -> lengths[row]).sum();
        while (least < most) {
            long middle = (least + most) / 2;
            if (cuts(rows, middle)[ranks] == rows.length) {
                most = middle;
            } else {
                least = middle + 1;
            }
        }
        return cuts(rows, most);
    }

    /// Fills one rank after the other with at most so many tokens.
    private int[] cuts(int[] rows, long limit) {
        int[] cuts = new int[ranks + 1];
        int at = 0;
        for (int rank = 0; rank < ranks; rank++) {
            long tokens = 0;
            while (at < rows.length && tokens + lengths[rows[at]] <= limit) {
                tokens += lengths[rows[at++]];
            }
            cuts[rank + 1] = at;
        }
        return cuts;
    }
}
