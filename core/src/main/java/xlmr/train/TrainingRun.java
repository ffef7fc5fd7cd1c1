package xlmr.train;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import xlmr.autograd.Parameter;
import xlmr.checkpoint.CheckpointException;
import xlmr.eval.EvaluationReport;
import xlmr.model.EncoderLayers;
import xlmr.model.WeightSource;
import xlmr.model.XlmRobertaConfig;
import xlmr.model.XlmRobertaModel;
import xlmr.optim.LearningRateSchedule;
import xlmr.optim.LossScaling;

/// One run from its first or last saved state to its end: epochs of updates; after each a
/// judgement, the best model kept, the state saved.
final class TrainingRun {
    private final XlmRobertaModel encoder;
    private final TrainingOptions options;
    private final TrainingListener listener;
    private final TrainingRanks ranks;
    private final TrainingPass pass;
    private final EpochPlan plan;
    private final LearningRateSchedule schedule;
    private final @Nullable ModelJudge judge;
    private final Consumer<WeightSource> keeper;
    private final @Nullable RunCheckpoints checkpoints;
    private final LearningWatch watch;
    private final TrainingState state;

    /// @param judge null where there is nothing to judge by
    /// @param keeper keeps the weights of the best so far
    /// @param checkpoints null for a run whose state is not saved
    /// @param state to go on from; weights and optimizer are as they were then
    TrainingRun(
            XlmRobertaModel encoder,
            TrainingOptions options,
            TrainingListener listener,
            TrainingRanks ranks,
            EpochPlan plan,
            @Nullable ModelJudge judge,
            Consumer<WeightSource> keeper,
            @Nullable RunCheckpoints checkpoints,
            LearningWatch watch,
            TrainingState state) {
        this.encoder = encoder;
        this.options = options;
        this.listener = listener;
        this.ranks = ranks;
        this.pass = ranks.first();
        this.plan = plan;
        this.schedule = options.rates().over(options.tune(), plan.updates());
        this.judge = judge;
        this.keeper = keeper;
        this.checkpoints = checkpoints;
        this.watch = watch;
        this.state = state;
    }

    /// Trains to the end.
    ///
    /// @return all epochs, those before the state to go on from included
    List<EpochResult> finish() {
        noticeWhatNeverTrains();
        while (!state.isFinished()) {
            train();
            judgeEpoch();
            if (!state.isFinished()) {
                ranks.unfreezeFor(state.running().number());
            }
            save();
        }
        return state.epochs();
    }

    /// Layers that are to be unfrozen after the last epoch.
    private void noticeWhatNeverTrains() {
        XlmRobertaConfig config = encoder.config();
        int layers = config.numHiddenLayers();
        Predicate<String> some = options.tune().trainable(config);
        Predicate<String> last = options.tune().trainable(config, options.epochs());
        long never =
                encoder.parameters().stream()
                        .map(Parameter::name)
                        .filter(name -> some.test(name) && !last.test(name))
                        .mapToInt(name -> EncoderLayers.of(name, layers))
                        .distinct()
                        .count();
        if (never > 0) {
            notice(
                    new Notice(
                            Notice.Code.TOO_FEW_EPOCHS,
                            state.updates(),
                            ("%d epochs are too few to unfreeze everything: of the embeddings and"
                                            + " the %d encoder layers, %d stay as they are")
                                    .formatted(options.epochs(), layers, never)));
        }
    }

    /// What is left of an epoch.
    private void train() {
        int epoch = state.running().number();
        List<int[]> all = plan.batches(epoch);
        int perUpdate = options.batching().accumulation();
        int[] lengths = plan.training().lengths();
        for (int from = state.running().batch(); from < all.size(); from += perUpdate) {
            List<int[]> some = all.subList(from, Math.min(all.size(), from + perUpdate));
            double rate = state.rateFactor() * schedule.at(state.schedulePlace());
            long begin = System.nanoTime();
            TrainingPass.Update update = ranks.run(some, rate, state);
            double seconds = (System.nanoTime() - begin) / 1e9;
            TrainingListener.Step step =
                    new TrainingListener.Step(
                            state.updates() + 1,
                            plan.updates(),
                            epoch,
                            update.loss(),
                            update.gradientNorm(),
                            update.isSkipped() ? 0 : rate,
                            update.examples(),
                            tokens(some, lengths));
            state.updated(step, some.size(), update.lossSum(), seconds);
            rescale(update.isSkipped());
            listener.stepDone(step);
            watch.afterStep(state, this::notice);
            boolean epochGoesOn = from + perUpdate < all.size();
            if (epochGoesOn && checkpoints != null && checkpoints.isDue(state.updates())) {
                save();
            }
        }
    }

    /// Sets the scale of the loss for the next update, and says where one was skipped.
    private void rescale(boolean isSkipped) {
        LossScaling scaling = state.scaling();
        if (scaling == null) {
            return;
        }
        LossScaling next = isSkipped ? scaling.afterSkippedStep() : scaling.afterGoodStep();
        state.setScaling(next);
        if (isSkipped) {
            listener.stepSkipped(
                    new TrainingListener.SkippedStep(
                            state.updates(), scaling.scale(), next.scale(), next.skipped()));
        }
    }

    private static int tokens(List<int[]> batches, int[] lengths) {
        int tokens = 0;
        for (int[] rows : batches) {
            for (int row : rows) {
                tokens += lengths[row];
            }
        }
        return tokens;
    }

    /// Judges the model as it is, and keeps it if it is better than all before.
    private void judgeEpoch() {
        TrainingState.RunningEpoch epoch = state.running();
        pass.requireFiniteWeights(state);
        ModelJudge.Judgement judgement = judge == null ? null : judge.judge();
        EvaluationReport report = judgement == null ? null : judgement.report();
        double score = judgement == null ? epoch.number() : judgement.score();
        double loss = report == null ? epoch.meanLoss() : report.loss();
        EpochScore found = new EpochScore(epoch.number(), score, loss);
        boolean better = found.beats(state.best());
        boolean lowered = state.judged(found, options.rates().schedule());
        if (better && (judge != null || epoch.number() == options.epochs())) {
            keeper.accept(pass.optimizer()::readRows);
        }
        if (checkpoints != null && judgement != null) {
            checkpoints.evaluated(epoch.number(), judgement.values());
        }
        EpochResult result =
                new EpochResult(epoch.number(), epoch.meanLoss(), epoch.seconds(), report, better);
        state.epochDone(result, options);
        listener.epochDone(result);
        watch.afterEpoch(state, this::notice);
        if (lowered && !state.isFinished()) {
            tell(
                    new Notice(
                            Notice.Code.RATE_LOWERED,
                            state.updates(),
                            "validation got no better, so the learning rate is now %.3g"
                                    .formatted(state.rateFactor() * schedule.at(state.updates()))));
        }
    }

    private void notice(Notice notice) {
        if (!state.hasNoticed(notice.code())) {
            tell(notice);
        }
    }

    private void tell(Notice notice) {
        state.notice(notice);
        listener.noticed(notice);
    }

    /// Saves the state. Where that fails, for example because the disk is full, the run goes on:
    /// its last state is as it was, and the next may fit.
    void save() {
        if (checkpoints == null) {
            return;
        }
        pass.requireFiniteWeights(state);
        try {
            checkpoints.save(state, options, plan.updates(), pass.dense(), pass.optimizer());
        } catch (CheckpointException e) {
            listener.notSaved(e);
        }
    }
}
