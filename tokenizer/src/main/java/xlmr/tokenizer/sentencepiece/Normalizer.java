package xlmr.tokenizer.sentencepiece;

import org.jspecify.annotations.Nullable;
import xlmr.tokenizer.piece.PieceTrie;
import xlmr.tokenizer.piece.Utf8;

/// Text to normalized text, byte by byte with its source (`normalizer.cc` of SentencePiece): at
/// each place a user-defined symbol stays as it is, else the longest rule of the charsmap applies,
/// else one character is copied; a byte that is not UTF-8 becomes U+FFFD. Spaces become U+2581.
final class Normalizer {
    private static final byte SPACE = ' ';

    private final @Nullable Charsmap charsmap;
    private final @Nullable PieceTrie userSymbols;
    private final boolean addDummyPrefix;
    private final boolean removeExtraWhitespaces;
    private final boolean escapeWhitespaces;
    private final boolean whitespaceAsSuffix;
    private final boolean[] plain = new boolean[128];

    /// @param userSymbols the user-defined symbols, or null if there are none
    Normalizer(NormalizerRules rules, @Nullable PieceTrie userSymbols) {
        this.charsmap = rules.charsmap();
        this.userSymbols = userSymbols;
        this.addDummyPrefix = rules.addDummyPrefix();
        this.removeExtraWhitespaces = rules.removeExtraWhitespaces();
        this.escapeWhitespaces = rules.escapeWhitespaces();
        this.whitespaceAsSuffix = rules.whitespaceAsSuffix();
        for (int c = SPACE + 1; c < 128; c++) {
            plain[c] = userSymbols == null && startsNoAsciiRule(c);
        }
    }

    /// Whether an ASCII character is always copied if another one, or nothing, follows.
    private boolean startsNoAsciiRule(int c) {
        if (charsmap == null) {
            return true;
        }
        if (charsmap.mayBeRule(c)) {
            return false;
        }
        byte[] two = {(byte) c, 0};
        for (int d = 1; d < 128; d++) {
            two[1] = (byte) d;
            if (charsmap.startsRuleWith(two)) {
                return false;
            }
        }
        return true;
    }

    /// Normalizes `text.source[0 .. text.sourceLength)` into `text.normalized` and `text.origins`.
    void normalize(NormalizedText text) {
        byte[] source = text.source;
        int length = text.sourceLength;
        text.length = 0;
        int at = 0;
        if (removeExtraWhitespaces) {
            at = skipSpaces(text);
        }
        if (at == length) {
            return;
        }
        if (addDummyPrefix && !whitespaceAsSuffix) {
            appendSpace(text, at);
        }
        boolean afterSpace = removeExtraWhitespaces;
        while (at < length) {
            int c = source[at];
            if (c > SPACE && plain[c] && (at + 1 == length || source[at + 1] >= 0)) {
                text.append((byte) c, at);
                afterSpace = false;
                at++;
                continue;
            }
            int consumed = step(text, at);
            if (text.stepLength > 0) {
                afterSpace = appendStep(text, at, afterSpace);
            }
            at += consumed;
            if (!removeExtraWhitespaces) {
                afterSpace = false;
            }
        }
        int end = removeExtraWhitespaces ? dropTrailingSpaces(text, at) : at;
        if (addDummyPrefix && whitespaceAsSuffix) {
            appendSpace(text, end);
        }
        text.origins[text.length] = end;
    }

    /// The first byte that is no space after normalization.
    private int skipSpaces(NormalizedText text) {
        int at = 0;
        while (at < text.sourceLength) {
            int consumed = step(text, at);
            if (text.stepLength != 1 || text.stepBytes[text.stepStart] != SPACE) {
                break;
            }
            at += consumed;
        }
        return at;
    }

    /// What the text at `at` becomes, as a range of `text.stepBytes`; returns the bytes it stands
    /// for.
    private int step(NormalizedText text, int at) {
        byte[] source = text.source;
        int length = text.sourceLength;
        if (userSymbols != null) {
            int symbol = userSymbols.longestPrefix(source, at, length);
            if (symbol > 0) {
                text.step(source, at, symbol);
                return symbol;
            }
        }
        long rule = charsmap == null ? 0 : charsmap.longest(source, at, length);
        if (rule != 0 && charsmap != null) {
            byte[] bytes = charsmap.bytes();
            int start = Charsmap.replacement(rule);
            int end = start;
            while (bytes[end] != 0) {
                end++;
            }
            text.step(bytes, start, end - start);
            return Charsmap.length(rule);
        }
        int character = Utf8.characterLength(source, at, length);
        if (character == 0) {
            text.step(NormalizedText.REPLACEMENT, 0, NormalizedText.REPLACEMENT.length);
            return 1;
        }
        text.step(source, at, character);
        return character;
    }

    /// Appends the step without leading spaces if one precedes; returns whether it ends with a
    /// space.
    private boolean appendStep(NormalizedText text, int origin, boolean afterSpace) {
        byte[] bytes = text.stepBytes;
        int from = text.stepStart;
        int to = from + text.stepLength;
        while (afterSpace && from < to && bytes[from] == SPACE) {
            from++;
        }
        if (from == to) {
            return afterSpace;
        }
        text.reserve((to - from) * Utf8.META_LENGTH);
        for (int i = from; i < to; i++) {
            if (bytes[i] == SPACE) {
                appendSpace(text, origin);
            } else {
                text.append(bytes[i], origin);
            }
        }
        return bytes[to - 1] == SPACE;
    }

    private void appendSpace(NormalizedText text, int origin) {
        if (!escapeWhitespaces) {
            text.append(SPACE, origin);
            return;
        }
        text.append((byte) 0xE2, origin);
        text.append((byte) 0x96, origin);
        text.append((byte) 0x81, origin);
    }

    /// Drops spaces at the end (also a U+2581 of the text itself); returns where the source now
    /// ends.
    private int dropTrailingSpaces(NormalizedText text, int end) {
        int space = escapeWhitespaces ? Utf8.META_LENGTH : 1;
        int result = end;
        while (text.length >= space && endsWithSpace(text)) {
            text.length -= space;
            result = text.origins[text.length];
        }
        return result;
    }

    private boolean endsWithSpace(NormalizedText text) {
        return escapeWhitespaces
                ? Utf8.isMetaAt(text.normalized, text.length - Utf8.META_LENGTH, text.length)
                : text.normalized[text.length - 1] == SPACE;
    }
}
