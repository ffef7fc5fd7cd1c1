package xlmr.train;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import xlmr.autograd.Parameter;
import xlmr.backend.Backend;
import xlmr.data.BatchOrder;
import xlmr.data.EncodedExamples;
import xlmr.data.TrainingExamples;
import xlmr.eval.EvaluationReport;
import xlmr.model.TaskModel;
import xlmr.model.WeightSource;
import xlmr.optim.AdamWSettings;
import xlmr.optim.ScheduleShape;

/// Fine-tunes a model for its task: seeded batches, forward, backward, clipping, AdamW with a
/// scheduled rate; after each epoch an evaluation, the best model kept, and an early end when it
/// stops getting better.
///
/// The model has to be loaded with the trainable parameters of [TrainingOptions#tune]; they change
/// in place. A run repeated with its seed gives the same bits, for any number of threads.
public final class Trainer {
    private final Backend backend;
    private final TaskModel model;
    private final TrainingOptions options;
    private final AdamWSettings settings;
    private final TrainingListener listener;
    private @Nullable RunCheckpoints checkpoints;

    /// A trainer of one model for one run.
    public Trainer(
            Backend backend, TaskModel model, TrainingOptions options, TrainingListener listener) {
        this(
                backend,
                model,
                options,
                AdamWSettings.withWeightDecay(options.weightDecay())
                        .withRateFactor(options.rates().factors(options.tune(), model.config())),
                listener);
    }

    /// As above with other settings of the optimizer, in place of those that the options ask for.
    public Trainer(
            Backend backend,
            TaskModel model,
            TrainingOptions options,
            AdamWSettings settings,
            TrainingListener listener) {
        this.backend = backend;
        this.model = model;
        this.options = options;
        this.settings = settings;
        this.listener = listener;
    }

    /// Saves the state of the run, so that it can go on after it was stopped; and goes on from the
    /// last state if that is asked for. The model then has to be as it was when the run began.
    public Trainer withCheckpoints(RunCheckpoints value) {
        checkpoints = value;
        return this;
    }

    /// How to judge the model after an epoch, and what to do with the best.
    ///
    /// @param examples to judge on
    /// @param measure what is kept of their logits
    /// @param report of what was kept, by example
    /// @param score of a report: the larger, the better; where two are equal, the smaller loss is
    public record Validation(
            EncodedExamples examples,
            Measure measure,
            Function<float[][], EvaluationReport> report,
            Function<EvaluationReport, Double> score) {
        /// Judges by all logits.
        public Validation(
                EncodedExamples examples,
                Function<float[][], EvaluationReport> report,
                Function<EvaluationReport, Double> score) {
            this(examples, Measure.LOGITS, report, score);
        }

        /// Judges by another number of the same report.
        public Validation withScore(Function<EvaluationReport, Double> value) {
            return new Validation(examples, measure, report, value);
        }
    }

    /// Keeps the weights of the best model so far.
    public interface Keeper {
        /// Called when the model is better than all before; `source` reads the weights as they are
        /// now.
        void keep(TaskModel model, WeightSource source);
    }

    /// Trains to the end.
    ///
    /// @param order of the examples in each epoch
    /// @param validation or null: the model after the last epoch is then the best
    /// @return one result an epoch, those before a state that the run goes on from included
    /// @throws TrainingException if a loss or gradient is no longer a finite number, or the state
    ///   to go on from is of another run
    public List<EpochResult> fit(
            TrainingExamples training,
            BatchOrder order,
            @Nullable Validation validation,
            Keeper keeper) {
        return fit(
                Lessons.of(Lesson.only(model, training, order, validation)),
                source -> keeper.keep(model, source));
    }

