package xlmr.train;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import xlmr.autograd.Gradients;
import xlmr.autograd.Ops;
import xlmr.autograd.Parameter;
import xlmr.autograd.Tape;
import xlmr.autograd.Workspace;
import xlmr.backend.Backend;
import xlmr.data.TrainingExamples;
import xlmr.model.LossSettings;
import xlmr.optim.AdamW;
import xlmr.optim.AdamWSettings;
import xlmr.optim.GradientClipping;
import xlmr.tensor.Tensor;

/// One update of the weights: forward and backward passes, clipping, the optimizer. What trains may
/// grow from epoch to epoch.
final class TrainingPass {
    private final Backend backend;
    private final Lessons lessons;
    private final TrainingOptions options;
    private final TrainingListener listener;
    private final Workspace workspace;
    private final AdamW optimizer;
    private final RankLink link;
    private Gradients gradients;
    private final Map<Lesson, LossSettings> losses = new IdentityHashMap<>();

    TrainingPass(
            Backend backend,
            Lessons lessons,
            TrainingOptions options,
            AdamWSettings settings,
            TrainingListener listener,
            RankLink link) {
        this.backend = backend;
        this.lessons = lessons;
        this.options = options;
        this.listener = listener;
        this.link = link;
        this.workspace = new Workspace(backend);
        this.gradients = places(1);
        Map<Parameter, String> names = lessons.names();
        this.optimizer =
                new AdamW(backend, settings, gradients, p -> names.getOrDefault(p, p.name()));
        for (Lesson lesson : lessons.learning()) {
            losses.put(
                    lesson,
                    options.loss().settings(lesson.training(), lesson.model().config().labels()));
        }
    }

    private Gradients places(int epoch) {
        Parameter words = lessons.encoder().embeddings().word();
        boolean wordsByRow =
                lessons.all().stream().noneMatch(one -> one.model().head().shared() == words);
        List<Parameter> matrices = new ArrayList<>();
        List<Parameter> tables = new ArrayList<>();
        Predicate<String> trainable = options.tune().trainable(lessons.config(), epoch);
        for (Parameter parameter : lessons.parameters()) {
            if (trainable.test(parameter.name())) {
                (parameter == words && wordsByRow ? tables : matrices).add(parameter);
            }
        }
        return new Gradients(backend, matrices, tables);
    }

    /// Lets what joins in this epoch train.
    ///
    /// @param epoch from 1
    void unfreezeFor(int epoch) {
        Predicate<String> trainable = options.tune().trainable(lessons.config(), epoch);
        boolean more =
                lessons.parameters().stream()
                        .anyMatch(p -> trainable.test(p.name()) && !gradients.wants(p));
        if (more) {
            gradients = places(epoch);
            optimizer.extend(gradients);
        }
    }

    /// How the loss of a head counts.
    LossSettings loss(Lesson lesson) {
        LossSettings settings = losses.get(lesson);
        assert settings != null : lesson.name();
        return settings;
    }

    Workspace workspace() {
        return workspace;
    }

    AdamW optimizer() {
        return optimizer;
    }

    /// The parameters that train at the moment, but tables that are updated by row.
    Set<Parameter> dense() {
        return gradients.allDense().keySet();
    }

    /// What one update saw.
    ///
    /// @param loss mean over the micro-batches
    /// @param lossSum the micro-batches' losses, each times its examples
    /// @param gradientNorm before clipping
    record Update(double loss, double lossSum, double gradientNorm, int examples) {}

    /// One update. Heads that none of the micro-batches is of stay as they are. Where there are
    /// several ranks, each calls this with the same batches.
    ///
    /// @param inputs what the head of a lesson reads
    /// @param batches its micro-batches, each the rows of its examples, which are of one lesson
    /// @param first number of the first of them in the run
    /// @throws TrainingException if a loss or gradient is no finite number
    Update run(
            Function<Lesson, HeadInputs.Source> inputs,
            List<int[]> batches,
            long first,
            double rate,
            TrainingState state) {
        Set<Lesson> shown = Collections.newSetFromMap(new IdentityHashMap<>());
        double loss = 0;
        double lossSum = 0;
        int examples = 0;
        for (int i = 0; i < batches.size(); i++) {
            int[] rows = batches.get(i);
            Lesson lesson = lessons.of(rows);
            shown.add(lesson);
            double one =
                    addGradients(
                            inputs.apply(lesson),
                            lesson,
                            rows,
                            first + i,
                            1f / batches.size(),
                            state);
            loss += one / batches.size();
            lossSum += one * rows.length;
            examples += rows.length;
        }
        link.sum(backend, gradients);
        double norm = GradientClipping.norm(backend, gradients);
        if (!Double.isFinite(norm)) {
            throw badNumbers(state, lessons.of(batches.getLast())).ofGradients(gradients, norm);
        }
        norm = link.agreed(norm);
        optimizer.step(
                gradients, rate, GradientClipping.factor(norm, options.clipNorm()), idle(shown));
        gradients.clear();
        return new Update(loss, lossSum, norm, examples);
    }

