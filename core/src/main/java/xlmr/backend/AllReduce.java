package xlmr.backend;

import java.util.List;
import xlmr.tensor.Tensor;

/// Adds up tensors over the ranks of a training, each of which holds its own on its own backend and
/// works in its own thread.
///
/// Every rank calls [#sum] and then [#await], as often and with tensors of the same shapes as the
/// others; each gets the same bits.
public interface AllReduce extends AutoCloseable {
    /// How many ranks there are.
    int ranks();

    /// Asks for each tensor to be replaced by its sum over all ranks. What is launched on the
    /// backend after it sees the sums.
    ///
    /// @param rank of the caller, from 0
    /// @param backend of the tensors
    void sum(int rank, Backend backend, List<Tensor> tensors);

    /// Waits until the sums are there. To be called once all ranks have come back from [#sum].
    void await(int rank);

    /// Ends what any rank waits for, with an error: one of them has failed. May be called by any
    /// thread, and more than once.
    void abort();

    @Override
    void close();
}
