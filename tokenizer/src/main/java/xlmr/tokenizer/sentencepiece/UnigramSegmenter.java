package xlmr.tokenizer.sentencepiece;

import java.util.Arrays;
import xlmr.tokenizer.piece.PieceTrie;
import xlmr.tokenizer.piece.Utf8;

/// The most probable segmentation under a unigram model, by Viterbi (`unigram_model.cc`; Kudo 2018,
/// Subword Regularization). Sums are float32; a later start replaces an earlier one only if its sum
/// is strictly larger. Releases 0.1.95 to 0.2.1 compared in double and break some ties otherwise.
final class UnigramSegmenter implements Segmenter {
    /// How far the unknown score lies below the lowest score.
    private static final float UNKNOWN_PENALTY = 10;

    private final PieceTrie trie;
    private final float[] scores;
    private final float unknownScore;
    private final int unknownId;

    /// @param trie the normal and user-defined pieces
    UnigramSegmenter(SentencePieceModel model, PieceTrie trie) {
        this.trie = trie;
        this.unknownId = model.unknownId();
        float lowest = Float.MAX_VALUE;
        float highest = Float.MIN_NORMAL; // as in the sources: scores are rarely above 0
        for (int id = 0; id < model.size(); id++) {
            if (model.types()[id] == PieceType.NORMAL) {
                lowest = Math.min(lowest, model.scores()[id]);
                highest = Math.max(highest, model.scores()[id]);
            }
        }
        this.unknownScore = lowest - UNKNOWN_PENALTY;
        this.scores = model.scores().clone();
        for (int id = 0; id < model.size(); id++) {
            if (model.types()[id] == PieceType.USER_DEFINED) {
                // better than any way through ordinary pieces
                scores[id] = (float) (model.pieces().length(id) * highest - 0.1);
            }
        }
    }

    @Override
    public void segment(Workspace workspace) {
        int length = workspace.text.length;
        workspace.reserveLattice(length);
        forward(workspace, workspace.text.normalized, length);
        Cuts cuts = workspace.cuts;
        for (int end = length; end > 0; end = workspace.bestStart[end]) {
            cuts.add(workspace.bestId[end], end);
        }
        cuts.reverse();
    }

    private void forward(Workspace workspace, byte[] text, int length) {
        float[] bestScore = workspace.bestScore;
        int[] bestId = workspace.bestId;
        int[] bestStart = workspace.bestStart;
        Arrays.fill(bestStart, 0, length + 1, -1);
        bestScore[0] = 0;
        int next;
        for (int start = 0; start < length; start = next) {
            float here = bestScore[start];
            next = Math.min(length, start + Utf8.lengthByLead(text[start] & 0xFF));
            boolean single = false;
            long unit = trie.root();
            for (int at = start; at < length; ) {
                unit = trie.child(unit, text[at++] & 0xFF);
                if (unit == 0) {
                    break;
                }
                int id = PieceTrie.value(unit);
                if (id >= 0) {
                    float sum = here + scores[id];
                    if (bestStart[at] < 0 || sum > bestScore[at]) {
                        bestScore[at] = sum;
                        bestId[at] = id;
                        bestStart[at] = start;
                    }
                    single |= at == next;
                }
            }
            if (!single) {
                float sum = here + unknownScore;
                if (bestStart[next] < 0 || sum > bestScore[next]) {
                    bestScore[next] = sum;
                    bestId[next] = unknownId;
                    bestStart[next] = start;
                }
            }
        }
    }

    PieceTrie trie() {
        return trie;
    }

    float score(int id) {
        return id == unknownId ? unknownScore : scores[id];
    }

    int unknownId() {
        return unknownId;
    }
}
