package xlmr.optim;

/// The learning rate of each optimizer step, counted from 0.
public sealed interface LearningRateSchedule {
    /// The rate of one step.
    double at(long step);

    /// The same rate throughout.
    record Constant(double rate) implements LearningRateSchedule {
        @Override
        public double at(long step) {
            return rate;
        }
    }

    /// Up from 0 over the warm-up, then down to 0 in a straight line:
    /// get_linear_schedule_with_warmup of the reference (transformers/optimization.py).
    ///
    /// @param peak the rate at the end of the warm-up
    /// @param warmup steps of the warm-up
    /// @param total steps of the run
    record Linear(double peak, long warmup, long total) implements LearningRateSchedule {
        /// Checks that the warm-up fits the run.
        public Linear {
            if (warmup < 0 || total < warmup) {
                throw new IllegalArgumentException(
                        "linear schedule: expected 0 <= warm-up <= total, found %d and %d"
                                .formatted(warmup, total));
            }
        }

        @Override
        public double at(long step) {
            if (step < warmup) {
                return peak * step / Math.max(1, warmup);
            }
            return peak * Math.max(0, total - step) / Math.max(1, total - warmup);
        }
    }
}
