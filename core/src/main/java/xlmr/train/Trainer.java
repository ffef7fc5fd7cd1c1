package xlmr.train;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import xlmr.autograd.Parameter;
import xlmr.backend.Backend;
import xlmr.backend.Ranks;
import xlmr.data.BatchOrder;
import xlmr.data.EncodedExamples;
import xlmr.data.TrainingExamples;
import xlmr.eval.EvaluationReport;
import xlmr.model.HeadSpec;
import xlmr.model.TaskModel;
import xlmr.model.WeightSource;
import xlmr.optim.AdamWSettings;
import xlmr.optim.LossScaling;
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
    private FrozenFeatures features = new FrozenFeatures();
    private @Nullable Ranks ranks;
    private Supplier<List<TaskModel>> again = List::of;
    private boolean scalesLoss;

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

    /// Trains on several devices together, see [Ranks]: the trainer's own backend is the first, and
    /// judges and saves. What comes out is the model of one device, but for the order in which
    /// gradients are added up.
    ///
    /// @param models loads the models of all heads once more, in their order and with the same
    ///   weights
    public Trainer withRanks(Ranks value, Supplier<List<TaskModel>> models) {
        ranks = value;
        again = models;
        return this;
    }

    /// Takes what the encoder gives the head from earlier runs, where it is frozen, and remembers
    /// it for later ones. Several heads that train together share it among themselves.
    ///
    /// @param value of runs that start from the same encoder, with the same kind of head
    public Trainer withFeatures(FrozenFeatures value) {
        features = value;
        return this;
    }

    /// Scales the loss, see [LossScaling], also where the device does not need it. A run that began
    /// with it goes on with it.
    public Trainer withLossScaling() {
        scalesLoss = true;
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
        List<Lessons> copies = copies(lessons);
        try (TrainingRanks passes =
                new TrainingRanks(
                        ranks,
                        plan.training().lengths(),
                        link -> pass(copies.get(link.rank()), link))) {
            return fit(copies, passes, state, plan, validation, keeper);
        }
    }

    private List<EpochResult> fit(
            List<Lessons> copies,
            TrainingRanks passes,
            TrainingState state,
            EpochPlan plan,
            @Nullable Validation validation,
            Consumer<WeightSource> keeper) {
        Lessons lessons = copies.getFirst();
        TrainingPass pass = passes.first();
        passes.expectTokens(plan.mostTokens());
        goOn(state, passes, plan);
        Function<Lesson, HeadInputs> inputs = inputs(0, lessons, pass);
        TrainingRun run =
                new TrainingRun(
                        lessons.encoder(),
                        options,
                        listener,
                        passes,
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
            setInputs(copies, passes, inputs);
            return run.finish();
        } finally {
            if (checkpoints != null) {
                checkpoints.abandonBeginning();
            }
        }
    }

    /// The heads and the encoder of each rank.
    private List<Lessons> copies(Lessons lessons) {
        List<Lessons> copies = new ArrayList<>(List.of(lessons));
        for (int rank = 1; ranks != null && rank < ranks.count(); rank++) {
            copies.add(lessons.onto(again.get()));
        }
        return copies;
    }

    private TrainingPass pass(Lessons lessons, RankLink link) {
        return new TrainingPass(
                backend(link.rank()),
                lessons,
                options,
                settings,
                link.rank() == 0 ? listener : TrainingListener.SILENT,
                link);
    }

    private Backend backend(int rank) {
        return ranks == null || rank == 0 ? backend : ranks.others().get(rank - 1);
    }

    private TrainingState begin(@Nullable Validation validation) {
        TrainingState state =
                checkpoints == null ? new TrainingState() : checkpoints.begin(validation);
        if (state.scaling() == null && (scalesLoss || backend.needsLossScaling())) {
            state.setScaling(LossScaling.INITIAL);
        }
        return state;
    }

    /// Brings weights and optimizer to a state that was saved.
    private void goOn(TrainingState state, TrainingRanks passes, EpochPlan plan) {
        if (checkpoints == null || checkpoints.current() == null) {
            return;
        }
        TrainingState.RunningEpoch epoch = state.running();
        if (!state.isFinished()) {
            for (int earlier = 2; earlier <= epoch.number(); earlier++) {
                passes.unfreezeFor(earlier);
            }
            for (int rank = 0; rank < passes.passes().size(); rank++) {
                TrainingPass pass = passes.passes().get(rank);
                checkpoints.restore(backend(rank), pass.dense(), pass.optimizer());
            }
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

    /// Features that are kept serve all ranks.
    private void setInputs(
            List<Lessons> copies, TrainingRanks passes, Function<Lesson, HeadInputs> first) {
        List<@Nullable KeptFeatures> kept = new ArrayList<>();
        for (Lesson lesson : copies.getFirst().learning()) {
            kept.add(first.apply(lesson).kept(lesson.training()));
        }
        List<Function<Lesson, HeadInputs.Source>> sources = new ArrayList<>();
        for (int rank = 0; rank < copies.size(); rank++) {
            Lessons lessons = copies.get(rank);
            TrainingPass pass = passes.passes().get(rank);
            sources.add(sources(lessons, rank == 0 ? first : inputs(rank, lessons, pass), kept));
        }
        passes.setInputs(sources);
    }

    private static Function<Lesson, HeadInputs.Source> sources(
            Lessons lessons,
            Function<Lesson, HeadInputs> inputs,
            List<@Nullable KeptFeatures> kept) {
        Map<Lesson, HeadInputs.Source> sources = new IdentityHashMap<>();
        for (int i = 0; i < kept.size(); i++) {
            Lesson lesson = lessons.learning().get(i);
            sources.put(lesson, inputs.apply(lesson).of(kept.get(i)));
        }
        return lesson -> {
            HeadInputs.Source source = sources.get(lesson);
            assert source != null : lesson.name();
            return source;
        };
    }

    private Function<Lesson, HeadInputs> inputs(int rank, Lessons lessons, TrainingPass pass) {
        Predicate<String> trainable = options.tune().trainable(lessons.config());
        boolean encoderFrozen =
                lessons.encoder().parameters().stream().noneMatch(p -> trainable.test(p.name()));
        Parameter words = lessons.encoder().embeddings().word();
        Map<Lesson, HeadInputs> inputs = new IdentityHashMap<>();
        Map<List<Object>, FrozenFeatures> shared = new HashMap<>();
        return lesson ->
                inputs.computeIfAbsent(
                        lesson,
                        one ->
                                new HeadInputs(
                                        backend(rank),
                                        one.model(),
                                        pass.workspace(),
                                        listener,
                                        encoderFrozen,
                                        lessons.all().size(),
                                        lessons.all().size() == 1
                                                ? features
                                                : features(one, shared),
                                        tokens -> pass.optimizer().prepare(words, tokens.ids())));
    }

    /// Heads of the same kind read the same of the encoder.
    private static FrozenFeatures features(
            Lesson lesson, Map<List<Object>, FrozenFeatures> shared) {
        TaskModel head = lesson.model();
        return shared.computeIfAbsent(
                List.of(head.task(), HeadSpec.of(head.config())), kind -> new FrozenFeatures());
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
