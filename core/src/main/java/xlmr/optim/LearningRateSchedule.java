package xlmr.optim;

/// The learning rate of each optimizer step, counted from 0: up from 0 in a straight line over the
/// warm-up, then what the schedule's name says. The formulas are those of the reference
/// (transformers/optimization.py).
public sealed interface LearningRateSchedule {
    /// The rate at the end of the warm-up.
    double peak();

    /// Steps of the warm-up.
    long warmup();

    /// The rate of a step after the warm-up.
    double afterWarmup(long step);

    /// The rate of one step.
    default double at(long step) {
        return step < warmup() ? peak() * step / Math.max(1, warmup()) : afterWarmup(step);
    }

    /// The same rate throughout: get_constant_schedule_with_warmup.
    record Constant(double peak, long warmup) implements LearningRateSchedule {
        /// Checks that the warm-up is not negative.
        public Constant {
            check(warmup, warmup);
        }

        @Override
        public double afterWarmup(long step) {
            return peak;
        }
    }

    /// Down to 0 in a straight line: get_linear_schedule_with_warmup.
    ///
    /// @param total steps of the run
    record Linear(double peak, long warmup, long total) implements LearningRateSchedule {
        /// Checks that the warm-up fits the run.
        public Linear {
            check(warmup, total);
        }

        @Override
        public double afterWarmup(long step) {
            return peak * Math.max(0, total - step) / Math.max(1, total - warmup);
        }
    }

    /// Down to 0 along half a cosine, slowly at first and at the end:
    /// get_cosine_schedule_with_warmup.
    ///
    /// @param total steps of the run
    record Cosine(double peak, long warmup, long total) implements LearningRateSchedule {
        /// Checks that the warm-up fits the run.
        public Cosine {
            check(warmup, total);
        }

        @Override
        public double afterWarmup(long step) {
            double progress = (double) (step - warmup) / Math.max(1, total - warmup);
            return peak * Math.max(0, 0.5 * (1 + Math.cos(Math.PI * progress)));
        }
    }

    /// Down to `end` along a power of what is left: get_polynomial_decay_schedule_with_warmup.
    ///
    /// @param total steps of the run
    /// @param power 1 is a straight line, more falls faster at first
    /// @param end rate after the last step
    record Polynomial(double peak, long warmup, long total, double power, double end)
            implements LearningRateSchedule {
        /// Checks that the warm-up fits the run, and that the rate falls.
        public Polynomial {
            check(warmup, total);
            if (!(power > 0) || !(end >= 0) || end >= peak) {
                throw new IllegalArgumentException(
                        ("polynomial schedule: expected a power above 0 and an end below the peak"
                                        + " %s, found power %s and end %s")
                                .formatted(peak, power, end));
            }
        }

        @Override
        public double afterWarmup(long step) {
            if (step > total) {
                return end;
            }
            double left = 1 - (double) (step - warmup) / Math.max(1, total - warmup);
            return (peak - end) * Math.pow(left, power) + end;
        }
    }

    private static void check(long warmup, long total) {
        if (warmup < 0 || total < warmup) {
            throw new IllegalArgumentException(
                    "schedule: expected 0 <= warm-up <= total, found %d and %d"
                            .formatted(warmup, total));
        }
    }
}
