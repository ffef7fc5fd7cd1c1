package xlmr.tensor;

import java.util.List;

/// Token sequences one after the other, without padding: B sequences of N tokens in all.
///
/// Positions follow the reference (modeling_xlm_roberta.py, create_position_ids_from_input_ids):
/// the pad id plus a running count of the tokens that are not the pad token; a pad token inside a
/// text has the pad id as position.
///
/// @param ids `[N]` rows of the word embedding
/// @param starts `[B + 1]` where each sequence begins, and N
/// @param positions `[N]` rows of the position embedding
/// @param types `[N]` rows of the token type embedding
public record TokenBatch(int[] ids, int[] starts, int[] positions, int[] types) {
    /// Checks that the arrays fit each other.
    public TokenBatch {
        if (starts.length == 0 || starts[0] != 0 || starts[starts.length - 1] != ids.length) {
            throw new IllegalArgumentException(
                    "token batch: starts must go from 0 to %d tokens".formatted(ids.length));
        }
        for (int b = 1; b < starts.length; b++) {
            if (starts[b] <= starts[b - 1]) {
                throw new IllegalArgumentException(
                        "token batch: sequence %d is empty; give it at least <s> </s>"
                                .formatted(b - 1));
            }
        }
        if (positions.length != ids.length || types.length != ids.length) {
            throw new IllegalArgumentException(
                    "token batch: %d ids, %d positions, %d types; expected as many of each"
                            .formatted(ids.length, positions.length, types.length));
        }
    }

    /// Packs sequences, with the reference's positions and token type 0.
    public static TokenBatch of(List<int[]> sequences, int padId) {
        int tokens = 0;
        for (int[] sequence : sequences) {
            tokens += sequence.length;
        }
        int[] ids = new int[tokens];
        int[] starts = new int[sequences.size() + 1];
        int[] positions = new int[tokens];
        int n = 0;
        for (int b = 0; b < sequences.size(); b++) {
            int count = 0;
            for (int id : sequences.get(b)) {
                ids[n] = id;
                positions[n] = id == padId ? padId : padId + ++count;
                n++;
            }
            starts[b + 1] = n;
        }
        return new TokenBatch(ids, starts, positions, new int[tokens]);
    }

    /// B.
    public int sequences() {
        return starts.length - 1;
    }

    /// N.
    public int tokens() {
        return ids.length;
    }

    /// Tokens of sequence `b`.
    public int length(int b) {
        return starts[b + 1] - starts[b];
    }

    /// `[B]` the row of each sequence's first token, `<s>`.
    public int[] firstTokens() {
        int[] rows = new int[sequences()];
        System.arraycopy(starts, 0, rows, 0, rows.length);
        return rows;
    }
}
