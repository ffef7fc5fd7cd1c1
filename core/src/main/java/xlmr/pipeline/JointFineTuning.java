package xlmr.pipeline;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import xlmr.backend.Backend;
import xlmr.backend.Ranks;
import xlmr.checkpoint.LoadReport;
import xlmr.model.HeadSpec;
import xlmr.model.LoadedModel;
import xlmr.model.LoraModel;
import xlmr.model.LoraSettings;
import xlmr.model.ModelLoader;
import xlmr.model.NamedHead;
import xlmr.model.Task;
import xlmr.model.TaskModel;
import xlmr.model.XlmRobertaConfig;
import xlmr.model.XlmRobertaModel;
import xlmr.tensor.DType;
import xlmr.tokenizer.XlmRobertaTokenizer;
import xlmr.train.ContentDigest;
import xlmr.train.EpochResult;
import xlmr.train.Lesson;
import xlmr.train.Lessons;
import xlmr.train.Mixing;
import xlmr.train.RunCheckpoints;
import xlmr.train.RunFingerprint;
import xlmr.train.RunSaving;
import xlmr.train.ScoreMetric;
import xlmr.train.Trainer;
import xlmr.train.TrainingListener;
import xlmr.train.TrainingOptions;
import xlmr.train.TrainingPlan;
import xlmr.train.Tune;

