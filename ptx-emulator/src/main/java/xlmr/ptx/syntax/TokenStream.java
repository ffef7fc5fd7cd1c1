package xlmr.ptx.syntax;

import java.util.List;

/// The tokens of a module with a position, and the small expectations of the grammar.
final class TokenStream {
    private final List<Token> tokens;
    private int at;

    TokenStream(List<Token> tokens) {
        this.tokens = tokens;
    }

    Token peek() {
        return tokens.get(at);
    }

    Token peekSecond() {
        return tokens.get(Math.min(at + 1, tokens.size() - 1));
    }

    Token next() {
        Token token = tokens.get(at);
        if (token.kind() != Token.Kind.END) {
            at++;
        }
        return token;
    }

    boolean atEnd() {
        return peek().kind() == Token.Kind.END;
    }

    /// Takes the next token where it is that one.
    boolean take(String text) {
        if (peek().is(text)) {
            at++;
            return true;
        }
        return false;
    }

    void expect(String text) {
        Token token = next();
        if (!token.is(text)) {
            throw new PtxSyntaxException(
                    token.line(), "expected '" + text + "', found '" + token.text() + "'");
        }
    }

    String word(String what) {
        Token token = next();
        if (token.kind() != Token.Kind.WORD) {
            throw new PtxSyntaxException(
                    token.line(), "expected " + what + ", found '" + token.text() + "'");
        }
        return token.text();
    }

    /// A whole number that counts something.
    int count(String what) {
        Token token = peek();
        long value = integer();
        if (value < 0 || value > Integer.MAX_VALUE) {
            throw new PtxSyntaxException(
                    token.line(), "expected " + what + ", found " + token.text());
        }
        return (int) value;
    }

    /// A whole number with an optional sign; decimal, hexadecimal, octal or binary.
    long integer() {
        boolean negative = take("-");
        Token token = next();
        if (token.kind() != Token.Kind.NUMBER) {
            throw new PtxSyntaxException(
                    token.line(), "expected a number, found '" + token.text() + "'");
        }
        long value = parseInteger(token);
        return negative ? -value : value;
    }

    static long parseInteger(Token token) {
        String digits = token.text();
        if (digits.endsWith("U")) {
            digits = digits.substring(0, digits.length() - 1);
        }
        try {
            if (digits.startsWith("0x") || digits.startsWith("0X")) {
                return Long.parseUnsignedLong(digits.substring(2), 16);
            }
            if (digits.startsWith("0b") || digits.startsWith("0B")) {
                return Long.parseUnsignedLong(digits.substring(2), 2);
            }
            if (digits.length() > 1 && digits.startsWith("0")) {
                return Long.parseUnsignedLong(digits, 8);
            }
            return Long.parseUnsignedLong(digits);
        } catch (NumberFormatException exception) {
            throw new PtxSyntaxException(
                    token.line(), "'" + token.text() + "' is not a whole number");
        }
    }
}
