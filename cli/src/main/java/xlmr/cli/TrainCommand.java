package xlmr.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import xlmr.backend.Backend;
import xlmr.data.DataWarning;
import xlmr.data.DataWarnings;
import xlmr.data.Example;
import xlmr.model.HeadSpec;
import xlmr.model.ProblemType;
import xlmr.model.Task;
import xlmr.pipeline.FineTuning;
import xlmr.pipeline.SequenceClassificationTraining;
import xlmr.pipeline.SeriesRun;
import xlmr.pipeline.TestSet;
import xlmr.pipeline.TrainingTask;
import xlmr.train.EpochResult;
import xlmr.train.Notice;
import xlmr.train.TrainingOptions;

/// Fine-tunes a model on labelled texts.
@Command(
        name = "train",
        customSynopsis = "xlmr train [OPTIONS] --train=FILE --output=DIR",
        description = {
            "Fine-tune a model on labelled texts, and write the classifier as a Hugging Face"
                    + " directory.",
            "",
            "With --validation the best epoch is kept (see --metric), else the last. A run that"
                    + " was",
            "stopped goes on with --resume."
        },
        footer = {
            "",
            "Example:",
            "  xlmr train --model DIR --train train.csv --validation valid.csv --output my-model",
            "      --text-column text --label-column category"
        })
final class TrainCommand implements Runnable {
    private final Streams streams;

    @Mixin private ModelOption model;
    @Mixin private TaskOption taskOption;

    @Option(
            names = "--train",
            required = true,
            paramLabel = "FILE",
            description = "Labelled data to learn from: CSV, TSV or JSON Lines, UTF-8.")
    private Path train;

    @Option(
            names = "--validation",
            paramLabel = "FILE",
            description = "Labelled texts to judge each epoch by.")
    private @Nullable Path validation;

    @Mixin private LabelledInput labelled;

    @Option(
            names = "--output",
            required = true,
            paramLabel = "DIR",
            description = "Where the classifier goes.")
    private Path output;

    @Option(
            names = "--overwrite",
            description = "Write into a directory that holds other files than a model.")
    private boolean overwrite;

    @Option(
            names = "--problem",
            paramLabel = "single-label|multi-label|regression",
            description =
                    "What is learned. Default: multi-label with --label-delimiter, else"
                            + " single-label.")
    private @Nullable String problem;

    @Mixin private TaskRunners runners;
    @Mixin private TrainingSettings settings;
    @Mixin private SeriesOptions series;
    @Mixin private SavingOptions savingOptions;

    @Option(names = "--json", description = "One JSON object at the end instead of lines.")
    private boolean json;

    @Mixin private ComputeOptions compute;

    TrainCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public void run() {
        TrainingOptions options = settings.options();
        settings.saved();
        series.check(validation);
        savingOptions.check(series.isSeries());
        Path start = model.directory(streams);
        Task task = taskOption.forTraining(start);
        if (settings.head() != null) {
            settings.head().requireFor(task);
        }
        if (task != Task.SEQUENCE_CLASSIFICATION) {
            TaskRunner runner = runners.of(task);
            TrainingTask data = runner.training(streams, labelled, train, validation);
            run(
                    data,
                    start,
                    options,
                    tests(test -> runner.training(streams.silenced(), labelled, train, test)),
                    List.of());
            return;
        }
        List<Example> training = labelled.read(streams, train);
        List<Example> judged = validation == null ? List.of() : labelled.read(streams, validation);
        SequenceClassificationTraining data =
                SequenceClassificationTraining.of(training, judged, problem());
        run(
                data,
                start,
                options,
                tests(test -> data.judgedOn(labelled.read(streams, test))),
                DataWarnings.of(training, judged));
    }

    private List<TestSet> tests(Function<Path, TrainingTask> read) {
        return series.tests().stream()
                .map(file -> new TestSet(file.toString(), read.apply(file)))
                .toList();
    }

    private void run(
            TrainingTask data,
            Path start,
            TrainingOptions options,
            List<TestSet> tests,
            List<DataWarning> warnings) {
        boolean goesOn = savingOptions.goesOn(output, overwrite);
        NoticeLog notices = new NoticeLog();
        try (ModelOutput target = ModelOutput.open(output, start, overwrite || goesOn);
                Backend backend = compute.open(streams);
                TrainingDisplay display =
                        new TrainingDisplay(
                                streams,
                                json ? streams.err() : streams.out(),
                                options.epochs(),
                                warnings)) {
            FineTuning job =
                    FineTuning.of(start, target.staging())
                            .withOptions(options)
                            .withMaxLength(settings.maxLength())
                            .withSaved(settings.saved());
            HeadSpec head = settings.head();
            job = head == null ? job : job.withHead(head);
            if (series.isSeries()) {
                SeriesRun kept =
                        new SeriesTraining(streams, output, series, json)
                                .run(job, data, tests, backend, target, warnings);
                if (!series.keepRuns()) {
                    log(start, options.withSeed(kept.seed()), kept.result(), List.of())
                            .write(output);
                }
                warn(kept.result());
                return;
            }
            FineTuning.Result result =
                    job.withSaving(savingOptions.saving(output))
                            .run(
                                    data,
                                    backend,
                                    new Publishing(target).andThen(display).andThen(notices));
            TrainingLog log = log(start, options, result, notices.all());
            log.write(output);
            report(log, result);
        }
    }

    private TrainingLog log(
            Path start, TrainingOptions options, FineTuning.Result result, List<Notice> notices) {
        return new TrainingLog(
                start, train, validation, options, settings.maxLength(), result, notices);
    }

    private void report(TrainingLog log, FineTuning.Result result) {
        if (json) {
            Json.printLine(streams.out(), log.json());
        } else {
            EpochResult best = result.best();
            String labels =
                    result.task().hasLabels()
                            ? ": labels " + Printable.line(String.join(", ", result.labels()))
                            : "";
            streams.out().printf("%s holds epoch %d%s%n", output, best.number(), labels);
        }
        warn(result);
    }

    private void warn(FineTuning.Result result) {
        if (result.truncated() > 0) {
            streams.warn(
                    "%d training texts are longer than the maximum length and were cut"
                            .formatted(result.truncated()));
        }
        result.report().warnings().forEach(streams::warn);
    }

    private ProblemType problem() {
        return switch (problem) {
            case null ->
                    labelled.hasDelimiter()
                            ? ProblemType.MULTI_LABEL_CLASSIFICATION
                            : ProblemType.SINGLE_LABEL_CLASSIFICATION;
            case "single-label" -> ProblemType.SINGLE_LABEL_CLASSIFICATION;
            case "multi-label" -> ProblemType.MULTI_LABEL_CLASSIFICATION;
            case "regression" -> ProblemType.REGRESSION;
            default ->
                    throw new CommandException(
                            "--problem: expected single-label, multi-label or regression, found '%s'"
                                    .formatted(problem));
        };
    }
}
