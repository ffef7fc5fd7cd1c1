package xlmr.tokenizer.huggingface;

import java.nio.charset.StandardCharsets;
import java.util.List;
import xlmr.tokenizer.piece.PieceTable;
import xlmr.tokenizer.piece.PieceTrie;

/// Finds added tokens in a text: the leftmost, of those the longest (`AddedVocabulary` of
/// tokenizers).
final class AddedTokens {
    private final List<AddedToken> tokens;
    private final PieceTrie trie;
    private final boolean[] firstBytes = new boolean[256];

    /// What is found, in order.
    interface Sink {
        /// A stretch without added tokens.
        void text(int from, int to);

        /// An added token and where it stands, the white space that it takes included.
        void token(AddedToken token, int from, int to);
    }

    AddedTokens(List<AddedToken> tokens) {
        this.tokens = tokens;
        int[] starts = new int[tokens.size()];
        int[] ends = new int[tokens.size()];
        int[] order = new int[tokens.size()];
        StringBuilder all = new StringBuilder();
        int at = 0;
        for (int i = 0; i < starts.length; i++) {
            byte[] content = tokens.get(i).content().getBytes(StandardCharsets.UTF_8);
            firstBytes[content[0] & 0xFF] = true;
            all.append(tokens.get(i).content());
            starts[i] = at;
            at += content.length;
            ends[i] = at;
            order[i] = i;
        }
        byte[] bytes = all.toString().getBytes(StandardCharsets.UTF_8);
        PieceTable table = new PieceTable(bytes, starts, ends, starts.length);
        this.trie = PieceTrie.of(table, order, starts.length);
    }

    /// Cuts `text[from .. to)`.
    ///
    /// @param specials whether special tokens are looked for
    void split(AlignedText text, int from, int to, boolean specials, Sink sink) {
        int done = from;
        int at = from;
        while (at < to) {
            if (!firstBytes[text.bytes[at] & 0xFF]) {
                at++;
                continue;
            }
            int index = -1;
            int end = at;
            long unit = trie.root();
            for (int i = at; i < to; i++) {
                unit = trie.child(unit, text.bytes[i] & 0xFF);
                if (unit == 0) {
                    break;
                }
                if (PieceTrie.value(unit) >= 0) {
                    index = PieceTrie.value(unit);
                    end = i + 1;
                }
            }
            if (index < 0) {
                at++;
                continue;
            }
            AddedToken token = tokens.get(index);
            int start = at;
            at = end;
            if (token.special() && !specials
                    || token.singleWord() && touchesWord(text, from, start, end, to)) {
                continue;
            }
            start = token.leftStrip() ? spacesBefore(text, done, start) : start;
            end = token.rightStrip() ? spacesAfter(text, end, to) : end;
            if (done < start) {
                sink.text(done, start);
            }
            sink.token(token, start, end);
            done = end;
            at = Math.max(at, end);
        }
        if (done < to) {
            sink.text(done, to);
        }
    }

    private static int spacesBefore(AlignedText text, int from, int start) {
        int at = start;
        while (at > from) {
            int before = text.previous(at, from);
            if (!WhiteSpace.is(text.codePointAt(before))) {
                break;
            }
            at = before;
        }
        return at;
    }

    private static int spacesAfter(AlignedText text, int end, int to) {
        int at = end;
        while (at < to && WhiteSpace.is(text.codePointAt(at))) {
            at = text.next(at);
        }
        return at;
    }

    private static boolean touchesWord(AlignedText text, int from, int start, int end, int to) {
        return start > from && isWord(text.codePointAt(text.previous(start, from)))
                || end < to && isWord(text.codePointAt(end));
    }

    private static boolean isWord(int c) {
        return switch (Character.getType(c)) {
            case Character.NON_SPACING_MARK,
                    Character.ENCLOSING_MARK,
                    Character.COMBINING_SPACING_MARK,
                    Character.DECIMAL_DIGIT_NUMBER,
                    Character.CONNECTOR_PUNCTUATION ->
                    true;
            default -> Character.isAlphabetic(c) || c == 0x200C || c == 0x200D;
        };
    }
}
