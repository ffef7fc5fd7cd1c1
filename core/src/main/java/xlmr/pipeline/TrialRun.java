package xlmr.pipeline;

import java.util.OptionalDouble;
import xlmr.backend.Backend;
import xlmr.train.RunProjection;
import xlmr.train.TrainingListener;

/// The first steps of a training, to say how long all of it will take on this machine. Nothing is
/// written.
public final class TrialRun {
    /// What was measured.
    ///
    /// @param seconds of the whole run; empty if not even its first steps came to an end
    /// @param over what it was measured, in words
    public record Measured(OptionalDouble seconds, String over) {}

    private TrialRun() {}

    /// Trains for some seconds, or to the end if that comes first.
    ///
    /// @param seconds to train for, reading the model not counted
    public static Measured of(FineTuning job, TrainingTask task, Backend backend, double seconds) {
        RunProjection projection = new RunProjection();
        TrainingListener ending =
                new TrainingListener() {
                    @Override
                    public void stepDone(Step step) {
                        endAfter(seconds, projection);
                    }

                    @Override
                    public void featuresComputed(int done, int total) {
                        endAfter(seconds, projection);
                    }
                };
        try {
            job.withSaving(null)
                    .run(task, backend, projection.andThen(ending), (model, weights) -> {});
        } catch (Ended e) {
            return new Measured(projection.total(), projection.over());
        }
        return new Measured(projection.total(), projection.over());
    }

    private static void endAfter(double seconds, RunProjection projection) {
        if (projection.seconds() >= seconds && projection.total().isPresent()) {
            throw new Ended();
        }
    }

    /// Ends a run whose rest nobody wants.
    private static final class Ended extends RuntimeException {
        private static final long serialVersionUID = 1;

        Ended() {
            super("the trial is over", null, false, false);
        }
    }
}
