package xlmr.tokenizer.huggingface;

import xlmr.tokenizer.piece.Utf8;

/// Extended grapheme clusters of Unicode Standard Annex 29, over UTF-8. The JDK's own (`\X` of
/// regular expressions) allocates a matcher and strings; here the usual case is two table reads a
/// character.
final class GraphemeClusters {
    private static final byte OTHER = 0;
    private static final byte CONTROL = 1;
    private static final byte CARRIAGE_RETURN = 2;
    private static final byte LINE_FEED = 3;
    private static final byte EXTEND = 4;
    private static final byte JOINER = 5;
    private static final byte SPACING_MARK = 6;
    private static final byte PREPEND = 7;
    private static final byte REGIONAL = 8;
    private static final byte HANGUL_L = 9;
    private static final byte HANGUL_V = 10;
    private static final byte HANGUL_T = 11;
    private static final byte HANGUL_LV = 12;
    private static final byte HANGUL_LVT = 13;
    private static final byte PICTOGRAPH = 14;
    private static final byte CONSONANT = 15;
    private static final byte LINKER = 16;

    private static final byte[] BASIC_PLANE = new byte[0x10000];

    static {
        for (int c = 0; c < BASIC_PLANE.length; c++) {
            BASIC_PLANE[c] = classify(c);
        }
    }

    private GraphemeClusters() {}

    /// Whether a character is a cluster of its own whenever its neighbours are such too.
    static boolean standsAlone(int codePoint) {
        return property(codePoint) == OTHER;
    }

    /// The end of the cluster that begins at `from`, not beyond `to`.
    static int end(byte[] text, int from, int to) {
        int codePoint = AlignedText.codePointAt(text, from, to);
        int at = from + Math.min(to - from, length(codePoint));
        byte before = property(codePoint);
        boolean pictograph = before == PICTOGRAPH; // \p{ExtPict} Extend*
        boolean consonant = before == CONSONANT; // consonant, then extenders and linkers
        boolean linked = false;
        int regional = before == REGIONAL ? 1 : 0;
        while (at < to) {
            codePoint = AlignedText.codePointAt(text, at, to);
            byte next = property(codePoint);
            if (!joins(before, next, pictograph, consonant && linked, regional)) {
                break;
            }
            at += Math.min(to - at, length(codePoint));
            pictograph = next == PICTOGRAPH || pictograph && (isExtend(next) || next == JOINER);
            linked = consonant && (next == LINKER || linked && next != CONSONANT);
            consonant = next == CONSONANT || consonant && (isExtend(next) || next == JOINER);
            regional = next == REGIONAL ? regional + 1 : 0;
            before = next;
        }
        return at;
    }

    private static int length(int codePoint) {
        return Utf8.length(codePoint);
    }

    private static boolean isExtend(byte property) {
        return property == EXTEND || property == LINKER;
    }

    /// Rules GB3 to GB13.
    private static boolean joins(
            byte before, byte next, boolean pictograph, boolean conjunct, int regional) {
        if (before == CARRIAGE_RETURN) {
            return next == LINE_FEED;
        }
        if (isControl(before) || isControl(next)) {
            return false;
        }
        return switch (next) {
            case EXTEND, LINKER, JOINER, SPACING_MARK -> true;
            case HANGUL_L, HANGUL_LV, HANGUL_LVT -> before == HANGUL_L || before == PREPEND;
            case HANGUL_V ->
                    before == HANGUL_L
                            || before == HANGUL_V
                            || before == HANGUL_LV
                            || before == PREPEND;
            case HANGUL_T ->
                    before == HANGUL_V
                            || before == HANGUL_T
                            || before == HANGUL_LV
                            || before == HANGUL_LVT
                            || before == PREPEND;
            case PICTOGRAPH -> pictograph && before == JOINER || before == PREPEND;
            case CONSONANT -> conjunct || before == PREPEND;
            case REGIONAL -> regional % 2 == 1 || before == PREPEND;
            default -> before == PREPEND;
        };
    }

    private static boolean isControl(byte property) {
        return property >= CONTROL && property <= LINE_FEED;
    }

    private static byte property(int codePoint) {
        return codePoint < 0x10000 ? BASIC_PLANE[codePoint] : classify(codePoint);
    }

    private static byte classify(int c) {
        switch (c) {
            case '\r':
                return CARRIAGE_RETURN;
            case '\n':
                return LINE_FEED;
            case 0x200C:
                return EXTEND;
            case 0x200D:
                return JOINER;
            case 0x0E33, 0x0EB3:
                return SPACING_MARK;
            default:
        }
        if (isPrepend(c)) {
            return PREPEND;
        }
        if (c >= 0x1100 && c <= 0xD7FB) {
            byte hangul = hangul(c);
            if (hangul != OTHER) {
                return hangul;
            }
        }
        if (isLinker(c)) {
            return LINKER;
        }
        if (isConsonant(c)) {
            return CONSONANT;
        }
        return byCategory(c);
    }

