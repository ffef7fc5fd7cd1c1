package xlmr.tokenizer.sentencepiece;

import xlmr.tokenizer.piece.PieceTrie;
import xlmr.tokenizer.piece.Utf8;

/// Every character, or user-defined symbol, is a piece (`char_model.cc`).
///
/// @param trie the normal, unused and user-defined pieces
/// @param symbols the user-defined symbols
/// @param unknownId the id of a character that is no piece
record CharacterSegmenter(PieceTrie trie, PieceTrie symbols, int unknownId) implements Segmenter {
    @Override
    public void segment(Workspace workspace) {
        byte[] text = workspace.text.normalized;
        int length = workspace.text.length;
        int start = 0;
        while (start < length) {
            int symbol = symbols.longestPrefix(text, start, length);
            int end =
                    symbol > 0
                            ? start + symbol
                            : Math.min(length, start + Utf8.lengthByLead(text[start] & 0xFF));
            int id = trie.find(text, start, end);
            workspace.cuts.add(id >= 0 ? id : unknownId, end);
            start = end;
        }
    }
}
