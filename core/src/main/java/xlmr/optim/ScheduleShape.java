package xlmr.optim;

/// The form of a [LearningRateSchedule], before it is known how many steps a run has.
public sealed interface ScheduleShape {
    /// Down to 0 in a straight line.
    ScheduleShape LINEAR = new Linear();

    /// Down to 0 along half a cosine.
    ScheduleShape COSINE = new Cosine();

    /// No fall.
    ScheduleShape CONSTANT = new Constant();

    /// The power of `polynomial` where none is named.
    double USUAL_POWER = 2;

    /// The schedule of a run.
    ///
    /// @param peak rate at the end of the warm-up
    /// @param warmup steps of the warm-up
    /// @param total steps of the run
    LearningRateSchedule over(double peak, long warmup, long total);

    /// The text that [#parse] reads.
    String spec();

    /// A straight line.
    record Linear() implements ScheduleShape {
        @Override
        public LearningRateSchedule over(double peak, long warmup, long total) {
            return new LearningRateSchedule.Linear(peak, warmup, total);
        }

        @Override
        public String spec() {
            return "linear";
        }
    }

    /// Half a cosine.
    record Cosine() implements ScheduleShape {
        @Override
        public LearningRateSchedule over(double peak, long warmup, long total) {
            return new LearningRateSchedule.Cosine(peak, warmup, total);
        }

        @Override
        public String spec() {
            return "cosine";
        }
    }

    /// Always the same.
    record Constant() implements ScheduleShape {
        @Override
        public LearningRateSchedule over(double peak, long warmup, long total) {
            return new LearningRateSchedule.Constant(peak, warmup);
        }

        @Override
        public String spec() {
            return "constant";
        }
    }

    /// A power of what is left, down to 0.
    ///
    /// @param power above 0
    record Polynomial(double power) implements ScheduleShape {
        /// Checks the power.
        public Polynomial {
            if (!(power > 0) || power > 100) {
                throw new IllegalArgumentException(
                        "schedule: expected a power above 0 and at most 100, found " + power);
            }
        }

        @Override
        public LearningRateSchedule over(double peak, long warmup, long total) {
            return new LearningRateSchedule.Polynomial(peak, warmup, total, power, 0);
        }

        @Override
        public String spec() {
            return "polynomial:" + power;
        }
    }

    /// The shape called `linear`, `cosine`, `constant`, `polynomial` or, with its power,
    /// `polynomial:3`.
    ///
    /// @throws IllegalArgumentException for any other text
    static ScheduleShape parse(String spec) {
        return switch (spec) {
            case "linear" -> LINEAR;
            case "cosine" -> COSINE;
            case "constant" -> CONSTANT;
            case "polynomial" -> new Polynomial(USUAL_POWER);
            default -> polynomial(spec);
        };
    }

    private static ScheduleShape polynomial(String spec) {
        String prefix = "polynomial:";
        if (spec.startsWith(prefix)) {
            try {
                return new Polynomial(Double.parseDouble(spec.substring(prefix.length())));
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException(
                        "schedule: expected a number after polynomial:, found '%s'"
                                .formatted(spec.substring(prefix.length())),
                        e);
            }
        }
        throw new IllegalArgumentException(
                "schedule: expected linear, cosine, constant or polynomial[:POWER], found '%s'"
                        .formatted(spec));
    }
}
