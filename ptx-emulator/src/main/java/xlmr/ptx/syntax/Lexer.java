package xlmr.ptx.syntax;

import java.util.ArrayList;
import java.util.List;

/// Splits PTX into tokens; comments fall away.
final class Lexer {
    private static final String MARKS = ",;:{}[]()@!+-|=<>";

    private final String text;
    private final List<Token> tokens = new ArrayList<>();
    private int at;
    private int line = 1;

    private Lexer(String text) {
        this.text = text;
    }

    static List<Token> tokens(String text) {
        Lexer lexer = new Lexer(text);
        while (lexer.skipBlanks()) {
            lexer.next();
        }
        lexer.tokens.add(new Token(Token.Kind.END, "end of the file", lexer.line));
        return lexer.tokens;
    }

    /// Moves to the next token; false at the end.
    private boolean skipBlanks() {
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '\n') {
                line++;
                at++;
            } else if (c <= ' ') {
                at++;
            } else if (text.startsWith("//", at)) {
                int end = text.indexOf('\n', at);
                at = end < 0 ? text.length() : end;
            } else if (text.startsWith("/*", at)) {
                skipComment();
            } else {
                return true;
            }
        }
        return false;
    }

    private void skipComment() {
        int end = text.indexOf("*/", at + 2);
        if (end < 0) {
            throw new PtxSyntaxException(line, "a comment that begins here is not closed");
        }
        for (; at < end + 2; at++) {
            if (text.charAt(at) == '\n') {
                line++;
            }
        }
    }

    private void next() {
        char c = text.charAt(at);
        if (c == '"') {
            string();
        } else if (c >= '0' && c <= '9') {
            int start = at;
            while (at < text.length() && isWordCharacter(text.charAt(at))) {
                at++;
            }
            add(Token.Kind.NUMBER, start);
        } else if (isWordCharacter(c)) {
            word();
        } else if (MARKS.indexOf(c) >= 0) {
            at++;
            add(Token.Kind.MARK, at - 1);
        } else {
            throw new PtxSyntaxException(
                    line, "the character '%c' (U+%04X) is not part of PTX".formatted(c, (int) c));
        }
    }

    private void string() {
        int start = at + 1;
        int end = start;
        while (end < text.length() && text.charAt(end) != '"' && text.charAt(end) != '\n') {
            end += text.charAt(end) == '\\' ? 2 : 1;
        }
        if (end >= text.length() || text.charAt(end) != '"') {
            throw new PtxSyntaxException(line, "a string that begins here is not closed");
        }
        tokens.add(new Token(Token.Kind.STRING, text.substring(start, end), line));
        at = end + 1;
    }

    /// A word goes over `::`, as in `ld.global.L2::128B`; the single colon after a label ends it.
    private void word() {
        int start = at;
        while (at < text.length()) {
            if (isWordCharacter(text.charAt(at))) {
                at++;
            } else if (text.startsWith("::", at)) {
                at += 2;
            } else {
                break;
            }
        }
        add(Token.Kind.WORD, start);
    }

    private void add(Token.Kind kind, int start) {
        tokens.add(new Token(kind, text.substring(start, at), line));
    }

    private static boolean isWordCharacter(char c) {
        return c >= 'a' && c <= 'z'
                || c >= 'A' && c <= 'Z'
                || c >= '0' && c <= '9'
                || c == '_'
                || c == '$'
                || c == '%'
                || c == '.';
    }
}
