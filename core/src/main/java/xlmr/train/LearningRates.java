package xlmr.train;

import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;
import xlmr.model.EncoderLayers;
import xlmr.model.XlmRobertaConfig;
import xlmr.optim.LearningRateSchedule;
import xlmr.optim.ScheduleShape;

/// How fast which weights change.
///
/// The rate of a parameter at step s is schedule(s) · decayᵈ, with d = 0 for the head, 1 for the
/// highest encoder layer, L for the lowest, L + 1 for the embeddings (Howard and Ruder 2018,
/// discriminative fine-tuning). Where the head has a rate of its own, the schedule of the head is
/// the same form with that peak.
///
/// @param base at the end of the warm-up; empty for [Tune#usualRate] of what trains
/// @param head of the head, at the end of the warm-up; empty for the same
/// @param layerDecay factor from one encoder layer to the next lower one; 1 for the same rate
/// @param schedule how the rate falls after the warm-up
/// @param warmupRatio share of the steps in which the rate rises from 0
public record LearningRates(
        OptionalDouble base,
        OptionalDouble head,
        double layerDecay,
        ScheduleShape schedule,
        double warmupRatio) {
    /// The usual rate for everything, up over a tenth of the steps, then down in a straight line.
    public static LearningRates defaults() {
        return new LearningRates(
                OptionalDouble.empty(), OptionalDouble.empty(), 1, ScheduleShape.LINEAR, 0.1);
    }

    /// Checks the numbers.
    public LearningRates {
        base.ifPresent(rate -> checkRate("learning rate", rate));
        head.ifPresent(rate -> checkRate("head learning rate", rate));
        Checks.that(layerDecay > 0 && layerDecay <= 1, "layer decay", "in (0, 1]", layerDecay);
        Checks.that(
                warmupRatio >= 0 && warmupRatio <= 1, "warm-up ratio", "in [0, 1]", warmupRatio);
    }

    private static void checkRate(String what, double rate) {
        Checks.that(rate > 0 && rate < 1, what, "in (0, 1)", rate);
    }

    /// Another rate at the end of the warm-up.
    public LearningRates withBase(double value) {
        return new LearningRates(OptionalDouble.of(value), head, layerDecay, schedule, warmupRatio);
    }

    /// A rate of the head's own.
    public LearningRates withHead(double value) {
        return new LearningRates(base, OptionalDouble.of(value), layerDecay, schedule, warmupRatio);
    }

    /// Smaller rates for lower layers.
    public LearningRates withLayerDecay(double value) {
        return new LearningRates(base, head, value, schedule, warmupRatio);
    }

    /// Another fall after the warm-up.
    public LearningRates withSchedule(ScheduleShape value) {
        return new LearningRates(base, head, layerDecay, value, warmupRatio);
    }

    /// Another warm-up.
    public LearningRates withWarmupRatio(double value) {
        return new LearningRates(base, head, layerDecay, schedule, value);
    }

    /// The base rate of a run.
    public double peak(Tune tune) {
        return base.orElse(tune.usualRate());
    }

    /// The base rate step by step.
    ///
    /// @param steps of the run
    public LearningRateSchedule over(Tune tune, long steps) {
        return schedule.over(peak(tune), (long) (warmupRatio * steps), steps);
    }

    /// What the base rate is multiplied by, for a parameter by name.
    public ToDoubleFunction<String> factors(Tune tune, XlmRobertaConfig config) {
        int layers = config.numHiddenLayers();
        double ofHead = head.isPresent() ? head.getAsDouble() / peak(tune) : 1;
        return name -> {
            int depth = EncoderLayers.depth(name, layers);
            return depth == 0 ? ofHead : Math.pow(layerDecay, depth);
        };
    }
}
