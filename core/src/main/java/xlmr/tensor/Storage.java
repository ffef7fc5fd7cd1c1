package xlmr.tensor;

/// Where the elements of a [Tensor] live. Only backends look at the kinds; everybody else reads
/// through [#read].
///
/// A storage may be larger than the tensor over it: workspaces hand out arrays of rounded sizes.
public interface Storage {
    /// Number of elements that fit.
    long capacity();

    /// Whether nobody will ever write to it. A backend may then keep a packed copy for as long as
    /// the storage lives.
    boolean isReadOnly();

    /// Copies `count` elements from element `from` on into `target[offset ...]`, decoded to
    /// float32.
    void read(long from, float[] target, int offset, int count);
}