    private static byte byCategory(int c) {
        return switch (Character.getType(c)) {
            case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK -> EXTEND;
            case Character.COMBINING_SPACING_MARK -> spacing(c);
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE ->
                    c >= 0xE0020 && c <= 0xE007F ? EXTEND : CONTROL;
            case Character.UNASSIGNED -> isIgnorable(c) ? CONTROL : OTHER;
            default -> {
                if (c == 0xFF9E || c == 0xFF9F || c >= 0x1F3FB && c <= 0x1F3FF) {
                    yield EXTEND;
                }
                if (c >= 0x1F1E6 && c <= 0x1F1FF) {
                    yield REGIONAL;
                }
                yield Character.isExtendedPictographic(c) ? PICTOGRAPH : OTHER;
            }
        };
    }

    /// Spacing marks that do not join what is before them (property SpacingMark, exceptions).
    private static byte spacing(int c) {
        boolean apart =
                switch (c) {
                    case 0x102B, 0x102C, 0x1038, 0x1083, 0x108F, 0x1A61, 0x1A63, 0x1A64 -> true;
                    case 0xAA7B, 0xAA7D, 0x11720, 0x11721 -> true;
                    default ->
                            c >= 0x1062 && c <= 0x1064
                                    || c >= 0x1067 && c <= 0x106D
                                    || c >= 0x1087 && c <= 0x108C
                                    || c >= 0x109A && c <= 0x109C;
                };
        return apart ? OTHER : SPACING_MARK;
    }

    private static boolean isPrepend(int c) {
        return switch (c) {
            case 0x06DD, 0x070F, 0x0890, 0x0891, 0x08E2, 0x0D4E -> true;
            case 0x110BD, 0x110CD, 0x111C2, 0x111C3, 0x113D1, 0x1193F -> true;
            case 0x11941, 0x11A3A, 0x11D46, 0x11F02 -> true;
            default -> c >= 0x0600 && c <= 0x0605 || c >= 0x11A84 && c <= 0x11A89;
        };
    }

    private static byte hangul(int c) {
        if (c <= 0x11FF) {
            return c <= 0x115F ? HANGUL_L : c <= 0x11A7 ? HANGUL_V : HANGUL_T;
        }
        if (c >= 0xA960 && c <= 0xA97C) {
            return HANGUL_L;
        }
        if (c >= 0xAC00 && c <= 0xD7A3) {
            return (c - 0xAC00) % 28 == 0 ? HANGUL_LV : HANGUL_LVT;
        }
        if (c >= 0xD7B0) {
            return c <= 0xD7C6 ? HANGUL_V : c >= 0xD7CB ? HANGUL_T : OTHER;
        }
        return OTHER;
    }

    /// Viramas (property InCB=Linker).
    private static boolean isLinker(int c) {
        return switch (c) {
            case 0x094D, 0x09CD, 0x0ACD, 0x0B4D, 0x0C4D, 0x0D4D -> true;
            default -> false;
        };
    }

    /// Consonants of the scripts with those viramas (property InCB=Consonant).
    private static boolean isConsonant(int c) {
        if (c < 0x0915 || c > 0x0D3A) {
            return false;
        }
        return c <= 0x0939
                || c >= 0x0958 && c <= 0x095F
                || c >= 0x0978 && c <= 0x097F
                || isAssigned(c, 0x0995, 0x09B9)
                || isAssigned(c, 0x09DC, 0x09DF)
                || c == 0x09F0
                || c == 0x09F1
                || isAssigned(c, 0x0A95, 0x0AB9)
                || c == 0x0AF9
                || isAssigned(c, 0x0B15, 0x0B39)
                || isAssigned(c, 0x0B5C, 0x0B5F)
                || c == 0x0B71
                || isAssigned(c, 0x0C15, 0x0C39)
                || c >= 0x0C58 && c <= 0x0C5A
                || c >= 0x0D15 && c <= 0x0D3A;
    }

    private static boolean isAssigned(int c, int from, int to) {
        return c >= from && c <= to && Character.isLetter(c);
    }

    /// Unassigned code points that are Default_Ignorable_Code_Point, hence Control.
    private static boolean isIgnorable(int c) {
        return c == 0x2065 || c >= 0xFFF0 && c <= 0xFFF8 || c >= 0xE0000 && c <= 0xE0FFF;
    }
}
