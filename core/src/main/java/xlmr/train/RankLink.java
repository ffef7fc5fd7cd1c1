package xlmr.train;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import xlmr.autograd.Gradients;
import xlmr.autograd.RowGradient;
import xlmr.backend.AllReduce;
import xlmr.backend.Backend;
import xlmr.backend.Rendezvous;
import xlmr.tensor.Tensor;

/// How one rank of a training hears of the others: their losses, their gradients. Owned by the
/// rank's thread.
final class RankLink {
    /// Norms of the same gradients, from GPUs that add up in another order.
    private static final double NORM_TOLERANCE = 1e-4;

    private final int rank;
    private final @Nullable Rendezvous meeting;
    private final @Nullable AllReduce sums;
    private final @Nullable BatchCuts cuts;

    private RankLink(
            int rank,
            @Nullable Rendezvous meeting,
            @Nullable AllReduce sums,
            @Nullable BatchCuts cuts) {
        this.rank = rank;
        this.meeting = meeting;
        this.sums = sums;
        this.cuts = cuts;
    }

    /// That of a training on one device.
    static RankLink alone() {
        return new RankLink(0, null, null, null);
    }

    /// That of one of several ranks.
    static RankLink of(int rank, Rendezvous meeting, AllReduce sums, BatchCuts cuts) {
        return new RankLink(rank, meeting, sums, cuts);
    }

    /// From 0.
    int rank() {
        return rank;
    }

    /// How batches are shared out; null for a training on one device.
    @Nullable BatchCuts cuts() {
        return cuts;
    }

    /// The sum of a number over all ranks, in their order.
    double total(double own) {
        return meeting == null
                ? own
                : meeting.all(rank, own).stream().mapToDouble(Double::doubleValue).sum();
    }

    /// Replaces all gradients by their sums over the ranks.
    void sum(Backend backend, Gradients gradients) {
        Rendezvous place = meeting;
        AllReduce adding = sums;
        if (place == null || adding == null) {
            return;
        }
        List<Tensor> tensors = new ArrayList<>(gradients.allDense().values());
        for (RowGradient table : gradients.allByRow().values()) {
            table.spread(backend, union(place.all(rank, touched(table))));
            if (table.count() > 0) {
                tensors.add(table.values());
            }
        }
        // A GPU that waits for a sum may keep the others from allocating, so all of that comes
        // before;
        place.all(rank, tensors.size());
        adding.sum(rank, backend, tensors);
        // and nobody waits for sums that another rank has not asked for.
        place.all(rank, tensors.size());
        adding.await(rank);
    }

    private static int[] touched(RowGradient table) {
        int[] rows = new int[table.count()];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = table.touched(i);
        }
        return rows;
    }

    private static int[] union(List<int[]> touched) {
        Set<Integer> rows = new LinkedHashSet<>();
        for (int[] some : touched) {
            for (int row : some) {
                rows.add(row);
            }
        }
        return rows.stream().mapToInt(Integer::intValue).toArray();
    }

    /// The norm of the summed gradients that all ranks clip by: that of the first, unless it is no
    /// finite number for another.
    ///
    /// @throws TrainingException if they do not agree
    double agreed(double norm) {
        if (meeting == null) {
            return norm;
        }
        List<Double> norms = meeting.all(rank, norm);
        double first = norms.getFirst();
        for (double other : norms) {
            if (!Double.isFinite(other)) {
                return other;
            }
            if (Math.abs(other - first) > NORM_TOLERANCE * Math.abs(first)) {
                throw new TrainingException(
                        "the devices do not agree on the gradients' norm (%s): one of them, or what connects them, computes wrongly; train on one device"
                                .formatted(norms));
            }
        }
        return first;
    }
}
