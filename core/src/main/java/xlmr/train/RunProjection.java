package xlmr.train;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Says from the first steps of a run how long all of it will take on this machine.
///
/// The first steps are left out, since the virtual machine has not compiled them yet. With a frozen
/// encoder it is the pass over the texts that counts; steps of the head alone take next to nothing.
public final class RunProjection implements TrainingListener {
    /// Steps before the measurement.
    private static final int WARM_UP = 3;

    /// Fewer steps say too little.
    private static final int FEWEST = 3;

    private static final double NANOSECONDS = 1e9;

    private final LongSupplier clock;
    private final List<Mark> marks = new ArrayList<>();
    private @Nullable TrainingPlan plan;
    private long begin;
    private int featuresDone;
    private double featureSeconds;
    private double finished;

    private record Mark(long tokens, double seconds) {}

    /// A projection by the system's clock.
    public RunProjection() {
        this(System::nanoTime);
    }

    RunProjection(LongSupplier clock) {
        this.clock = clock;
    }

    @Override
    public void planned(TrainingPlan value) {
        plan = value;
    }

    @Override
    public void started(Plan run) {
        begin = clock.getAsLong();
    }

    @Override
    public void featuresComputed(int done, int total) {
        featuresDone = done;
        featureSeconds = seconds();
    }

    @Override
    public void stepDone(Step step) {
        long before = marks.isEmpty() ? 0 : marks.getLast().tokens();
        marks.add(new Mark(before + step.tokens(), seconds()));
    }

    @Override
    public void epochDone(EpochResult epoch) {
        TrainingPlan run = plan;
        finished = run != null && marks.size() >= run.data().steps() ? seconds() : 0;
    }

    /// Seconds since the run began.
    public double seconds() {
        return (clock.getAsLong() - begin) / NANOSECONDS;
    }

    /// What was measured so far, in words.
    public String over() {
        TrainingPlan run = plan;
        return run != null && run.encoderFrozen() && featuresDone > 0
                ? "%,d %s".formatted(featuresDone, featuresDone == 1 ? "text" : "texts")
                : "%,d %s".formatted(measured(), measured() == 1 ? "step" : "steps");
    }

    /// Steps that were measured, without those left out.
    private int measured() {
        return Math.max(0, marks.size() - WARM_UP);
    }

    /// Seconds of the whole run, evaluation included; empty before enough was measured.
    public OptionalDouble total() {
        TrainingPlan run = plan;
        if (run == null) {
            return OptionalDouble.empty();
        }
        PlannedData data = run.data();
        if (run.encoderFrozen() && featuresDone > 0) {
            double perToken = featureSeconds / data.tokensOfLongest(featuresDone);
            double features = perToken * (data.tokens() + data.validationTokens());
            return OptionalDouble.of(features + headSeconds(data));
        }
        if (finished > 0) {
            return OptionalDouble.of(finished);
        }
        if (measured() < FEWEST) {
            return OptionalDouble.empty();
        }
        // The later half, in which more is compiled.
        int from = WARM_UP - 1 + measured() / 2;
        Mark first = marks.get(from);
        Mark last = marks.getLast();
        double perToken = (last.seconds() - first.seconds()) / (last.tokens() - first.tokens());
        long left = data.trainedTokens() - last.tokens();
        double epochs = (double) data.trainedTokens() / Math.max(1, data.tokens());
        double judged = epochs * data.validationTokens() * perToken / run.stepOverForward();
        return OptionalDouble.of(last.seconds() + left * perToken + judged);
    }

    private double headSeconds(PlannedData data) {
        if (measured() < 1) {
            return 0;
        }
        double own = marks.getLast().seconds() - marks.getFirst().seconds();
        return own / Math.max(1, marks.size() - 1) * data.steps();
    }
}
