package xlmr.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import xlmr.backend.Backend;
import xlmr.backend.Ranks;
import xlmr.model.HeadSpec;
import xlmr.pipeline.FineTuning;
import xlmr.pipeline.SeriesRun;
import xlmr.pipeline.TestSet;
import xlmr.pipeline.TrainingTask;
import xlmr.train.EpochResult;
import xlmr.train.Notice;
import xlmr.train.RunProjection;
import xlmr.train.TrainingOptions;

/// Fine-tunes a model on labelled texts.
@Command(
        name = "train",
        customSynopsis =
                "xlmr train [OPTIONS] --train=FILE (--output=DIR | --model=DIR --head-name=NAME)",
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
            "      --text-column text --label-column category",
            "  xlmr train --model DIR --train topics.csv --head-name topic"
        })
final class TrainCommand implements Runnable {
    private final Streams streams;

    @Mixin private TrainingInput input;

    @Mixin private TrainingOutput output;
    @Mixin private TrainingSettings settings;
    @Mixin private DistillationOptions distillation;
    @Mixin private SeriesOptions series;
    @Mixin private SavingOptions savingOptions;
    @Mixin private RecordOptions recordOptions;

    @Option(names = "--json", description = "One JSON object at the end instead of lines.")
    private boolean json;

    @Mixin private ComputeOptions compute;

    TrainCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public void run() {
        output.check(series, input);
        TrainingOptions options = settings.options(output.usualTune());
        output.saved(settings);
        distillation.check();
        series.check(input.validation());
        savingOptions.check(series.isSeries());
        TrainingInput.Read read = input.read(streams, settings.head());
        List<TestSet> tests =
                series.tests().stream()
                        .map(file -> new TestSet(file.toString(), read.tests().apply(file)))
                        .toList();
        run(read, options, tests);
    }

    private void run(TrainingInput.Read read, TrainingOptions options, List<TestSet> tests) {
        Path start = read.start();
        Path place = output.place(start);
        boolean goesOn = savingOptions.goesOn(place, output.overwrites());
        NoticeLog notices = new NoticeLog();
        try (ModelOutput target = output.open(start, goesOn);
                Backend backend = compute.openAll(streams);
                RunRecords records =
                        new RunRecords(streams, recordOptions, place, options.epochs());
                TrainingDisplay display =
                        new TrainingDisplay(
                                streams,
                                json ? streams.err() : streams.out(),
                                options.epochs(),
                                read.warnings())) {
            tellRanks(backend);
            FineTuning job =
                    FineTuning.of(start, target.staging())
                            .withOptions(options)
                            .withMaxLength(settings.maxLength())
                            .withSaved(output.saved(settings));
            HeadSpec head = settings.head();
            job = head == null ? job : job.withHead(head);
            TrainingTask data = distillation.taught(streams, input, read.data(), backend);
            if (series.isSeries()) {
                SeriesRun kept =
                        new SeriesTraining(streams, place, series, json)
                                .run(job, data, tests, backend, target, records, read.warnings());
                if (!series.keepRuns()) {
                    TrainingLog log =
                            log(start, options.withSeed(kept.seed()), kept.result(), List.of());
                    log.write(place);
                    records.write(log, input.source(place, backend), data, kept.result());
                }
                warn(kept.result());
                return;
            }
            RunProjection projection = new RunProjection();
            PlanCheck check = new PlanCheck(json ? streams.err() : streams.out(), projection);
            FineTuning.Result result =
                    job.withSaving(savingOptions.saving(place))
                            .run(
                                    data,
                                    backend,
                                    projection
                                            .andThen(check)
                                            .andThen(new Publishing(target))
                                            .andThen(records.listener())
                                            .andThen(display)
                                            .andThen(notices));
            PlanCheck.Outcome outcome = check.outcome();
            TrainingLog log = log(start, options, result, notices.all()).withPlan(outcome);
            log.write(place);
            if (outcome != null && !json) {
                streams.out().println(outcome.line());
            }
            Optional<Path> page = records.write(log, input.source(place, backend), data, result);
            report(place, log, result, page);
        }
    }

    private void tellRanks(Backend backend) {
        Ranks ranks = backend.ranks();
        if (ranks != null) {
            (json ? streams.err() : streams.out())
                    .printf("%s train together%n", String.join(" and ", ranks.names()));
        }
    }

    private TrainingLog log(
            Path start, TrainingOptions options, FineTuning.Result result, List<Notice> notices) {
        return new TrainingLog(
                start,
                input.train(),
                input.validation(),
                options,
                settings.maxLength(),
                result,
                notices,
                null);
    }

    private void report(
            Path place, TrainingLog log, FineTuning.Result result, Optional<Path> page) {
        if (json) {
            Json.printLine(streams.out(), log.json());
        } else {
            EpochResult best = result.best();
            String labels =
                    result.task().hasLabels()
                            ? ": labels " + Printable.line(String.join(", ", result.labels()))
                            : "";
            page.ifPresent(file -> streams.out().printf("%s shows how it went%n", file));
            streams.out().printf("%s holds epoch %d%s%n", place, best.number(), labels);
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
}
