package xlmr.ptx.machine;

/// A kernel did what it must not. The message is one line: what, then kernel, block, thread and the
/// line of the PTX.
public final class KernelFault extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final FaultKind kind;
    private final int line;
    private final int thread;

    KernelFault(FaultKind kind, String what, String kernel, String block, int thread, Step step) {
        super(
                "%s [kernel %s, block %s, thread %d, PTX line %d: %s]"
                        .formatted(what, kernel, block, thread, step.line(), step.source()));
        this.kind = kind;
        this.line = step.line();
        this.thread = thread;
    }

    /// What was wrong.
    public FaultKind kind() {
        return kind;
    }

    /// The line of the PTX, counted from 1.
    public int line() {
        return line;
    }

    /// The thread in its block, counted along x, then y, then z.
    public int thread() {
        return thread;
    }
}
