package xlmr.pipeline;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Texts of any length as sequences for a model: a text that is too long is read in windows that
/// overlap, and what is said of a token is taken from the window in which it has most around it.
///
/// @param sequences ids of all windows of all texts, with `<s>` and `</s>`
/// @param texts where the tokens of each text went
record TokenWindows(List<int[]> sequences, List<Places> texts) {
    /// Where the tokens of a text are looked up.
    ///
    /// @param sequences `[T]` the sequence of each token; -1 for one that is not wanted
    /// @param rows `[T]` its row in that sequence
    /// @param windows how many sequences the text has
    record Places(int[] sequences, int[] rows, int windows) {}

    /// How texts are cut.
    ///
    /// @param maxLength most tokens of a window, `<s>` and `</s>` included
    /// @param overlap tokens that a window repeats of the one before it
    /// @param bosId the model's `<s>`
    /// @param eosId the model's `</s>`
    record Cut(int maxLength, int overlap, int bosId, int eosId) {
        private static final int ADDED = 2;

        /// Checks that a window gets on.
        ///
        /// @throws IllegalArgumentException if it has no more room than the overlap
        Cut {
            if (overlap < 0 || maxLength - ADDED <= overlap) {
                throw new IllegalArgumentException(
                        ("windows: %d tokens, of which %d are <s> and </s>, leave no room beside an"
                                        + " overlap of %d; allow longer windows or a smaller overlap")
                                .formatted(maxLength, ADDED, overlap));
            }
        }

        /// Tokens of a window without the special ones.
        int room() {
            return maxLength - ADDED;
        }
    }

    /// One after another.
    static final class Builder {
        private final Cut cut;
        private final List<int[]> sequences = new ArrayList<>();
        private final List<Places> texts = new ArrayList<>();

        Builder(Cut cut) {
            this.cut = cut;
        }

        /// Adds a text.
        ///
        /// @param ids its tokens, without special ones
        /// @param wanted tokens that something is said of, at which alone a window may begin; no
        ///   more than a window's room lies between two
        void add(int[] ids, boolean[] wanted) {
            List<int[]> windows = windows(ids.length, wanted);
            int[] owners = owners(windows, wanted);
            int[] rows = new int[ids.length];
            int used = 0;
            for (int w = 0; w < windows.size(); w++) {
                int from = windows.get(w)[0];
                int to = windows.get(w)[1];
                boolean owns = false;
                for (int t = from; t < to; t++) {
                    if (owners[t] == w) {
                        owners[t] = sequences.size();
                        rows[t] = t - from + 1;
                        owns = true;
                    }
                }
                if (owns) {
                    sequences.add(framed(ids, from, to));
                    used++;
                }
            }
            texts.add(new Places(owners, rows, used));
        }

        TokenWindows build() {
            return new TokenWindows(List.copyOf(sequences), List.copyOf(texts));
        }

        /// First token of each window, and the one after the last.
        private List<int[]> windows(int tokens, boolean[] wanted) {
            List<int[]> windows = new ArrayList<>();
            int from = 0;
            int to = tokens == 0 ? 0 : end(0, tokens, wanted);
            while (to < tokens) {
                windows.add(new int[] {from, to});
                int next = to - cut.overlap();
                while (next < to && (next <= from || !wanted[next])) {
                    next++;
                }
                from = end(next, tokens, wanted) > to ? next : to;
                to = end(from, tokens, wanted);
            }
            if (tokens > 0) {
                windows.add(new int[] {from, to});
            }
            return windows;
        }

        private int end(int from, int tokens, boolean[] wanted) {
            if (from + cut.room() >= tokens) {
                return tokens;
            }
            int to = from + cut.room();
            while (to > from && !wanted[to]) {
                to--;
            }
            assert to > from : "a word longer than a window";
            return to;
        }

        /// The window of each wanted token in which the nearer end, but for those of the text, is
        /// farthest; -1 for the others.
        private static int[] owners(List<int[]> windows, boolean[] wanted) {
            int[] owners = new int[wanted.length];
            int[] around = new int[wanted.length];
            Arrays.fill(owners, -1);
            for (int w = 0; w < windows.size(); w++) {
                int from = windows.get(w)[0];
                int to = windows.get(w)[1];
                for (int t = from; t < to; t++) {
                    int before = from == 0 ? wanted.length : t - from;
                    int after = to == wanted.length ? wanted.length : to - 1 - t;
                    int least = Math.min(before, after);
                    if (wanted[t] && (owners[t] < 0 || least > around[t])) {
                        owners[t] = w;
                        around[t] = least;
                    }
                }
            }
            return owners;
        }

        private int[] framed(int[] ids, int from, int to) {
            int[] framed = new int[to - from + 2];
            framed[0] = cut.bosId();
            System.arraycopy(ids, from, framed, 1, to - from);
            framed[framed.length - 1] = cut.eosId();
            return framed;
        }
    }

    /// What is said of a token: a row of K numbers.
    ///
    /// @param logits of each sequence, its rows one after the other `[M][R K]`
    double[] row(float[][] logits, int text, int token, int labels) {
        Places places = texts.get(text);
        float[] sequence = logits[places.sequences()[token]];
        double[] row = new double[labels];
        for (int k = 0; k < labels; k++) {
            row[k] = sequence[places.rows()[token] * labels + k];
        }
        return row;
    }
}
