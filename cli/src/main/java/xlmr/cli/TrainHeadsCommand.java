package xlmr.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import xlmr.backend.Backend;
import xlmr.data.DataWarning;
import xlmr.data.Example;
import xlmr.eval.EvaluationReport;
import xlmr.model.NamedHead;
import xlmr.pipeline.FineTuning;
import xlmr.pipeline.HeadTask;
import xlmr.pipeline.JointFineTuning;
import xlmr.pipeline.OneHeadListener;
import xlmr.pipeline.SequenceClassificationTraining;
import xlmr.pipeline.TrainingTask;
import xlmr.report.RunSummary;
import xlmr.report.TensorBoardEvents;
import xlmr.train.Mixing;
import xlmr.train.RunProjection;
import xlmr.train.TrainingListener;
import xlmr.train.TrainingOptions;
import xlmr.train.Tune;

/// Fine-tunes one encoder with several heads.
@Command(
        name = "train-heads",
        customSynopsis =
                "xlmr train-heads [OPTIONS] --output=DIR NAME=FILE[,KEY=VALUE]... NAME=FILE...",
        description = {
            "Fine-tune one encoder with several heads together, each on labelled texts of its own,"
                    + " and",
            "write the encoder and, beside it in heads/NAME, every head. (One more head for an"
                    + " encoder",
            "that stays as it is: xlmr train --head-name.)",
            "",
            "Each batch is of one head. With validation files the epoch is kept whose heads have"
                    + " the best",
            "mean score: macro F1, of numbers R2; or --metric. Without, the last."
        },
        footer = {
            "",
            "Example:",
            "  xlmr train-heads --model DIR --output my-encoder \\",
            "      topic=topics.csv,validation=topics-valid.csv \\",
            "      stars=reviews.csv,validation=reviews-valid.csv,label-column=stars,"
                    + "problem=regression",
            "  xlmr predict --model my-encoder --head-name topic,stars \"It came late.\""
        })
final class TrainHeadsCommand implements Runnable {
    private final Streams streams;

    @Parameters(
            arity = "1..*",
            paramLabel = "NAME=FILE[,KEY=VALUE]",
            converter = HeadArgument.Converter.class,
            description =
                    "A head: its name, its labelled training file, and of these what it needs:"
                            + " validation=FILE, text-column=NAME, text-pair-column=NAME,"
                            + " label-column=NAME, label-delimiter=TEXT (several labels a text),"
                            + " problem=single-label|multi-label|regression,"
                            + " task=token-classification (a tag a word), head=SPEC, weight=X (of"
                            + " its loss; default 1). A comma within a value: \\,")
    private List<HeadArgument> heads = List.of();

    @Mixin private ModelOption model;

    @Option(
            names = "--output",
            required = true,
            paramLabel = "DIR",
            description = "Where the encoder and its heads go.")
    private Path output;

    @Option(
            names = "--overwrite",
            description = "Write into a directory that holds other files than a model.")
    private boolean overwrite;

    @Option(
            names = "--mixing",
            converter = SpecConverters.OfMixing.class,
            paramLabel = "proportional|temperature:T|uniform",
            description =
                    "How often each head has its turn. proportional: as it has texts, each text"
                            + " once an epoch. uniform: all as often. temperature:2: by the square"
                            + " root of their numbers. An epoch has as many batches as before."
                            + " Default: proportional.")
    private Mixing mixing = Mixing.PROPORTIONAL;

    @Mixin private LabelledInput labelled;
    @Mixin private TaggingRunner tagging;
    @Mixin private TrainingSettings settings;
    @Mixin private SavingOptions savingOptions;
    @Mixin private RecordOptions recordOptions;

    @Option(names = "--json", description = "One JSON object at the end instead of lines.")
    private boolean json;

    @Mixin private ComputeOptions compute;

    TrainHeadsCommand(Streams streams) {
        this.streams = streams;
    }

    /// A head whose files are read.
    private record Read(HeadArgument argument, TrainingTask task, List<DataWarning> odd) {}

    @Override
    public void run() {
        settings.refuseSave("train-heads, which saves every head with its adapter");
        savingOptions.check(false);
        TrainingOptions options = settings.options(Tune.FULL);
        Path start = model.directory(streams);
        JointFineTuning job =
                JointFineTuning.of(start, output)
                        .withOptions(options)
                        .withMixing(mixing)
                        .withMaxLength(settings.maxLength());
        List<Read> read = new ArrayList<>();
        for (HeadArgument head : heads) {
            Read one = read(head);
            read.add(one);
            job =
                    job.with(
                            HeadTask.of(head.name(), one.task())
                                    .withHead(head.head(settings.head()))
                                    .withWeight(head.weight()));
        }
        boolean goesOn = savingOptions.goesOn(output, overwrite);
        try (ModelOutput target = ModelOutput.open(output, start, overwrite || goesOn);
                Backend backend = compute.open(streams)) {
            run(
                    job.withOutput(target.staging()).withSaving(savingOptions.saving(output)),
                    read,
                    target,
                    backend);
        }
    }

