package xlmr.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RendezvousTest {
    @Test
    void everyoneGetsWhatAllBroughtTimeAfterTime() throws Exception {
        Rendezvous meeting = new Rendezvous(3, Duration.ofSeconds(30));
        try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
            List<Future<List<List<String>>>> results = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                int rank = i;
                results.add(
                        threads.submit(
                                () -> {
                                    List<List<String>> rounds = new ArrayList<>();
                                    for (int round = 0; round < 500; round++) {
                                        rounds.add(meeting.all(rank, rank + " in " + round));
                                    }
                                    return rounds;
                                }));
            }
            for (Future<List<List<String>>> result : results) {
                List<List<String>> rounds = result.get();
                for (int round = 0; round < rounds.size(); round++) {
                    assertThat(rounds.get(round))
                            .containsExactly("0 in " + round, "1 in " + round, "2 in " + round);
                }
            }
        }
    }

    @Test
    void whoWaitsIsToldThatAnotherHasFailed() throws Exception {
        Rendezvous meeting = new Rendezvous(2, Duration.ofSeconds(30));
        IllegalStateException reason = new IllegalStateException("no memory");
        try (ExecutorService threads = Executors.newSingleThreadExecutor()) {
            Future<List<Integer>> waiting = threads.submit(() -> meeting.all(0, 1));
            meeting.fail(1, reason);
            meeting.fail(0, new IllegalStateException("because of that"));
            assertThatThrownBy(waiting::get)
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(Rendezvous.Broken.class);
        }
        assertThat(Objects.requireNonNull(meeting.failure()))
                .isEqualTo(new Rendezvous.Failure(1, reason));
        assertThatThrownBy(() -> meeting.all(1, 2)).isInstanceOf(Rendezvous.Broken.class);
    }

    @Test
    void whoDoesNotComeIsNotWaitedForForever() {
        Rendezvous meeting = new Rendezvous(3, Duration.ofMillis(50));
        assertThatThrownBy(() -> meeting.all(0, 1)).isInstanceOf(Rendezvous.Broken.class);
        Rendezvous.Failure failure = Objects.requireNonNull(meeting.failure());
        assertThat(failure.rank()).isEqualTo(1);
        assertThat(failure.reason()).isInstanceOf(Rendezvous.Missed.class);
    }
}
