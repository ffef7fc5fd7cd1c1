package xlmr.tokenizer.huggingface;

import java.util.Arrays;
import xlmr.tokenizer.TokenizerException;
import xlmr.tokenizer.piece.PieceTrie;
import xlmr.tokenizer.piece.TokenList;
import xlmr.tokenizer.piece.Utf8;

/// The best segmentation of one word (`Unigram::encode_optimized` of tokenizers): like
/// SentencePiece's, but sums are float64 and begin anew with each word, so that ties can end
/// otherwise.
final class UnigramLattice {
    private double[] bestScore = new double[64];
    private int[] bestId = new int[64];
    private int[] bestStart = new int[64];
    private int[] cuts = new int[64];

    /// Appends the tokens of `text[from .. to)`, all of them of the given word.
    void segment(
            UnigramVocabulary model,
            AlignedText text,
            int from,
            int to,
            int word,
            TokenList tokens) {
        int length = to - from;
        if (length >= bestScore.length) {
            int capacity = Math.max(length + 1, bestScore.length * 2);
            bestScore = new double[capacity];
            bestId = new int[capacity];
            bestStart = new int[capacity];
            cuts = new int[capacity];
        }
        forward(model, text.bytes, from, length);
        int count = 0;
        for (int end = length; end > 0; end = bestStart[end]) {
            cuts[count++] = end;
        }
        int start = 0;
        while (count > 0) {
            int end = cuts[--count];
            int id = bestId[end];
            boolean unknown = id == model.unknownId;
            while (unknown && count > 0 && bestId[cuts[count - 1]] == id) {
                end = cuts[--count]; // a run of unknown characters is one token
            }
            if (unknown
                    && model.byteIds.length > 0
                    && addBytes(model, text, from + start, from + end, word, tokens)) {
                start = end;
                continue;
            }
            tokens.add(id, text.begins[from + start], text.ends[from + end - 1], word);
            start = end;
        }
    }

    /// Appends the bytes of an unknown text as tokens, unless one of them is no piece.
    private static boolean addBytes(
            UnigramVocabulary model,
            AlignedText text,
            int from,
            int to,
            int word,
            TokenList tokens) {
        for (int i = from; i < to; i++) {
            if (model.byteIds[text.bytes[i] & 0xFF] < 0) {
                return false;
            }
        }
        for (int i = from; i < to; i++) {
            tokens.add(
                    model.byteIds[text.bytes[i] & 0xFF],
                    text.begins[from],
                    text.ends[to - 1],
                    word);
        }
        return true;
    }

    private void forward(UnigramVocabulary model, byte[] text, int from, int length) {
        PieceTrie trie = model.trie;
        double[] scores = model.scores;
        Arrays.fill(bestStart, 0, length + 1, -1);
        bestScore[0] = 0;
        int next;
        for (int start = 0; start < length; start = next) {
            double here = bestScore[start];
            next = Math.min(length, start + Utf8.lengthByLead(text[from + start] & 0xFF));
            boolean single = false;
            long unit = trie.root();
            for (int at = start; at < length; ) {
                unit = trie.child(unit, text[from + at++] & 0xFF);
                if (unit == 0) {
                    break;
                }
                int id = PieceTrie.value(unit);
                if (id >= 0) {
                    offer(at, start, id, here + scores[id]);
                    single |= at == next;
                }
            }
            if (!single) {
                if (model.unknownId < 0) {
                    throw new TokenizerException(
                            "the text holds a character outside the vocabulary, and the tokenizer.json has no unk_id for it");
                }
                offer(next, start, model.unknownId, here + model.unknownScore);
            }
        }
    }

    private void offer(int end, int start, int id, double sum) {
        if (bestStart[end] < 0 || sum > bestScore[end]) {
            bestScore[end] = sum;
            bestId[end] = id;
            bestStart[end] = start;
        }
    }
}
