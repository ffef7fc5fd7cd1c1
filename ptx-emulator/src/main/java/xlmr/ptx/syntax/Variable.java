package xlmr.ptx.syntax;

/// A variable in memory, or a parameter.
///
/// @param space where it lies
/// @param name its name
/// @param alignment in bytes
/// @param bytes its size; 0 where it is declared `[]`, as dynamic shared memory is
/// @param initial its first bytes where it has an initializer, else empty
/// @param line where it is declared
public record Variable(
        StateSpace space, String name, int alignment, int bytes, byte[] initial, int line) {

    /// Whether it is dynamic shared memory, whose size the launch gives.
    public boolean isDynamic() {
        return space == StateSpace.SHARED && bytes == 0;
    }

    /// Variables are compared by identity: scopes may use a name again.
    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }

    @Override
    public String toString() {
        return "." + space + " " + name + "[" + bytes + "]";
    }
}
