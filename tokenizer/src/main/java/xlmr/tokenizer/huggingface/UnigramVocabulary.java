package xlmr.tokenizer.huggingface;

import java.nio.charset.StandardCharsets;
import xlmr.tokenizer.piece.PieceTable;
import xlmr.tokenizer.piece.PieceTrie;

/// The `Unigram` model of a `tokenizer.json`. Every piece can match, `<s>` and `<mask>` too.
final class UnigramVocabulary {
    private static final double UNKNOWN_PENALTY = 10;

    final PieceTable pieces;
    final double[] scores;
    final PieceTrie trie;
    final double unknownScore;

    /// -1 if the file names none.
    final int unknownId;

    /// Ids of `<0x00>` .. `<0xFF>`, or empty without byte fallback.
    final int[] byteIds;

    UnigramVocabulary(PieceTable pieces, double[] scores, int unknownId, boolean byteFallback) {
        this.pieces = pieces;
        this.scores = scores;
        this.unknownId = unknownId;
        int[] order = new int[pieces.size()];
        double lowest = Double.POSITIVE_INFINITY;
        for (int id = 0; id < order.length; id++) {
            order[id] = id;
            lowest = Math.min(lowest, scores[id]);
        }
        this.unknownScore = lowest - UNKNOWN_PENALTY;
        this.trie = PieceTrie.of(pieces, order, order.length);
        this.byteIds = byteFallback ? findByteIds() : new int[0];
    }

    private int[] findByteIds() {
        int[] ids = new int[256];
        for (int b = 0; b < 256; b++) {
            ids[b] = find("<0x%02X>".formatted(b));
        }
        return ids;
    }

    /// The id of a text, or -1.
    int find(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return trie.find(bytes, 0, bytes.length);
    }
}