/// Several heads and their encoder trained together: labelled data of each head and a pretrained
/// checkpoint in; a directory out with the encoder, and beside it the heads, which [NamedHeads]
/// opens.
///
/// ```java
/// JointFineTuning job = JointFineTuning.of(Path.of("xlm-roberta-base"), Path.of("my-encoder"))
///         .with(HeadTask.of("topic", topics))
///         .with(HeadTask.of("stars", stars).withWeight(0.5));
/// try (Backend backend = Backends.create(2).backend()) {
///     job.run(backend, TrainingListener.SILENT);
/// }
/// ```
///
/// The encoder learns from all heads. Each batch is of one head, whose turn comes as [Mixing] says;
/// the best epoch is the one with the largest mean of the heads' scores. A head begins with the
/// numbers, and sees its batches in the order, that it would have alone.
///
/// @param model directory of the checkpoint to start from
/// @param output directory of the result, written epoch by epoch as the heads get better
/// @param heads in the order in which they answer
/// @param options how to train; what they say of losses and classes goes for every head
/// @param mixing how often each head has its turn
/// @param maxLength tokens of the longest text; 0 for as many as the model has positions
/// @param tokenizer the model's, or another that gives the same ids; null to load the model's
/// @param saving where the state of the run is saved, so that it can go on; null for nowhere
public record JointFineTuning(
        Path model,
        Path output,
        List<HeadTask> heads,
        TrainingOptions options,
        Mixing mixing,
        int maxLength,
        @Nullable XlmRobertaTokenizer tokenizer,
        @Nullable RunSaving saving) {
    /// No head yet, default options.
    public static JointFineTuning of(Path model, Path output) {
        return new JointFineTuning(
                model,
                output,
                List.of(),
                TrainingOptions.defaults(),
                Mixing.PROPORTIONAL,
                0,
                null,
                null);
    }

    /// Checks the names of the heads.
    public JointFineTuning {
        heads = List.copyOf(heads);
        Set<String> names = new LinkedHashSet<>();
        for (HeadTask head : heads) {
            NamedHead.place(output, head.name());
            if (!names.add(head.name())) {
                throw new IllegalArgumentException(
                        "heads: expected a name for each, found '%s' twice".formatted(head.name()));
            }
        }
    }

    /// The same with one more head.
    public JointFineTuning with(HeadTask head) {
        List<HeadTask> more = new ArrayList<>(heads);
        more.add(head);
        return new JointFineTuning(
                model, output, more, options, mixing, maxLength, tokenizer, saving);
    }

    /// The same with the result in another directory.
    public JointFineTuning withOutput(Path value) {
        return new JointFineTuning(
                model, value, heads, options, mixing, maxLength, tokenizer, saving);
    }

    /// The same with other options.
    public JointFineTuning withOptions(TrainingOptions value) {
        return new JointFineTuning(
                model, output, heads, value, mixing, maxLength, tokenizer, saving);
    }

    /// The same with the heads' turns mixed in another way.
    public JointFineTuning withMixing(Mixing value) {
        return new JointFineTuning(
                model, output, heads, options, value, maxLength, tokenizer, saving);
    }

    /// The same with texts cut at another length.
    public JointFineTuning withMaxLength(int value) {
        return new JointFineTuning(model, output, heads, options, mixing, value, tokenizer, saving);
    }

    /// The same with a tokenizer that is already open.
    public JointFineTuning withTokenizer(XlmRobertaTokenizer value) {
        return new JointFineTuning(model, output, heads, options, mixing, maxLength, value, saving);
    }

    /// The same, with its state saved now and then.
    public JointFineTuning withSaving(@Nullable RunSaving value) {
        return new JointFineTuning(
                model, output, heads, options, mixing, maxLength, tokenizer, value);
    }

    /// What came of it.
    ///
    /// @param tasks of each head, by its name
    /// @param labels of each head in the order of their ids, by its name
    /// @param epochs one result each, whose report is a [xlmr.eval.JointReport] of several heads
    /// @param report which weights were used, and which drawn at random: the heads', behind their
    ///   names
    /// @param truncated training texts of each head that were cut, by its name
    public record Result(
            SequencedMap<String, Task> tasks,
            SequencedMap<String, List<String>> labels,
            List<EpochResult> epochs,
            LoadReport report,
            SequencedMap<String, Integer> truncated) {
        /// The epoch whose heads were kept.
        public EpochResult best() {
            return epochs.stream().filter(EpochResult::best).toList().getLast();
        }

        /// What came of one head, as if it had trained by itself. Its best epoch is that of all.
        ///
        /// @throws IllegalArgumentException if there is no such head
        public FineTuning.Result of(String name) {
            List<String> own = labels.get(name);
            Task task = tasks.get(name);
            if (own == null || task == null) {
                throw new IllegalArgumentException(
                        "heads: no '%s' among %s".formatted(name, labels.keySet()));
            }
            return new FineTuning.Result(
                    task,
                    own,
                    epochs.stream().map(epoch -> OneHeadListener.ofHead(epoch, name)).toList(),
                    reportOf(name + "/"),
                    truncated.getOrDefault(name, 0));
        }

        private LoadReport reportOf(String prefix) {
            List<LoadReport.Initialized> own =
                    report.initialized().stream()
                            .filter(array -> array.name().startsWith(prefix))
                            .map(
                                    array ->
                                            new LoadReport.Initialized(
                                                    array.name().substring(prefix.length()),
                                                    array.shape()))
                            .toList();
            return new LoadReport(report.used(), own, report.ignored(), report.warnings());
        }
    }

    /// A head whose data is ready.
    private record Ready(HeadTask head, XlmRobertaConfig config, TrainingTask.Prepared data) {}

    /// Trains all heads and the encoder. Heads without validation examples do not count in the
    /// choice of the epoch; if none has some, the last epoch is kept.
    ///
    /// @throws IllegalArgumentException if there is no head, or an option does not fit one of them
    /// @throws xlmr.data.DataException if a label of validation data does not occur in training
    ///   data
    public Result run(Backend backend, TrainingListener listener) {
        XlmRobertaConfig encoder =
                NamedHead.encoderConfig(XlmRobertaConfig.read(model.resolve("config.json")))
                        .withWeightType(DType.F32);
        encoder = encoder.withArchitecture(StoredModel.family(encoder) + "Model");
        List<Ready> ready = ready(encoder, backend.threads());
        RunCheckpoints checkpoints =
                saving == null ? null : new RunCheckpoints(saving, fingerprint(ready));
        if (checkpoints != null) {
            checkpoints.check();
        }
        LoadedModel<XlmRobertaModel> base =
                ModelLoader.sharedEncoder(model, options.tune().trainable(encoder));
        XlmRobertaModel shared = adapted(base.model());
        List<LoadReport.Initialized> drawn = new ArrayList<>();
        List<Lesson> lessons = new ArrayList<>();
        for (Ready one : ready) {
            LoadedModel<TaskModel> head = newHead(shared, one);
            head.report()
                    .initialized()
                    .forEach(array -> drawn.add(named(one.head().name(), array)));
            lessons.add(lesson(one, head.model()));
        }
        LoadReport read = base.report();
        LoadReport report = new LoadReport(read.used(), drawn, read.ignored(), read.warnings());
        listener.loaded(report);
        Lessons together = new Lessons(lessons, mixing, options);
        int cut = ready.stream().mapToInt(one -> one.data().truncated()).sum();
        listener.planned(TrainingPlan.of(together, cut, options));
        Trainer trainer = new Trainer(backend, lessons.getFirst().model(), options, listener);
        if (checkpoints != null) {
            trainer.withCheckpoints(checkpoints);
        }
        Ranks ranks = backend.ranks();
        if (ranks != null) {
            XlmRobertaConfig config = encoder;
            trainer.withRanks(ranks, () -> again(config, ready));
        }
        List<EpochResult> epochs =
                trainer.fit(together, new JointWriter(this, encoder, base.model(), lessons));
        SequencedMap<String, Task> tasks = new LinkedHashMap<>();
        SequencedMap<String, List<String>> labels = new LinkedHashMap<>();
        SequencedMap<String, Integer> truncated = new LinkedHashMap<>();
        for (Ready one : ready) {
            tasks.put(one.head().name(), one.head().task().task());
            labels.put(one.head().name(), one.config().labels());
            truncated.put(one.head().name(), one.data().truncated());
        }
        return new Result(
                Collections.unmodifiableSequencedMap(tasks),
                Collections.unmodifiableSequencedMap(labels),
                epochs,
                report,
                Collections.unmodifiableSequencedMap(truncated));
    }

    private XlmRobertaModel adapted(XlmRobertaModel encoder) {
        return options.tune() instanceof Tune.Lora(LoraSettings settings)
                ? LoraModel.attach(encoder, settings, options.seed())
                : encoder;
    }

    private LoadedModel<TaskModel> newHead(XlmRobertaModel shared, Ready one) {
        return ModelLoader.newHead(
                shared, one.head().task().task(), one.config(), model, options.seed());
    }

    /// The same models once more, for another device.
    private List<TaskModel> again(XlmRobertaConfig encoder, List<Ready> ready) {
        XlmRobertaModel shared =
                adapted(
                        ModelLoader.sharedEncoder(model, options.tune().trainable(encoder))
                                .model());
        return ready.stream().map(one -> newHead(shared, one).model()).toList();
    }

    private static LoadReport.Initialized named(String head, LoadReport.Initialized array) {
        return new LoadReport.Initialized(head + "/" + array.name(), array.shape());
    }

    private List<Ready> ready(XlmRobertaConfig encoder, int threads) {
        if (heads.isEmpty()) {
            throw new IllegalArgumentException("heads: expected at least one, found none");
        }
        XlmRobertaTokenizer own = tokenizer == null ? XlmRobertaTokenizer.load(model) : tokenizer;
        int limit = maxLength <= 0 ? encoder.maxTokens() : Math.min(maxLength, encoder.maxTokens());
        List<Ready> ready = new ArrayList<>();
        for (HeadTask head : heads) {
            XlmRobertaConfig config = head.configure(encoder);
            try {
                options.metric().requireFor(head.task().task(), config.problem());
                TrainingTask.Prepared data = head.task().prepare(config, own, limit, threads);
                options.loss().check(data.training(), config.labels());
                ready.add(new Ready(head, config, data));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        "head '%s': %s".formatted(head.name(), e.getMessage()), e);
            }
        }
        return ready;
    }

    private Lesson lesson(Ready ready, TaskModel model) {
        TrainingTask.Prepared data = ready.data();
        Trainer.Validation usual = data.validation();
        Trainer.Validation validation =
                usual == null || options.metric() == ScoreMetric.USUAL
                        ? usual
                        : usual.withScore(options.metric()::score);
        return new Lesson(
                ready.head().name(),
                model,
                data.training(),
                options.batching().order(data.training(), options.seed()),
                validation,
                ready.head().weight());
    }

    /// What decides the bits of this run.
    private RunFingerprint fingerprint(List<Ready> ready) {
        RunFingerprint fingerprint =
                RunFingerprint.of(options)
                        .with("mixing", mixing.spec())
                        .with("maximum length", maxLength);
        for (Ready one : ready) {
            String name = "head " + one.head().name();
            int padId = one.config().padTokenId();
            Trainer.Validation validation = one.data().validation();
            ContentDigest judged = new ContentDigest();
            if (validation != null) {
                judged.add(validation.examples(), padId);
            }
            one.head().task().decidingFacts().forEach(judged::add);
            fingerprint =
                    fingerprint
                            .with(
                                    name,
                                    "%s of %s (%s)"
                                            .formatted(
                                                    HeadSpec.of(one.config()),
                                                    one.config().problem(),
                                                    String.join(", ", one.config().labels())))
                            .with(name + ", weight", one.head().weight())
                            .with(
                                    name + ", data",
                                    new ContentDigest().add(one.data().training(), padId).hex()
                                            + (validation == null ? "" : judged.hex()));
        }
        return fingerprint.with("model", FineTuning.digest(model));
    }
}
