package xlmr.pipeline;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import xlmr.backend.Backend;
import xlmr.backend.Ranks;
import xlmr.checkpoint.Checkpoint;
import xlmr.checkpoint.LoadReport;
import xlmr.data.BatchOrder;
import xlmr.data.Example;
import xlmr.model.HeadSpec;
import xlmr.model.LoadedModel;
import xlmr.model.LoraModel;
import xlmr.model.LoraSettings;
import xlmr.model.ModelLoader;
import xlmr.model.NamedHead;
import xlmr.model.ProblemType;
import xlmr.model.Task;
import xlmr.model.TaskModel;
import xlmr.model.WeightSource;
import xlmr.model.XlmRobertaConfig;
import xlmr.tensor.DType;
import xlmr.tokenizer.XlmRobertaTokenizer;
import xlmr.train.AdapterWriter;
import xlmr.train.ContentDigest;
import xlmr.train.EpochResult;
import xlmr.train.FrozenFeatures;
import xlmr.train.ModelWriter;
import xlmr.train.RunCheckpoints;
import xlmr.train.RunFingerprint;
import xlmr.train.RunSaving;
import xlmr.train.ScoreMetric;
import xlmr.train.Trainer;
import xlmr.train.TrainingListener;
import xlmr.train.TrainingOptions;
import xlmr.train.TrainingPlan;
import xlmr.train.Tune;

