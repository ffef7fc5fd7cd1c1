package xlmr.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/// Batches for prediction: as many sequences as fit a number of tokens.
///
/// Nothing is padded, so a batch costs what its tokens cost; a budget keeps memory flat and
/// matrices large. Sequences of like length go together, longest first, so that a lack of memory
/// shows at once.
public final class TokenBudget {
    private TokenBudget() {}

    /// Rows of each batch.
    ///
    /// @param lengths tokens of each sequence
    /// @param budget tokens of a batch; a longer sequence makes a batch of its own
    public static List<int[]> batches(int[] lengths, int budget) {
        Integer[] order = new Integer[lengths.length];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, Comparator.comparingInt(i -> -lengths[i]));
        List<int[]> batches = new ArrayList<>();
        int from = 0;
        int tokens = 0;
        for (int i = 0; i < order.length; i++) {
            int length = lengths[order[i]];
            if (i > from && tokens + length > budget) {
                batches.add(rows(order, from, i));
                from = i;
                tokens = 0;
            }
            tokens += length;
        }
        if (from < order.length) {
            batches.add(rows(order, from, order.length));
        }
        return batches;
    }

    /// Tokens of the largest batch; 0 where there is none.
    ///
    /// @param lengths tokens of each sequence
    public static int mostTokens(List<int[]> batches, int[] lengths) {
        return batches.stream()
                .mapToInt(rows -> Arrays.stream(rows).map(row -> lengths[row]).sum())
                .max()
                .orElse(0);
    }

    private static int[] rows(Integer[] order, int from, int to) {
        int[] rows = new int[to - from];
        for (int i = from; i < to; i++) {
            rows[i - from] = order[i];
        }
        return rows;
    }
}
