package xlmr.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import xlmr.autograd.Gradients;
import xlmr.autograd.Ops;
import xlmr.autograd.Parameter;
import xlmr.autograd.Tape;
import xlmr.autograd.Workspace;
import xlmr.backend.Backend;
import xlmr.data.TrainingExamples;
import xlmr.model.LossSettings;
import xlmr.model.TaskModel;
import xlmr.optim.AdamW;
import xlmr.optim.AdamWSettings;
import xlmr.optim.GradientClipping;
import xlmr.tensor.Tensor;

/// One update of the weights: forward and backward passes, clipping, the optimizer. What trains may
/// grow from epoch to epoch.
final class TrainingPass {
    private final Backend backend;
    private final TaskModel model;
    private final TrainingOptions options;
    private final TrainingListener listener;
    private final Workspace workspace;
    private final AdamW optimizer;
    private Gradients gradients;
    private LossSettings lossSettings = LossSettings.PLAIN;

    TrainingPass(
            Backend backend,
            TaskModel model,
            TrainingOptions options,
            AdamWSettings settings,
            TrainingListener listener) {
        this.backend = backend;
        this.model = model;
        this.options = options;
        this.listener = listener;
        this.workspace = new Workspace(backend);
        this.gradients = places(1);
        this.optimizer = new AdamW(backend, settings, gradients);
    }

    private Gradients places(int epoch) {
        Parameter words = model.encoder().embeddings().word();
        boolean wordsByRow = model.head().shared() != words;
        List<Parameter> matrices = new ArrayList<>();
        List<Parameter> tables = new ArrayList<>();
        Predicate<String> trainable = options.tune().trainable(model.config(), epoch);
        for (Parameter parameter : model.parameters()) {
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
        Predicate<String> trainable = options.tune().trainable(model.config(), epoch);
        boolean more =
                model.parameters().stream()
                        .anyMatch(p -> trainable.test(p.name()) && !gradients.wants(p));
        if (more) {
            gradients = places(epoch);
            optimizer.extend(gradients);
        }
    }

    /// How the loss counts.
    void setLoss(LossSettings settings) {
        lossSettings = settings;
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

    /// One update.
    ///
    /// @param batches its micro-batches, each the rows of its examples
    /// @throws TrainingException if a loss or gradient is no finite number
    Update run(
            HeadInputs.Source inputs,
            TrainingExamples training,
            List<int[]> batches,
            double rate,
            TrainingState state) {
        double loss = 0;
        double lossSum = 0;
        int examples = 0;
        for (int[] rows : batches) {
            double one = microBatch(inputs, training, rows, 1f / batches.size(), state);
            loss += one / batches.size();
            lossSum += one * rows.length;
            examples += rows.length;
        }
        double norm = GradientClipping.norm(backend, gradients);
        if (!Double.isFinite(norm)) {
            throw badNumbers(state).ofGradients(gradients, norm);
        }
        optimizer.step(gradients, rate, GradientClipping.factor(norm, options.clipNorm()));
        gradients.clear();
        return new Update(loss, lossSum, norm, examples);
    }

    /// Forward and backward of some rows; returns their mean loss.
    private double microBatch(
            HeadInputs.Source inputs,
            TrainingExamples training,
            int[] rows,
            float factor,
            TrainingState state) {
        long number = state.nextMicroBatch();
        Tape tape = new Tape(backend, workspace, gradients);
        Tensor loss = loss(tape, inputs, training, rows, number); // []
        double value = loss.item();
        if (!Double.isFinite(value)) {
            workspace.reset();
            throw badNumbers(state)
                    .ofLoss(
                            value,
                            watching ->
                                    loss(
                                            watching,
                                            watched(inputs, watching),
                                            training,
                                            rows,
                                            number));
        }
        tape.backward(loss, factor);
        workspace.reset();
        listener.microBatchDone(value);
        return value;
    }

    /// What the head reads, so that the whole way to it is seen: features that were kept are
    /// computed again.
    private HeadInputs.Source watched(HeadInputs.Source inputs, Tape watching) {
        Predicate<String> trainable = options.tune().trainable(model.config());
        boolean frozen =
                model.encoder().parameters().stream().noneMatch(p -> trainable.test(p.name()));
        return frozen
                ? (ops, rows, tokens) ->
                        model.features(
                                Ops.recording(backend, workspace, watching), tokens) // [R, C]
                : inputs;
    }

    private Tensor loss(
            Tape tape,
            HeadInputs.Source inputs,
            TrainingExamples training,
            int[] rows,
            long microBatch) {
        int padId = model.config().padTokenId();
        TrainingExamples.Labelled batch = training.labelled(rows, microBatch, padId);
        Ops ops =
                Ops.training(backend, workspace, tape, options.seed(), microBatch)
                        .keeping(options.kept());
        Tensor selected = inputs.selected(ops, rows, batch.tokens()); // [R, C]
        Tensor logits = CountedLogits.of(ops, model.head(), selected, batch); // [R', K]
        return batch.targets().loss(ops, logits, lossSettings); // []
    }

    private BadNumbers badNumbers(TrainingState state) {
        return new BadNumbers(
                backend,
                workspace,
                model,
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
                throw badNumbers(state).ofWeights(parameter);
            }
        }
    }
}
