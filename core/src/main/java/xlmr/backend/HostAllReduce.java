package xlmr.backend;

import java.time.Duration;
import java.util.List;
import xlmr.tensor.Tensor;

/// Adds up on the host, in the order of the ranks, for backends of any kind within one process: the
/// oracle of every other way.
public final class HostAllReduce implements AllReduce {
    private final Rendezvous meeting;

    /// @param patience how long a rank waits for the others
    public HostAllReduce(int ranks, Duration patience) {
        meeting = new Rendezvous(ranks, patience);
    }

    @Override
    public int ranks() {
        return meeting.ranks();
    }

    @Override
    public void sum(int rank, Backend backend, List<Tensor> tensors) {
        for (Tensor tensor : tensors) {
            List<float[]> all = meeting.all(rank, tensor.toArray());
            float[] sum = all.getFirst().clone();
            for (float[] other : all.subList(1, all.size())) {
                if (other.length != sum.length) {
                    throw new IllegalStateException(
                            "sum over ranks: %d elements and %d"
                                    .formatted(sum.length, other.length));
                }
                for (int i = 0; i < sum.length; i++) {
                    sum[i] += other[i];
                }
            }
            backend.write(sum, tensor);
        }
    }

    @Override
    public void await(int rank) {}

    @Override
    public void abort() {
        meeting.fail(0, new IllegalStateException("aborted"));
    }

    @Override
    public void close() {}
}
