package xlmr.cuda;

/// A call of the driver or of a library of NVIDIA's failed. The message is one line: what was done,
/// what came back, and what to do.
public final class CudaException extends RuntimeException {
    /// With one line.
    public CudaException(String message) {
        super(message);
    }
}
