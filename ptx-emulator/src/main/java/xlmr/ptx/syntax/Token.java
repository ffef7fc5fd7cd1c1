package xlmr.ptx.syntax;

/// A token of PTX and the line that it stands in.
///
/// @param kind what it is
/// @param text its characters; of a string, those between the quotes
/// @param line its line, counted from 1
record Token(Kind kind, String text, int line) {
    /// Kinds of token. A word is a name, a directive or an opcode with all its dots.
    enum Kind {
        WORD,
        NUMBER,
        STRING,
        MARK,
        END
    }

    boolean is(String expected) {
        return kind != Kind.STRING && text.equals(expected);
    }
}
