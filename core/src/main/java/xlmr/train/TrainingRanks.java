package xlmr.train;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import xlmr.backend.Ranks;
import xlmr.backend.Rendezvous;

/// The ranks of a training, which make each update together: rank 0 in the thread of the caller,
/// the others each in one of its own. They hold the same weights, compute a part of each batch, add
/// up their gradients, and step alike.
final class TrainingRanks implements AutoCloseable {
    /// How long a rank waits for another within an update.
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    /// How long ranks may take to end when one has failed.
    private static final Duration GRACE = Duration.ofSeconds(20);

    private final List<TrainingPass> passes = new ArrayList<>();
    private final List<ExecutorService> threads = new ArrayList<>();
    private final @Nullable Ranks ranks;
    private final @Nullable Rendezvous meeting;
    private List<Function<Lesson, HeadInputs.Source>> inputs = List.of();

    /// @param ranks null for a training on one device
    /// @param lengths tokens of each training example
    /// @param pass makes the pass of a rank, by how it hears of the others
    TrainingRanks(@Nullable Ranks ranks, int[] lengths, Function<RankLink, TrainingPass> pass) {
        this.ranks = ranks;
        if (ranks == null) {
            meeting = null;
            passes.add(pass.apply(RankLink.alone()));
            return;
        }
        Rendezvous place = new Rendezvous(ranks.count(), PATIENCE);
        meeting = place;
        BatchCuts cuts = new BatchCuts(lengths, ranks.count());
        for (int rank = 0; rank < ranks.count(); rank++) {
            passes.add(pass.apply(RankLink.of(rank, place, ranks.sums(), cuts)));
        }
        for (String name : ranks.names().subList(1, ranks.count())) {
            threads.add(
                    Executors.newSingleThreadExecutor(
                            Thread.ofPlatform().name(name).daemon().factory()));
        }
    }

    /// All of them, by rank.
    List<TrainingPass> passes() {
        return passes;
    }

    /// The one that judges and saves.
    TrainingPass first() {
        return passes.getFirst();
    }

    /// How many tokens a micro-batch has at most; each rank gets its share of them.
    void expectTokens(int most) {
        passes.forEach(pass -> pass.expectTokens(Math.ceilDiv(most, passes.size())));
    }

    /// Where each rank gets what its heads read.
    void setInputs(List<Function<Lesson, HeadInputs.Source>> value) {
        inputs = List.copyOf(value);
    }

    /// Lets what joins in this epoch train, see [TrainingPass#unfreezeFor].
    void unfreezeFor(int epoch) {
        passes.forEach(pass -> pass.unfreezeFor(epoch));
    }

    /// One update, see [TrainingPass#run].
    ///
    /// @throws TrainingException if a loss or gradient is no finite number, or a rank failed
    TrainingPass.Update run(List<int[]> batches, double rate, TrainingState state) {
        long number = state.takeMicroBatches(batches.size());
        if (ranks == null || meeting == null) {
            return first().run(inputs.getFirst(), batches, number, rate, state);
        }
        List<Future<?>> others = new ArrayList<>();
        for (int i = 1; i < passes.size(); i++) {
            int rank = i;
            others.add(threads.get(rank - 1).submit(() -> run(rank, batches, number, rate, state)));
        }
        TrainingPass.Update update = run(0, batches, number, rate, state);
        others.forEach(this::await);
        Rendezvous.Failure failure = meeting.failure();
        if (failure != null || update == null) {
            throw failed(ranks, failure);
        }
        return update;
    }

    /// The part of a rank; null where it or another failed.
    private TrainingPass.@Nullable Update run(
            int rank, List<int[]> batches, long number, double rate, TrainingState state) {
        try {
            return passes.get(rank).run(inputs.get(rank), batches, number, rate, state);
        } catch (Rendezvous.Broken _) {
            return null;
        } catch (Throwable failure) {
            fail(rank, failure);
            return null;
        }
    }

    private void fail(int rank, Throwable reason) {
        if (ranks != null && meeting != null) {
            meeting.fail(rank, reason);
            ranks.sums().abort();
        }
    }

    /// A rank that hangs in its device when another has failed is left to itself: its thread does
    /// not keep the program from ending.
    private void await(Future<?> other) {
        try {
            boolean isWhole = meeting == null || meeting.failure() == null;
            other.get((isWhole ? PATIENCE : GRACE).toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            fail(0, interrupted);
        } catch (TimeoutException late) {
            fail(0, late);
        } catch (ExecutionException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static RuntimeException failed(Ranks ranks, Rendezvous.@Nullable Failure failure) {
        if (failure == null) {
            return new IllegalStateException("a rank has failed without a reason");
        }
        return switch (failure.reason()) {
            case Error error -> throw error;
            case TrainingException known -> known;
            case Throwable reason ->
                    new TrainingException(
                            "%s: %s"
                                    .formatted(
                                            ranks.names().get(failure.rank()),
                                            reason.getMessage() == null
                                                    ? reason.toString()
                                                    : reason.getMessage()),
                            reason);
        };
    }

    @Override
    public void close() {
        threads.forEach(ExecutorService::shutdownNow);
    }
}