    private Set<Parameter> idle(Set<Lesson> shown) {
        Set<Parameter> idle = new HashSet<>();
        for (Lesson lesson : lessons.learning()) {
            if (!shown.contains(lesson)) {
                idle.addAll(lesson.model().head().parameters());
            }
        }
        return idle;
    }

    /// The gradients so far; none after an update.
    Gradients gradients() {
        return gradients;
    }

    /// Forward and backward of some rows, or of what falls to this rank of them.
    ///
    /// @param rows of all lessons' examples, but of this lesson
    /// @param number of the micro-batch in the run
    /// @return the mean loss of all of them times the weight of their head
    double addGradients(
            HeadInputs.Source inputs,
            Lesson lesson,
            int[] rows,
            long number,
            float factor,
            TrainingState state) {
        BatchShare share = share(lesson, rows, number);
        double own = share.isEmpty() ? 0 : addShare(inputs, lesson, share, number, factor, state);
        double loss = link.total(own);
        listener.microBatchDone(loss);
        return loss;
    }

    private BatchShare share(Lesson lesson, int[] rows, long number) {
        int[] own = lessons.training().own(rows);
        int padId = lessons.config().padTokenId();
        BatchCuts cuts = link.cuts();
        if (cuts == null) {
            return BatchShare.whole(lesson.training(), own, number, padId);
        }
        int[] starts = cuts.of(rows);
        return BatchShare.of(
                lesson.training(),
                own,
                starts[link.rank()],
                starts[link.rank() + 1],
                number,
                padId,
                lesson.model().head(),
                loss(lesson));
    }

    /// Forward and backward of a share; returns what it adds to the batch's loss.
    private double addShare(
            HeadInputs.Source inputs,
            Lesson lesson,
            BatchShare share,
            long number,
            float factor,
            TrainingState state) {
        Tape tape = new Tape(backend, workspace, gradients);
        Tensor loss = loss(tape, inputs, lesson, share, number); // []
        double value = loss.item();
        if (!Double.isFinite(value)) {
            workspace.reset();
            throw badNumbers(state, lesson)
                    .ofLoss(
                            lesson.name(),
                            value,
                            watching ->
                                    loss(
                                            watching,
                                            watched(inputs, lesson, watching),
                                            lesson,
                                            share,
                                            number));
        }
        double weight = lesson.weight() * share.factor();
        tape.backward(loss, (float) (factor * weight));
        workspace.reset();
        return value * weight;
    }

    /// What the head reads, so that the whole way to it is seen: features that were kept are
    /// computed again.
    private HeadInputs.Source watched(HeadInputs.Source inputs, Lesson lesson, Tape watching) {
        Predicate<String> trainable = options.tune().trainable(lessons.config());
        boolean frozen =
                lessons.encoder().parameters().stream().noneMatch(p -> trainable.test(p.name()));
        return frozen
                ? (ops, rows, tokens) ->
                        lesson.model()
                                .features(
                                        Ops.recording(backend, workspace, watching),
                                        tokens) // [R, C]
                : inputs;
    }

    private Tensor loss(
            Tape tape, HeadInputs.Source inputs, Lesson lesson, BatchShare share, long microBatch) {
        TrainingExamples.Labelled batch = share.batch();
        Ops ops =
                Ops.training(backend, workspace, tape, options.seed(), microBatch)
                        .keeping(options.kept());
        share.inEncoder().applyTo(ops);
        Tensor selected = inputs.selected(ops, share.rows(), batch.tokens()); // [R, C]
        share.inHead().applyTo(ops);
        Tensor logits = CountedLogits.of(ops, lesson.model().head(), selected, batch); // [R', K]
        return batch.targets().loss(ops, logits, loss(lesson)); // []
    }

    private BadNumbers badNumbers(TrainingState state, Lesson lesson) {
        return new BadNumbers(
                backend,
                workspace,
                lesson.model(),
                state.updates() + 1,
                state.running().number(),
                options.learningRate());
    }

    /// Refuses weights that are not finite, which the last update may have made: they are neither
    /// kept nor saved.
    ///
    /// @throws TrainingException naming the first
    void requireFiniteWeights(TrainingState state) {
        for (Parameter parameter : dense()) {
            if (!Double.isFinite(backend.sumOfSquares(parameter.value()))) {
                throw badNumbers(state, lessons.all().getFirst()).ofWeights(parameter);
            }
        }
    }
}
