package xlmr.ptx.syntax;

/// PTX that is malformed, or that uses something which the emulator does not know. The message is
/// one line that begins with the line of the PTX.
public final class PtxSyntaxException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int line;

    /// Says what is wrong in a line, counted from 1.
    public PtxSyntaxException(int line, String message) {
        super("PTX line " + line + ": " + message);
        this.line = line;
    }

    /// The line of the PTX, counted from 1.
    public int line() {
        return line;
    }
}
