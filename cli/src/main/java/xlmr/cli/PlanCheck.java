package xlmr.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import xlmr.train.RunProjection;
import xlmr.train.TrainingListener;
import xlmr.train.TrainingPlan;

/// Keeps what was planned of a run, and compares it with what came.
final class PlanCheck implements TrainingListener {
    /// Seconds after which the first steps say how long all will take, as in `plan`.
    private static final double TRIAL = 10;

    /// Shorter runs are over before anybody could read it.
    private static final double WORTH_SAYING = 30;

    private final PrintStream lines;
    private final RunProjection projection;
    private @Nullable TrainingPlan plan;
    private OptionalDouble planned = OptionalDouble.empty();
    private String over = "";
    private boolean resumed;

    /// @param lines where the projection goes
    /// @param projection hears of everything before this does
    PlanCheck(PrintStream lines, RunProjection projection) {
        this.lines = lines;
        this.projection = projection;
    }

    @Override
    public void planned(TrainingPlan value) {
        plan = value;
    }

    @Override
    public void resumed(Resumption resumption) {
        resumed = true;
    }

    @Override
    public void featuresComputed(int done, int total) {
        project();
    }

    @Override
    public void stepDone(Step step) {
        project();
    }

    private void project() {
        if (resumed || planned.isPresent() || projection.seconds() < TRIAL) {
            return;
        }
        planned = projection.total();
        over = projection.over();
        if (planned.isPresent() && planned.getAsDouble() >= WORTH_SAYING) {
            lines.printf(
                    "about %s in all, judged by the first %s%n",
                    PlanOutput.duration(planned.getAsDouble()), over);
            lines.flush();
        }
    }

    /// What was planned, and what came.
    ///
    /// @param planned seconds, where the run was long enough to project
    /// @param over what the projection was made of
    /// @param seconds that the run took; empty for a part of one
    /// @param memory most bytes of the process, where the system tells
    record Outcome(
            TrainingPlan plan,
            OptionalDouble planned,
            String over,
            OptionalDouble seconds,
            OptionalLong memory) {
        /// One line.
        String line() {
            String time = planned.isEmpty() ? "" : PlanOutput.duration(planned.getAsDouble());
            String took = seconds.isEmpty() ? "" : PlanOutput.duration(seconds.getAsDouble());
            String expected =
                    mebibytes(plan.memory().total())
                            + (time.isEmpty()
                                    ? ""
                                    : " and " + time + " (by the first " + over + ")");
            String found =
                    memory.isEmpty()
                            ? took
                            : mebibytes(memory.getAsLong())
                                    + (took.isEmpty() ? "" : " and " + took);
            return "planned %s; measured %s".formatted(expected, found);
        }

        /// The same as an object.
        ObjectNode json() {
            ObjectNode json =
                    JsonNodeFactory.instance
                            .objectNode()
                            .put("planned_bytes", plan.memory().total());
            memory.ifPresent(bytes -> json.put("measured_bytes", bytes));
            planned.ifPresent(value -> json.put("planned_seconds", value));
            seconds.ifPresent(value -> json.put("measured_seconds", value));
            return json;
        }

        private static String mebibytes(long bytes) {
            return String.format(Locale.ROOT, "%,d MiB", PlanOutput.mebibytes(bytes));
        }
    }

    /// At the end of the run; null where none began.
    @Nullable Outcome outcome() {
        TrainingPlan made = plan;
        return made == null
                ? null
                : new Outcome(
                        made,
                        planned,
                        over,
                        resumed ? OptionalDouble.empty() : OptionalDouble.of(projection.seconds()),
                        PeakMemory.bytes());
    }
}