    /// Trains several heads on one encoder to the end. The best epoch is the one with the largest
    /// mean of the heads' scores.
    ///
    /// @param lessons the heads, whose encoder is that of this trainer's model
    /// @param keeper keeps the weights of the best so far
    /// @return one result an epoch, with a [report of all heads][xlmr.eval.JointReport]
    /// @throws TrainingException as [#fit]
    public List<EpochResult> fit(Lessons lessons, Consumer<WeightSource> keeper) {
        Validation validation = lessons.validation();
        if (validation == null && options.rates().schedule() instanceof ScheduleShape.Plateau) {
            throw new IllegalArgumentException(
                    "schedule: plateau lowers the rate when validation gets no better; give"
                            + " validation examples, or choose another schedule");
        }
        EpochPlan plan = EpochPlan.of(lessons.training(), lessons.order(), options);
        TrainingState state = begin(validation);
        announce(lessons, plan);
        TrainingPass pass = new TrainingPass(backend, lessons, options, settings, listener);
        goOn(state, pass, plan);
        Function<Lesson, HeadInputs> inputs = inputs(lessons, pass);
        TrainingRun run =
                new TrainingRun(
                        lessons.encoder(),
                        options,
                        listener,
                        pass,
                        plan,
                        validation == null
                                ? null
                                : new ModelJudge(
                                        backend, pass.workspace(), lessons, inputs, validation),
                        keeper,
                        checkpoints,
                        new LearningWatch(
                                GuessingLoss.of(lessons, pass, plan, options),
                                options,
                                plan.updates()),
                        state);
        if (state.isFinished()) {
            return state.epochs();
        }
        if (state.updates() == 0) {
            run.save();
        }
        try {
            return run.finish(sources(lessons, inputs));
        } finally {
            if (checkpoints != null) {
                checkpoints.abandonBeginning();
            }
        }
    }

    private TrainingState begin(@Nullable Validation validation) {
        return checkpoints == null ? new TrainingState() : checkpoints.begin(validation);
    }

    /// Brings weights and optimizer to a state that was saved.
    private void goOn(TrainingState state, TrainingPass pass, EpochPlan plan) {
        if (checkpoints == null || checkpoints.current() == null) {
            return;
        }
        TrainingState.RunningEpoch epoch = state.running();
        if (!state.isFinished()) {
            for (int earlier = 2; earlier <= epoch.number(); earlier++) {
                pass.unfreezeFor(earlier);
            }
            checkpoints.restore(backend, pass.dense(), pass.optimizer());
        }
        listener.resumed(
                new TrainingListener.Resumption(
                        checkpoints.current(),
                        state.updates(),
                        plan.updates(),
                        epoch.number(),
                        epoch.examples(),
                        state.steps(),
                        state.epochs(),
                        state.notices(),
                        state.isFinished()));
    }

    private static Function<Lesson, HeadInputs.Source> sources(
            Lessons lessons, Function<Lesson, HeadInputs> inputs) {
        Map<Lesson, HeadInputs.Source> sources = new IdentityHashMap<>();
        for (Lesson lesson : lessons.learning()) {
            sources.put(lesson, inputs.apply(lesson).of(lesson.training()));
        }
        return lesson -> {
            HeadInputs.Source source = sources.get(lesson);
            assert source != null : lesson.name();
            return source;
        };
    }

    private Function<Lesson, HeadInputs> inputs(Lessons lessons, TrainingPass pass) {
        Predicate<String> trainable = options.tune().trainable(lessons.config());
        boolean encoderFrozen =
                lessons.encoder().parameters().stream().noneMatch(p -> trainable.test(p.name()));
        Parameter words = lessons.encoder().embeddings().word();
        Map<Lesson, HeadInputs> inputs = new IdentityHashMap<>();
        return lesson ->
                inputs.computeIfAbsent(
                        lesson,
                        one ->
                                new HeadInputs(
                                        backend,
                                        one.model(),
                                        pass.workspace(),
                                        listener,
                                        encoderFrozen,
                                        lessons.all().size(),
                                        tokens -> pass.optimizer().prepare(words, tokens.ids())));
    }

    private void announce(Lessons lessons, EpochPlan plan) {
        Predicate<String> trainable = options.tune().trainable(lessons.config());
        long all = 0;
        long trained = 0;
        for (Parameter parameter : lessons.parameters()) {
            all += parameter.shape().elements();
            trained += trainable.test(parameter.name()) ? parameter.shape().elements() : 0;
        }
        listener.started(
                new TrainingListener.Plan(
                        lessons.training().size(),
                        plan.updates(),
                        trained,
                        all,
                        options.tune().words(lessons.config())));
    }
}