/// Labelled data and a pretrained checkpoint in, a directory with a fine-tuned model out.
///
/// ```java
/// FineTuning job = FineTuning.of(Path.of("xlm-roberta-base"), Path.of("my-model"))
///         .withOptions(TrainingOptions.defaults().withEpochs(5));
/// try (Backend backend = Backends.create(2).backend()) {
///     job.run(training, validation, backend, TrainingListener.SILENT);
/// }
/// ```
///
/// @param model directory of the checkpoint to start from
/// @param output directory of the result, written epoch by epoch as the model gets better
/// @param options how to train
/// @param problem of sequence classification: one label a text, several, or a number
/// @param maxLength tokens of the longest text; 0 for as many as the model has positions
/// @param tokenizer the model's, or another that gives the same ids; null to load the model's
/// @param head that the result gets; null for the one that the checkpoint has, which is its task's
///   default unless it was trained with another
/// @param saved what is written of the model
/// @param saving where the state of the run is saved, so that it can go on; null for nowhere
public record FineTuning(
        Path model,
        Path output,
        TrainingOptions options,
        ProblemType problem,
        int maxLength,
        @Nullable XlmRobertaTokenizer tokenizer,
        @Nullable HeadSpec head,
        SavedForm saved,
        @Nullable RunSaving saving) {
    /// One label a text, default options.
    public static FineTuning of(Path model, Path output) {
        return new FineTuning(
                model,
                output,
                TrainingOptions.defaults(),
                ProblemType.SINGLE_LABEL_CLASSIFICATION,
                0,
                null,
                null,
                SavedForm.BOTH,
                null);
    }

    /// The same with the result in another directory.
    public FineTuning withOutput(Path value) {
        return new FineTuning(
                model, value, options, problem, maxLength, tokenizer, head, saved, saving);
    }

    /// The same with other options.
    public FineTuning withOptions(TrainingOptions value) {
        return new FineTuning(
                model, output, value, problem, maxLength, tokenizer, head, saved, saving);
    }

    /// The same for another kind of problem.
    public FineTuning withProblem(ProblemType value) {
        return new FineTuning(
                model, output, options, value, maxLength, tokenizer, head, saved, saving);
    }

    /// The same with texts cut at another length.
    public FineTuning withMaxLength(int value) {
        return new FineTuning(
                model, output, options, problem, value, tokenizer, head, saved, saving);
    }

    /// The same with a tokenizer that is already open.
    public FineTuning withTokenizer(XlmRobertaTokenizer value) {
        return new FineTuning(
                model, output, options, problem, maxLength, value, head, saved, saving);
    }

    /// The same with a head of one's choice, such as `HeadSpec.parse("bilstm:256")`.
    public FineTuning withHead(HeadSpec value) {
        return new FineTuning(
                model, output, options, problem, maxLength, tokenizer, value, saved, saving);
    }

    /// The same with other files as the result.
    public FineTuning withSaved(SavedForm value) {
        return new FineTuning(
                model, output, options, problem, maxLength, tokenizer, head, value, saving);
    }

    /// The same, with its state saved now and then.
    public FineTuning withSaving(@Nullable RunSaving value) {
        return new FineTuning(
                model, output, options, problem, maxLength, tokenizer, head, saved, value);
    }

    /// The same, to be called again after it was stopped, by whatever: the state is saved in the
    /// output directory after each epoch, and [#run] goes on from the last state if there is one.
    /// The result has the bits of a run that was never stopped.
    public FineTuning resumable() {
        return withSaving(RunSaving.everyEpoch(output).resuming());
    }

    /// What came of it.
    ///
    /// @param task that the model was trained for
    /// @param labels in the order of their ids
    /// @param epochs one result each
    /// @param report which weights were used, and which drawn at random: the head
    /// @param truncated training texts that were cut
    public record Result(
            Task task,
            List<String> labels,
            List<EpochResult> epochs,
            LoadReport report,
            int truncated) {
        /// The epoch whose model was kept.
        public EpochResult best() {
            return epochs.stream().filter(EpochResult::best).toList().getLast();
        }
    }

    /// Trains on `training`, judges each epoch on `validation` and keeps the best: sequence
    /// classification.
    ///
    /// @param validation may be empty: the last epoch is then kept
    /// @throws xlmr.data.DataException if a label of `validation` does not occur in `training`
    public Result run(
            List<Example> training,
            List<Example> validation,
            Backend backend,
            TrainingListener listener) {
        return run(
                SequenceClassificationTraining.of(training, validation, problem),
                backend,
                listener);
    }

    /// A head of one's choice has to fit the task; one that the checkpoint has from another task is
    /// left behind.
    private HeadSpec head(Task task, XlmRobertaConfig pretrained) {
        if (head != null) {
            head.requireFor(task);
            return head;
        }
        if (saved == SavedForm.HEAD) {
            return new HeadSpec.Reference();
        }
        HeadSpec own = HeadSpec.of(pretrained);
        return own.fits(task) ? own : new HeadSpec.Reference();
    }

    /// Trains for any task, judges each epoch on the task's validation data and keeps the best.
    public Result run(TrainingTask task, Backend backend, TrainingListener listener) {
        return run(task, backend, listener, this::write);
    }

    /// As above, but what becomes of each better model is up to the caller: nothing is written.
    public Result run(
            TrainingTask task, Backend backend, TrainingListener listener, Trainer.Keeper keeper) {
        return run(task, backend, listener, keeper, new FrozenFeatures());
    }

    /// As one of several runs.
    ///
    /// @param features of the runs before, with the same encoder and kind of head
    Result run(
            TrainingTask task,
            Backend backend,
            TrainingListener listener,
            FrozenFeatures features) {
        return run(task, backend, listener, this::write, features);
    }

    /// As above, but what becomes of each better model is up to the caller.
    Result run(
            TrainingTask task,
            Backend backend,
            TrainingListener listener,
            Trainer.Keeper keeper,
            FrozenFeatures features) {
        XlmRobertaConfig config = config(task);
        checkAdapters(task.task());
        checkSavedApart(task.task());
        options.metric().requireFor(task.task(), problem);
        Predicate<String> trainable = options.tune().trainable(config);
        TrainingTask.Prepared data = prepare(task, backend.threads());
        options.loss().check(data.training(), config.labels());
        RunCheckpoints checkpoints =
                saving == null ? null : new RunCheckpoints(saving, fingerprint(task, data, config));
        if (checkpoints != null) {
            checkpoints.check();
        }
        BatchOrder order = options.batching().order(data.training(), options.seed());
        Supplier<LoadedModel<TaskModel>> loading =
                () ->
                        saved == SavedForm.HEAD
                                ? ModelLoader.withNewHead(
                                        task.task(), model, config, trainable, options.seed())
                                : ModelLoader.task(
                                        task.task(), model, config, trainable, options.seed());
        LoadedModel<TaskModel> loaded = loading.get();
        listener.loaded(loaded.report());
        TaskModel adapted = adapted(loaded.model());
        listener.planned(plan(adapted, data));
        Trainer trainer = new Trainer(backend, adapted, options, listener).withFeatures(features);
        if (checkpoints != null) {
            trainer.withCheckpoints(checkpoints);
        }
        Ranks ranks = backend.ranks();
        if (ranks != null) {
            trainer.withRanks(ranks, () -> List.of(adapted(loading.get().model())));
        }
        List<EpochResult> epochs = trainer.fit(data.training(), order, validation(data), keeper);
        return new Result(task.task(), config.labels(), epochs, loaded.report(), data.truncated());
    }

    private Trainer.@Nullable Validation validation(TrainingTask.Prepared data) {
        Trainer.Validation usual = data.validation();
        return usual == null || options.metric() == ScoreMetric.USUAL
                ? usual
                : usual.withScore(options.metric()::score);
    }

    /// What decides the bits of this run.
    private RunFingerprint fingerprint(
            TrainingTask task, TrainingTask.Prepared data, XlmRobertaConfig config) {
        Trainer.Validation validation = data.validation();
        ContentDigest judged = new ContentDigest();
        if (validation != null) {
            judged.add(validation.examples(), config.padTokenId());
        }
        task.decidingFacts().forEach(judged::add);
        return RunFingerprint.of(options)
                .with("task", task.task())
                .with("head", HeadSpec.of(config))
                .with("maximum length", maxLength <= 0 ? config.maxTokens() : maxLength)
                .with("labels", String.join(", ", config.labels()))
                .with("saved form", saved)
                .with("training examples", data.training().size())
                .with(
                        "training data",
                        new ContentDigest().add(data.training(), config.padTokenId()).hex())
                .with("validation data", validation == null ? "none" : judged.hex())
                .with("model", digest(model));
    }

    /// Stands for the configuration and the weights of the model that a run starts from.
    static String digest(Path model) {
        ContentDigest start = new ContentDigest().add(model.resolve("config.json"));
        Checkpoint weights = Checkpoint.open(model);
        weights.names().stream().map(weights::file).distinct().forEach(start::add);
        return start.hex();
    }

    /// What the run would train, read and take, without running it.
    public TrainingPlan plan(TrainingTask task, Backend backend) {
        XlmRobertaConfig config = config(task);
        checkAdapters(task.task());
        TrainingTask.Prepared data = prepare(task, backend.threads());
        options.loss().check(data.training(), config.labels());
        TaskModel shapes =
                ModelLoader.task(task.task(), model, config, ModelLoader.FROZEN, options.seed())
                        .model();
        return plan(adapted(shapes), data);
    }

    private TrainingPlan plan(TaskModel shapes, TrainingTask.Prepared data) {
        return TrainingPlan.of(
                shapes,
                data.training(),
                data.validation(),
                data.truncated(),
                options.batching().order(data.training(), options.seed()),
                options);
    }

    /// The configuration of the model that will come of it.
    private XlmRobertaConfig config(TrainingTask task) {
        XlmRobertaConfig pretrained = XlmRobertaConfig.read(model.resolve("config.json"));
        return task.configure(pretrained)
                .withWeightType(DType.F32)
                .withHead(head(task.task(), pretrained));
    }

    /// The data as the trainer gets it.
    TrainingTask.Prepared prepare(TrainingTask task, int threads) {
        XlmRobertaConfig config = config(task);
        XlmRobertaTokenizer own = tokenizer == null ? XlmRobertaTokenizer.load(model) : tokenizer;
        int limit = maxLength <= 0 ? config.maxTokens() : Math.min(maxLength, config.maxTokens());
        return task.prepare(config, own, limit, threads);
    }

    /// With new adapters, if it is these that train.
    private TaskModel adapted(TaskModel loaded) {
        return options.tune() instanceof Tune.Lora(LoraSettings settings)
                ? LoraModel.attach(loaded, settings, options.seed())
                : loaded;
    }

    private void write(TaskModel trained, WeightSource source) {
        if (saved == SavedForm.HEAD) {
            NamedHead.write(output, trained, source);
            if (options.tune() instanceof Tune.Lora(LoraSettings settings)) {
                new AdapterWriter(NamedHead.adapter(output), model.toString())
                        .write(trained, settings);
            }
            return;
        }
        if (options.tune() instanceof Tune.Lora(LoraSettings settings)) {
            if (saved != SavedForm.MERGED) {
                Path place = saved == SavedForm.ADAPTER ? output : output.resolve("adapter");
                new AdapterWriter(place, model.toString()).write(trained, settings);
            }
            if (saved == SavedForm.ADAPTER) {
                return;
            }
        }
        new ModelWriter(output, XlmRobertaTokenizer.tokenizerFiles(model))
                .write(LoraModel.merge(trained), source);
    }

    private void checkSavedApart(Task task) {
        if (saved != SavedForm.HEAD) {
            return;
        }
        if (!NamedHead.isFor(task)) {
            throw new IllegalArgumentException(
                    "head name: only heads of sequence and token classification are saved apart,"
                            + " not of "
                            + task.word());
        }
        if (!options.tune().equals(Tune.HEAD) && !(options.tune() instanceof Tune.Lora)) {
            throw new IllegalArgumentException(
                    "head name: a head that is saved apart leaves the encoder as it is; expected"
                            + " tune head or lora, found "
                            + options.tune().spec());
        }
    }

    private void checkAdapters(Task task) {
        boolean languageModel = task == Task.MASKED_LM || task == Task.CAUSAL_LM;
        if (languageModel && options.tune() instanceof Tune.Lora) {
            throw new IllegalArgumentException(
                    "lora: a language model's head is tied to the embeddings, which adapters leave"
                            + " as they are; train it with another choice of what trains");
        }
    }
}
