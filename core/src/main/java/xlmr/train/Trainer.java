package xlmr.train;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import xlmr.autograd.Gradients;
import xlmr.autograd.Ops;
import xlmr.autograd.Parameter;
import xlmr.autograd.Tape;
import xlmr.autograd.Workspace;
import xlmr.backend.Backend;
import xlmr.data.BatchOrder;
import xlmr.data.EncodedExamples;
import xlmr.data.TrainingExamples;
import xlmr.eval.EvaluationReport;
import xlmr.model.LossSettings;
import xlmr.model.TaskModel;
import xlmr.optim.AdamW;
import xlmr.optim.AdamWSettings;
import xlmr.optim.GradientClipping;
import xlmr.optim.LearningRateSchedule;
import xlmr.tensor.Tensor;
import xlmr.tensor.TokenBatch;

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
    private final TrainingListener listener;
    private final Gradients gradients;
    private final AdamW optimizer;
    private final Workspace workspace;
    private final boolean encoderFrozen;
    private LossSettings lossSettings = LossSettings.PLAIN;
    private long microBatches;
    private @Nullable KeptFeatures validationFeatures;

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
        this.listener = listener;
        Parameter words = model.encoder().embeddings().word();
        boolean wordsByRow = model.head().shared() != words;
        List<Parameter> matrices = new ArrayList<>();
        List<Parameter> tables = new ArrayList<>();
        Predicate<String> trainable = options.tune().trainable(model.config());
        for (Parameter parameter : model.parameters()) {
            if (trainable.test(parameter.name())) {
                (parameter == words && wordsByRow ? tables : matrices).add(parameter);
            }
        }
        this.encoderFrozen =
                model.encoder().parameters().stream().noneMatch(p -> trainable.test(p.name()));
        this.gradients = new Gradients(backend, matrices, tables);
        this.optimizer = new AdamW(backend, settings, gradients);
        this.workspace = new Workspace(backend);
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
    /// @return one result an epoch
    /// @throws TrainingException if the loss is no longer a number
    public List<EpochResult> fit(
            TrainingExamples training,
            BatchOrder order,
            @Nullable Validation validation,
            Keeper keeper) {
        lossSettings = options.loss().settings(training, model.config().labels());
        List<List<int[]>> epochs = new ArrayList<>();
        long steps = 0;
        for (int epoch = 0; epoch < options.epochs(); epoch++) {
            epochs.add(order.batches(training.lengths(), options.batching().size(), epoch));
            steps += Math.ceilDiv(epochs.get(epoch).size(), options.batching().accumulation());
        }
        announce(training, steps);
        LearningRateSchedule schedule = options.rates().over(options.tune(), steps);
        Network network = network(training);
        List<EpochResult> results = new ArrayList<>();
        double best = Double.NEGATIVE_INFINITY;
        double bestLoss = Double.POSITIVE_INFINITY;
        int bestEpoch = 0;
        for (int epoch = 1; epoch <= options.epochs(); epoch++) {
            long begin = System.nanoTime();
            double trained =
                    epoch(network, training, epochs.get(epoch - 1), schedule, steps, epoch);
            double seconds = (System.nanoTime() - begin) / 1e9;
            EvaluationReport report = validation == null ? null : evaluate(validation);
            double score =
                    report == null || validation == null ? epoch : validation.score().apply(report);
            double loss = report == null ? trained : report.loss();
            boolean better = bestEpoch == 0 || score > best || (score == best && loss < bestLoss);
            if (better) {
                best = score;
                bestLoss = loss;
                bestEpoch = epoch;
                if (validation != null || epoch == options.epochs()) {
                    keeper.keep(model, optimizer::readRows);
                }
            }
            EpochResult result = new EpochResult(epoch, trained, seconds, report, better);
            results.add(result);
            listener.epochDone(result);
            if (options.patience() > 0 && epoch - bestEpoch >= options.patience()) {
                break;
            }
        }
        return results;
    }

    /// One pass over the examples; the mean loss of the micro-batches, weighted by their examples.
    private double epoch(
            Network network,
            TrainingExamples training,
            List<int[]> batches,
            LearningRateSchedule schedule,
            long steps,
            int epoch) {
        double sum = 0;
        int examples = 0;
        int[] lengths = training.lengths();
        for (int from = 0; from < batches.size(); from += options.batching().accumulation()) {
            int to = Math.min(batches.size(), from + options.batching().accumulation());
            double mean = 0;
            int stepExamples = 0;
            int stepTokens = 0;
            for (int[] rows : batches.subList(from, to)) {
                double loss = microBatch(network, training, rows, 1f / (to - from));
                mean += loss / (to - from);
                sum += loss * rows.length;
                stepExamples += rows.length;
                for (int row : rows) {
                    stepTokens += lengths[row];
                }
            }
            examples += stepExamples;
            double rate = schedule.at(optimizer.steps());
            double norm = GradientClipping.norm(backend, gradients);
            if (!Double.isFinite(norm)) {
                throw new TrainingException(
                        ("training: the gradient's norm is %s at step %d; lower the learning rate"
                                        + " (now %s) or check the data")
                                .formatted(norm, optimizer.steps() + 1, rate));
            }
            optimizer.step(gradients, rate, GradientClipping.factor(norm, options.clipNorm()));
            gradients.clear();
            listener.stepDone(
                    new TrainingListener.Step(
                            optimizer.steps(),
                            steps,
                            epoch,
                            mean,
                            norm,
                            rate,
                            stepExamples,
                            stepTokens));
        }
        return sum / Math.max(1, examples);
    }

    /// Forward and backward of some rows; returns their mean loss.
    private double microBatch(
            Network network, TrainingExamples training, int[] rows, float factor) {
        Tape tape = new Tape(backend, workspace, gradients);
        int padId = model.config().padTokenId();
        TrainingExamples.Labelled batch = training.labelled(rows, microBatches, padId);
        Ops ops = Ops.training(backend, workspace, tape, options.seed(), microBatches++);
        Tensor selected = network.selected(ops, rows, batch.tokens()); // [R, C]
        Tensor logits = CountedLogits.of(ops, model.head(), selected, batch); // [R, K]
        Tensor loss = batch.targets().loss(ops, logits, lossSettings); // []
        double value = loss.item();
        if (!Double.isFinite(value)) {
            throw new TrainingException(
                    ("training: the loss is %s at micro-batch %d; lower the learning rate (now at"
                                    + " most %s) or check the checkpoint with `inspect`")
                            .formatted(value, microBatches, options.learningRate()));
        }
        tape.backward(loss, factor);
        workspace.reset();
        listener.microBatchDone(value);
        return value;
    }

    /// What the head reads of a batch: of the encoder as it is now, or features kept.
    private interface Network {
        Tensor selected(Ops ops, int[] rows, TokenBatch tokens);
    }

    private Network network(TrainingExamples training) {
        if (encoderFrozen && training instanceof EncodedExamples unchanging && fits(unchanging)) {
            KeptFeatures features =
                    keep(unchanging, done -> listener.featuresComputed(done, training.size()));
            return (ops, rows, tokens) -> features.select(ops, rows); // [R, C]
        }
        if (encoderFrozen) {
            // Without dropout, as if the features had been kept.
            return (ops, rows, tokens) ->
                    model.features(Ops.inference(backend, workspace), tokens); // [R, C]
        }
        Parameter words = model.encoder().embeddings().word();
        return (ops, rows, tokens) -> {
            optimizer.prepare(words, tokens.ids());
            return model.features(ops, tokens); // [R, C]
        };
    }

    private boolean fits(EncodedExamples examples) {
        long bytes = KeptFeatures.bytes(model, examples);
        boolean fits = bytes <= Runtime.getRuntime().maxMemory() / 3;
        if (!fits) {
            listener.featuresTooLarge(bytes);
        }
        return fits;
    }

    private EvaluationReport evaluate(Validation validation) {
        if (validation.measure() == Measure.TOKEN_LOSSES) {
            return validation
                    .report()
                    .apply(inference().tokenLosses(validation.examples(), done -> {}));
        }
        if (!encoderFrozen || (validationFeatures == null && !fits(validation.examples()))) {
            return validation.report().apply(inference().logits(validation.examples(), done -> {}));
        }
        if (validationFeatures == null) {
            validationFeatures = keep(validation.examples(), done -> {});
        }
        return validation
                .report()
                .apply(validationFeatures.logits(backend, workspace, model.head()));
    }

    private KeptFeatures keep(EncodedExamples examples, IntConsumer progress) {
        int columns = model.head().selectedColumns(model.config().hiddenSize());
        return new KeptFeatures(inference().features(examples, progress), columns);
    }

    private Inference inference() {
        Parameter words = model.encoder().embeddings().word();
        return new Inference(backend, model, tokens -> optimizer.prepare(words, tokens.ids()));
    }

    private void announce(TrainingExamples training, long steps) {
        long all = 0;
        long trained = 0;
        for (Parameter parameter : model.parameters()) {
            all += parameter.shape().elements();
            trained += gradients.wants(parameter) ? parameter.shape().elements() : 0;
        }
        listener.started(
                new TrainingListener.Plan(
                        training.size(),
                        steps,
                        trained,
                        all,
                        options.tune().words(model.config())));
    }
}