    private Read read(HeadArgument head) {
        Path file = head.validation();
        if (head.tagsWords()) {
            LabelledInput columnless = new LabelledInput();
            return new Read(
                    head, tagging.training(streams, columnless, head.train(), file), List.of());
        }
        LabelledInput own = head.read(labelled);
        List<Example> training = own.read(streams, head.train());
        List<Example> validation = file == null ? List.of() : own.read(streams, file);
        SequenceClassificationTraining task =
                SequenceClassificationTraining.of(training, validation, head.problem(own));
        return new Read(
                head,
                task,
                task.warnings().stream()
                        .map(
                                one ->
                                        new DataWarning(
                                                one.code(), head.name() + ": " + one.sentence()))
                        .toList());
    }

    private void run(JointFineTuning job, List<Read> read, ModelOutput target, Backend backend) {
        TrainingOptions options = job.options();
        NoticeLog notices = new NoticeLog();
        Map<String, RunRecords> records = new LinkedHashMap<>();
        RunProjection projection = new RunProjection();
        PlanCheck check = new PlanCheck(json ? streams.err() : streams.out(), projection);
        TrainingListener listener = projection.andThen(check).andThen(new Publishing(target));
        for (Read one : read) {
            String name = one.argument().name();
            RunRecords own =
                    new RunRecords(
                            streams,
                            recordOptions.withoutTensorBoard(),
                            NamedHead.place(output, name),
                            options.epochs());
            records.put(name, own);
            listener = listener.andThen(new OneHeadListener(name, own.listener()));
        }
        JointFineTuning.Result result;
        try (TrainingDisplay display =
                        new TrainingDisplay(
                                streams,
                                json ? streams.err() : streams.out(),
                                options.epochs(),
                                read.stream().flatMap(one -> one.odd().stream()).toList());
                TensorBoardEvents events = new TensorBoardEvents(output, "", options.epochs())) {
            listener = recordOptions.tensorBoard() ? listener.andThen(events) : listener;
            result = job.run(backend, listener.andThen(display).andThen(notices));
            events.failure().ifPresent(streams::warn);
        }
        PlanCheck.Outcome outcome = check.outcome();
        JointLog log = new JointLog(job, heads, result, notices.all(), outcome);
        if (outcome != null && !json) {
            streams.out().println(outcome.line());
        }
        log.write(output);
        for (Read one : read) {
            record(job, one, result, notices, records, backend);
        }
        report(log, read);
    }

    /// What a head that was trained by itself has beside it, too.
    private void record(
            JointFineTuning job,
            Read head,
            JointFineTuning.Result result,
            NoticeLog notices,
            Map<String, RunRecords> records,
            Backend backend) {
        String name = head.argument().name();
        Path validation = head.argument().validation();
        FineTuning.Result own = result.of(name);
        TrainingLog log =
                new TrainingLog(
                        job.model(),
                        head.argument().train(),
                        validation,
                        job.options(),
                        job.maxLength(),
                        own,
                        notices.all(),
                        null);
        log.write(NamedHead.place(output, name));
        RunRecords written = records.get(name);
        assert written != null : name;
        var _ = written.write(log, source(head.argument(), validation, backend), head.task(), own);
    }

    private RunSummary.Source source(
            HeadArgument head, @Nullable Path validation, Backend backend) {
        return new RunSummary.Source(
                head.name(),
                model.name(),
                model.isOnHub(),
                ShortName.of(head.train()),
                validation == null ? null : ShortName.of(validation),
                "xlmr " + Version.number(),
                "%s, %d threads".formatted(backend.name(), backend.threads()));
    }

    private void report(JointLog log, List<Read> read) {
        JointFineTuning.Result result = log.result();
        if (json) {
            Json.printLine(streams.out(), log.json());
        } else {
            streams.out()
                    .printf(
                            "%s holds the encoder of epoch %d%s, and its heads:%n",
                            output,
                            result.best().number(),
                            result.best().validation() == null
                                    ? ""
                                    : ", the best by the mean of the heads' scores");
            for (Read one : read) {
                FineTuning.Result own = result.of(one.argument().name());
                String labels = String.join(", ", own.labels());
                boolean number = one.argument().learnsNumbers(labelled);
                streams.out()
                        .printf(
                                "  %s: %s%s%n",
                                NamedHead.place(output, one.argument().name()),
                                number ? "a number" : "labels " + Printable.line(labels),
                                scores(own));
            }
        }
        result.truncated()
                .forEach(
                        (name, count) -> {
                            if (count > 0) {
                                streams.warn(
                                        "%s: %d training texts are longer than the maximum length and were cut"
                                                .formatted(name, count));
                            }
                        });
        result.report().warnings().forEach(streams::warn);
    }

    private static String scores(FineTuning.Result head) {
        EvaluationReport report = head.best().validation();
        return report == null ? "" : "; " + TrainingDisplay.summary(report);
    }
}
