package xlmr.cli;

import java.nio.file.Path;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import xlmr.backend.Backend;
import xlmr.model.HeadSpec;
import xlmr.pipeline.FineTuning;
import xlmr.pipeline.TrainingTask;
import xlmr.pipeline.TrialRun;
import xlmr.train.TrainingPlan;
import xlmr.train.Tune;

/// Says what a training would do and take.
@Command(
        name = "plan",
        customSynopsis = "xlmr plan [OPTIONS] --train=FILE",
        description = {
            "Say what xlmr train would train, read and take, with the same options, before it"
                    + " runs.",
            "",
            "The time is measured: the first steps are run, for some seconds, and forgotten."
        },
        footer = {
            "",
            "Example:",
            "  xlmr plan --tune top:4 --model DIR --train train.csv --validation valid.csv"
        })
final class PlanCommand implements Runnable {
    private final Streams streams;

    @Mixin private TrainingInput input;

    @Option(
            names = "--output",
            paramLabel = "DIR",
            description = "As for train; nothing is written.")
    private @Nullable Path output;

    @Option(
            names = "--head-name",
            paramLabel = "NAME",
            description = "As for train; nothing is written.")
    private @Nullable String headName;

    @Option(names = "--overwrite", description = "As for train; nothing is written.")
    private boolean overwrite;

    @Mixin private TrainingSettings settings;
    @Mixin private DistillationOptions distillation;
    @Mixin private SeriesOptions series;
    @Mixin private SavingOptions savingOptions;

    @Option(
            names = "--trial",
            paramLabel = "SECONDS",
            description = "How long to measure; 0 for not at all. Default: 10.")
    private double trial = 10;

    @Option(names = "--json", description = "One JSON object instead of lines.")
    private boolean json;

    @Mixin private ComputeOptions compute;

    PlanCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public void run() {
        if (!(trial >= 0 && trial <= 3600)) {
            throw new CommandException("--trial: expected from 0 to 3600 seconds, found " + trial);
        }
        HeadSpec head = settings.head();
        distillation.check();
        series.check(input.validation());
        savingOptions.check(series.isSeries());
        TrainingInput.Read read = input.read(streams, head);
        FineTuning job =
                FineTuning.of(read.start(), Path.of("."))
                        .withOptions(settings.options(headName == null ? Tune.FULL : Tune.HEAD))
                        .withMaxLength(settings.maxLength())
                        .withSaved(headName == null ? settings.saved() : settings.savedApart());
        job = head == null ? job : job.withHead(head);
        try (Backend backend = compute.openAll(streams)) {
            TrainingTask data = distillation.taught(streams, input, read.data(), backend);
            TrainingPlan plan = job.plan(data, backend);
            PlanOutput result = measured(job, data, plan, backend);
            if (json) {
                Json.printLine(streams.out(), result.json());
            } else {
                read.warnings().forEach(warning -> streams.warn(warning.sentence()));
                streams.out().print(result.text());
            }
        }
    }

    private PlanOutput measured(
            FineTuning job, TrainingTask data, TrainingPlan plan, Backend backend) {
        long heap = Runtime.getRuntime().maxMemory();
        if (plan.memory().heap() > heap) {
            streams.warn(
                    ("this needs a heap of about %,d MiB, and may have %,d; take a smaller"
                                    + " --batch-size or --max-length, train less (--tune, --lora), or give"
                                    + " more (XLMR_JAVA_OPTIONS=-Xmx...)")
                            .formatted(
                                    PlanOutput.mebibytes(plan.memory().heap()),
                                    PlanOutput.mebibytes(heap)));
            return result(plan, OptionalDouble.empty(), "it does not fit, so nothing was measured");
        }
        if (trial == 0) {
            return result(plan, OptionalDouble.empty(), "nothing was measured (--trial 0)");
        }
        TrialRun.Measured found = TrialRun.of(job, data, backend, trial);
        return result(
                plan,
                found.seconds(),
                found.seconds().isEmpty()
                        ? "no step came to an end; give --trial more seconds"
                        : "measured over %s with %d threads"
                                .formatted(found.over(), backend.threads()));
    }

    private PlanOutput result(TrainingPlan plan, OptionalDouble seconds, String measured) {
        int runs = series.folds().isPresent() ? series.folds().getAsInt() : series.seeds();
        return new PlanOutput(plan, Math.max(1, runs), seconds, measured);
    }
}
