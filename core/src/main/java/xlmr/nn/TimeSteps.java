package xlmr.nn;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/// The order in which a recurrent layer reads packed sequences: at step t the t-th row of each that
/// is so long, the longest sequence first, so that those still running are always the first ones.
///
/// @param rows of each step
record TimeSteps(List<int[]> rows) {
    /// @param starts `[B + 1]` where each sequence begins, and N
    /// @param backwards whether each sequence is read from its end
    static TimeSteps of(int[] starts, boolean backwards) {
        int[] order =
                IntStream.range(0, starts.length - 1)
                        .boxed()
                        .sorted(Comparator.comparingInt(b -> starts[b] - starts[b + 1]))
                        .mapToInt(b -> b)
                        .toArray();
        List<int[]> rows = new ArrayList<>();
        int running = order.length;
        for (int t = 0; ; t++) {
            while (running > 0 && length(starts, order[running - 1]) <= t) {
                running--;
            }
            if (running == 0) {
                return new TimeSteps(rows);
            }
            int[] step = new int[running];
            for (int i = 0; i < running; i++) {
                int b = order[i];
                step[i] = backwards ? starts[b + 1] - 1 - t : starts[b] + t;
            }
            rows.add(step);
        }
    }

    private static int length(int[] starts, int b) {
        return starts[b + 1] - starts[b];
    }
}
