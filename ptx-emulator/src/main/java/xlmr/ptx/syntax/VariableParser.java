package xlmr.ptx.syntax;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/// Reads declarations of variables and parameters, from the alignment to the initializer.
final class VariableParser {
    /// As much as a variable may take, so that a number in a file does not take all memory.
    private static final long LARGEST = 1 << 28;

    private final TokenStream tokens;

    VariableParser(TokenStream tokens) {
        this.tokens = tokens;
    }

    /// Reads what follows the state space: `.align 16 .b8 name[64] = {1, 2}`, without the
    /// semicolon.
    Variable variable(StateSpace space) {
        int alignment = 0;
        int lanes = 1;
        DataType type = null;
        Token token = tokens.peek();
        while (token.kind() == Token.Kind.WORD && token.text().startsWith(".")) {
            tokens.next();
            String word = token.text().substring(1);
            switch (word) {
                case "align" -> alignment = alignment();
                case "v2" -> lanes = 2;
                case "v4" -> lanes = 4;
                case "ptr" -> pointerAttributes();
                default ->
                        type =
                                DataType.named(word)
                                        .filter(named -> named.bytes() > 0)
                                        .orElseThrow(() -> unknown("directive", token(word)));
            }
            token = tokens.peek();
        }
        if (type == null) {
            throw new PtxSyntaxException(
                    token.line(), "expected a type, found '" + token.text() + "'");
        }
        String name = tokens.word("the name of a variable");
        long bytes = (long) type.bytes() * lanes * dimensions(token);
        if (bytes > LARGEST) {
            throw new PtxSyntaxException(
                    token.line(),
                    name + " takes " + bytes + " bytes; at most " + LARGEST + " are allowed");
        }
        byte[] initial =
                tokens.take("=") ? initializer(type, (int) bytes, token.line()) : new byte[0];
        return new Variable(
                space,
                name,
                Math.max(alignment, type.bytes() * lanes),
                (int) bytes,
                initial,
                token.line());
    }

    private Token token(String word) {
        return new Token(Token.Kind.WORD, "." + word, tokens.peek().line());
    }

    private static PtxSyntaxException unknown(String what, Token token) {
        return new PtxSyntaxException(
                token.line(), "the " + what + " " + token.text() + " is not known");
    }

    private int alignment() {
        Token token = tokens.peek();
        int alignment = tokens.count("an alignment");
        if (Integer.bitCount(alignment) != 1 || alignment > 1 << 16) {
            throw new PtxSyntaxException(
                    token.line(), "an alignment of " + alignment + " is not possible");
        }
        return alignment;
    }

    /// `.ptr .global .align 4` says what a pointer points to; nothing here depends on it.
    private void pointerAttributes() {
        Token token = tokens.peek();
        if (token.text().startsWith(".")
                && StateSpace.named(token.text().substring(1)).isPresent()) {
            tokens.next();
        }
        if (tokens.take(".align")) {
            alignment();
        }
    }

    private long dimensions(Token token) {
        long count = 1;
        while (tokens.take("[")) {
            if (tokens.take("]")) {
                count = 0;
            } else {
                count *= tokens.count("a number of elements");
                tokens.expect("]");
            }
            if (count > LARGEST) {
                throw new PtxSyntaxException(token.line(), count + " elements are too many");
            }
        }
        return count;
    }

    private byte[] initializer(DataType type, int bytes, int line) {
        ByteBuffer values =
                ByteBuffer.allocate(bytes == 0 ? type.bytes() : bytes)
                        .order(ByteOrder.LITTLE_ENDIAN);
        if (tokens.take("{")) {
            while (!tokens.take("}")) {
                value(values, type, line);
                if (!tokens.peek().is("}")) {
                    tokens.expect(",");
                }
            }
        } else {
            value(values, type, line);
        }
        return Arrays.copyOf(values.array(), values.capacity());
    }

    private void value(ByteBuffer values, DataType type, int line) {
        if (values.remaining() < type.bytes()) {
            throw new PtxSyntaxException(line, "the initializer is longer than the variable");
        }
        Token token = tokens.peek();
        String text = token.text();
        long bits;
        if (text.startsWith("0f")
                || text.startsWith("0F")
                || text.startsWith("0d")
                || text.startsWith("0D")) {
            tokens.next();
            bits = Long.parseUnsignedLong(text.substring(2), 16);
        } else {
            bits = tokens.integer();
        }
        switch (type.bytes()) {
            case 1 -> values.put((byte) bits);
            case 2 -> values.putShort((short) bits);
            case 4 -> values.putInt((int) bits);
            default -> values.putLong(bits);
        }
    }
}
