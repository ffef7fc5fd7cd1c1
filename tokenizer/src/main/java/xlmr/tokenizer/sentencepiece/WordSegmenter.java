package xlmr.tokenizer.sentencepiece;

import xlmr.tokenizer.piece.PieceTrie;
import xlmr.tokenizer.piece.Utf8;

/// What lies between white space is a piece, with the U+2581 before it, or after it if white space
/// is a suffix (`word_model.cc`).
///
/// @param trie the normal, unused and user-defined pieces
/// @param suffix whether U+2581 ends a word
/// @param unknownId the id of a word that is no piece
record WordSegmenter(PieceTrie trie, boolean suffix, int unknownId) implements Segmenter {
    @Override
    public void segment(Workspace workspace) {
        byte[] text = workspace.text.normalized;
        int length = workspace.text.length;
        int start = 0;
        int at = 0;
        while (at < length) {
            boolean meta = Utf8.isMetaAt(text, at, length);
            if (meta && !suffix && at > start) {
                cut(workspace, start, at);
                start = at;
            }
            at += meta ? Utf8.META_LENGTH : 1;
            if (meta && suffix) {
                cut(workspace, start, at);
                start = at;
            }
        }
        if (start < length) {
            cut(workspace, start, length);
        }
    }

    private void cut(Workspace workspace, int start, int end) {
        int id = trie.find(workspace.text.normalized, start, end);
        workspace.cuts.add(id >= 0 ? id : unknownId, end);
    }
}
