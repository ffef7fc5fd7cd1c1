package xlmr.optim;

/// The form of a [LearningRateSchedule], before it is known how many steps a run has.
public sealed interface ScheduleShape {
    /// Down to 0 in a straight line.
    ScheduleShape LINEAR = new Linear();

    /// Down to 0 along half a cosine.
    ScheduleShape COSINE = new Cosine();

    /// No fall.
    ScheduleShape CONSTANT = new Constant();

    /// No fall but where the validation score stops getting better: halved each time.
    ScheduleShape PLATEAU = new Plateau(0.5, 1);

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

    /// Always the same, until the validation score stops getting better: then a factor of it (as
    /// torch.optim.lr_scheduler.ReduceLROnPlateau, with its patience one less and threshold 0).
    ///
    /// @param factor what the rate is multiplied by, in (0, 1)
    /// @param patience epochs without a better score after which it falls, at least 1
    record Plateau(double factor, int patience) implements ScheduleShape {
        /// Checks the numbers.
        public Plateau {
            if (!(factor > 0) || !(factor < 1) || patience < 1) {
                throw new IllegalArgumentException(
                        ("schedule: expected plateau:FACTOR:PATIENCE with a factor in (0, 1) and a"
                                        + " patience of at least 1, found plateau:%s:%d")
                                .formatted(factor, patience));
            }
        }

        @Override
        public LearningRateSchedule over(double peak, long warmup, long total) {
            return new LearningRateSchedule.Constant(peak, warmup);
        }

        @Override
        public String spec() {
            return "plateau:%s:%d".formatted(factor, patience);
        }
    }

    /// The shape called `linear`, `cosine`, `constant`, `polynomial` or, with its power,
    /// `polynomial:3`, `plateau` or, with factor and patience, `plateau:0.5:2`.
    ///
    /// @throws IllegalArgumentException for any other text
    static ScheduleShape parse(String spec) {
        return switch (spec) {
            case "linear" -> LINEAR;
            case "cosine" -> COSINE;
            case "constant" -> CONSTANT;
            case "polynomial" -> new Polynomial(USUAL_POWER);
            case "plateau" -> PLATEAU;
            default -> spec.startsWith("plateau:") ? plateau(spec) : polynomial(spec);
        };
    }

    private static ScheduleShape plateau(String spec) {
        String[] parts = spec.split(":", -1);
        try {
            if (parts.length <= 3) {
                return new Plateau(
                        Double.parseDouble(parts[1]),
                        parts.length == 3 ? Integer.parseInt(parts[2]) : 1);
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(plateauExpected(spec), e);
        }
        throw new IllegalArgumentException(plateauExpected(spec));
    }

    private static String plateauExpected(String spec) {
        return "schedule: expected plateau[:FACTOR[:PATIENCE]], such as plateau:0.5:2, found '%s'"
                .formatted(spec);
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
                "schedule: expected linear, cosine, constant, polynomial[:POWER] or"
                        + " plateau[:FACTOR[:PATIENCE]], found '%s'".formatted(spec));
    }
}
