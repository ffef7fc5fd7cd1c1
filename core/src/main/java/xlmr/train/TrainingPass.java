package xlmr.train;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
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
import xlmr.optim.LossScaling;
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
    private int mostTokens;
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

    /// How many tokens a micro-batch has at most, so that memory is taken once.
    void expectTokens(int most) {
        mostTokens = most;
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
    /// @param gradientNorm before clipping; 0 where the update was skipped
    /// @param isSkipped whether nothing was changed, because gradients of the scaled loss were not
    ///   finite
    record Update(
            double loss, double lossSum, double gradientNorm, int examples, boolean isSkipped) {}

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
        LossScaling scaling = state.scaling();
        float scale = scaling == null ? 1 : scaling.scale();
        List<Part> parts = new ArrayList<>();
        for (int i = 0; i < batches.size(); i++) {
            Lesson lesson = lessons.of(batches.get(i));
            float factor = scale / batches.size();
            parts.add(
                    addGradients(inputs.apply(lesson), lesson, batches.get(i), first + i, factor));
        }
        link.sum(backend, gradients);
        GradientClipping.Reading reading = GradientClipping.read(backend, gradients, losses(parts));
        losses(parts).forEach(read -> backend.release(read.storage()));
        double loss = 0;
        double lossSum = 0;
        int examples = 0;
        int done = 0;
        for (int i = 0; i < parts.size(); i++) {
            Part part = parts.get(i);
            double own = part.loss() == null ? 0 : value(part, reading.losses()[done++], state);
            double one = link.total(own);
            listener.microBatchDone(one);
            loss += one / batches.size();
            lossSum += one * batches.get(i).length;
            examples += batches.get(i).length;
        }
        double norm = link.agreed(reading.norm() / scale);
        if (!Double.isFinite(norm) && scaling != null && scaling.mayOverflow()) {
            gradients.clear();
            return new Update(loss, lossSum, 0, examples, true);
        }
        if (!Double.isFinite(norm)) {
            throw badNumbers(state, lessons.of(batches.getLast())).ofGradients(gradients, norm);
        }
        float clipping = GradientClipping.factor(norm, options.clipNorm());
        optimizer.step(gradients, rate, clipping / scale, idle(parts));
        gradients.clear();
        return new Update(loss, lossSum, norm, examples, false);
    }

    private static List<Tensor> losses(List<Part> parts) {
        return parts.stream().map(Part::loss).filter(Objects::nonNull).toList();
    }

    /// What a part adds to the loss of its batch.
    ///
    /// @throws TrainingException if the part's own loss is no finite number
    private double value(Part part, double loss, TrainingState state) {
        if (!Double.isFinite(loss)) {
            throw badNumbers(state, part.lesson())
                    .ofLoss(
                            part.lesson().name(),
                            loss,
                            watching ->
                                    loss(
                                            watching,
                                            watched(part.inputs(), part.lesson(), watching),
                                            part.lesson(),
                                            part.share(),
                                            part.number()));
        }
        return loss * part.weight();
    }

    private Set<Parameter> idle(List<Part> parts) {
        Set<Lesson> shown = Collections.newSetFromMap(new IdentityHashMap<>());
        parts.forEach(part -> shown.add(part.lesson()));
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

    /// A micro-batch that has run, as far as it falls to this rank.
    ///
    /// @param number of the micro-batch in the run
    /// @param loss mean of the share's examples, still on the device; null for an empty share
    record Part(
            HeadInputs.Source inputs,
            Lesson lesson,
            BatchShare share,
            long number,
            @Nullable Tensor loss) {
        /// What the loss is multiplied by, to be part of that of the whole batch.
        double weight() {
            return lesson.weight() * share.factor();
        }
    }

    /// Forward and backward of some rows, or of what falls to this rank of them. Nothing is read.
    ///
    /// @param rows of all lessons' examples, but of this lesson
    /// @param number of the micro-batch in the run
    Part addGradients(
            HeadInputs.Source inputs, Lesson lesson, int[] rows, long number, float factor) {
        BatchShare share = share(lesson, rows, number);
        if (share.isEmpty()) {
            return new Part(inputs, lesson, share, number, null);
        }
        workspace.expect(share.batch().tokens().tokens(), mostTokens);
        Tape tape = new Tape(backend, workspace, gradients);
        Tensor loss = loss(tape, inputs, lesson, share, number); // []
        Tensor kept = backend.allocate(loss.shape()); // []
        backend.fill(kept, 0);
        backend.addScaled(loss, 1, kept);
        Part part = new Part(inputs, lesson, share, number, kept);
        tape.backward(loss, (float) (factor * part.weight()));
        workspace.reset();
        return part;
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
        List<Parameter> parameters = List.copyOf(dense());
        double[] sums =
                backend.readNumbers(parameters.stream().map(Parameter::value).toList(), List.of());
        for (int i = 0; i < sums.length; i++) {
            if (!Double.isFinite(sums[i])) {
                throw badNumbers(state, lessons.all().getFirst()).ofWeights(parameters.get(i));
            }
        }
    }
}
