package xlmr.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import xlmr.backend.Backend;
import xlmr.data.Example;
import xlmr.eval.Coverage;
import xlmr.eval.EvaluationReport;
import xlmr.eval.GroupedReport;
import xlmr.eval.LogitsFile;
import xlmr.eval.ReportJson;
import xlmr.eval.ReportText;
import xlmr.model.Task;
import xlmr.pipeline.GroupedEvaluation;
import xlmr.pipeline.TextClassifier;
import xlmr.tokenizer.Encoding;

/// Compares predictions with the right labels.
@Command(
        name = "evaluate",
        description =
                "Compare a model's predictions with the right labels, and say what the numbers"
                        + " mean.",
        footer = {
            "",
            "Examples:",
            "  xlmr evaluate --model DIR --input test.tsv --text-column text --label-column"
                    + " category",
            "  xlmr evaluate --model DIR --input test.csv --group-by language",
            "  xlmr evaluate --logits predictions.json"
        })
final class EvaluateCommand implements Runnable {
    private final Streams streams;

    @CommandLine.Spec private CommandLine.Model.CommandSpec spec;
    @Mixin private ClassifierOption model;
    @Mixin private TaskOption taskOption;

    @Option(
            names = "--input",
            paramLabel = "FILE",
            description = "Labelled texts: CSV, TSV or JSON Lines, UTF-8; - is standard input.")
    private @Nullable Path input;

    @Mixin private LabelledInput labelled;
    @Mixin private LongTextOption longTexts;
    @Mixin private CalibrationOption calibration;
    @Mixin private TaskRunners runners;

    @Option(
            names = "--logits",
            paramLabel = "FILE",
            description =
                    "Instead of a model and texts, explain and judge numbers that were made"
                            + " elsewhere: a JSON object with 'logits' (rows of numbers) and"
                            + " 'label_ids' (the right class of each row), or just the rows as a"
                            + " program printed them.")
    private @Nullable Path logits;

    @Option(
            names = "--rows",
            paramLabel = "N",
            description = "With --logits: how many rows to work out. Default: 3.")
    private int rows = 3;

    @Option(
            names = "--group-by",
            paramLabel = "COLUMN",
            description =
                    "Also judge group by group, such as language by language; the column, JSON"
                            + " field or CoNLL-U comment that says which.")
    private @Nullable String groupBy;

    @Option(
            names = "--report",
            paramLabel = "FILE.html",
            description =
                    "Also write a page: tables, confusion, calibration, and the worst errors with"
                            + " their texts.")
    private @Nullable Path page;

    @Option(names = "--json", description = "One JSON object instead of words and tables.")
    private boolean json;

    @Mixin private ComputeOptions compute;

    EvaluateCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public void run() {
        if ((input == null) == (logits == null)) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(), "give either --input FILE or --logits FILE.json");
        }
        if (logits != null) {
            if (groupBy != null) {
                throw new CommandException(
                        "--group-by: for --input; a file of logits has no columns");
            }
            evaluateLogits(logits);
        } else if (input != null) {
            evaluateTexts(input);
        }
    }

    private void evaluateLogits(Path file) {
        LogitsFile numbers = LogitsFile.read(file);
        if (!json) {
            streams.out().println(numbers.explanation(rows).text());
        }
        if (json || page != null || numbers.labels() != null) {
            output(file, "Logits")
                    .show(numbers.report(), row -> "row %d of the file".formatted(row + 1));
            return;
        }
        streams.warn(
                "whether the answers are right cannot be said without the right class of each row:"
                        + " a JSON object with 'logits' and 'label_ids'");
    }

    private void evaluateTexts(Path file) {
        Task task = model.task(streams, taskOption);
        if (task != Task.SEQUENCE_CLASSIFICATION) {
            longTexts.refuseFor(task);
            calibration.refuseFor(task);
            try (Backend backend = compute.open(streams)) {
                runners.of(task)
                        .evaluate(
                                model.call(streams, backend, json, calibration),
                                labelled,
                                file,
                                groupBy,
                                output(file, model.name()));
            }
            return;
        }
        List<Example> examples = labelled.read(streams, file, groupBy);
        try (Backend backend = compute.open(streams)) {
            TextClassifier read = longTexts.over(model.open(streams, backend), runners.stride());
            judge(
                    calibration.over(streams, read, model.home(streams)),
                    examples,
                    output(file, model.name()));
        }
    }

    private void judge(TextClassifier classifier, List<Example> examples, EvaluationOutput output) {
        classifier.targets(examples); // an unknown label is refused before the work
        float[][] numbers;
        try (Progress progress = Progress.over(streams, "evaluate", examples.size())) {
            numbers = classifier.logitsOf(examples, progress::to);
        }
        EvaluationReport report = classifier.report(examples, numbers);
        Coverage answered = classifier.coverage(examples, numbers).orElse(null);
        GroupedReport grouped =
                groupBy == null
                        ? null
                        : GroupedEvaluation.of(classifier, groupBy, examples, numbers, report);
        long tooLong = classifier.encode(examples).stream().filter(Encoding::isTruncated).count();
        long truncated = longTexts.reads() ? 0 : tooLong;
        if (json) {
            ObjectNode object = ReportJson.of(report);
            object.put("truncated_texts", truncated);
            if (longTexts.reads()) {
                object.put("texts_in_windows", tooLong);
            }
            if (answered != null) {
                object.putObject("abstention")
                        .put("below", answered.threshold())
                        .put("answered", answered.answered())
                        .put("right", answered.right());
            }
            output.addGroups(object, grouped);
            Json.printLine(streams.out(), object);
        } else {
            streams.out().print(ReportText.of(report));
            if (answered != null) {
                streams.out().printf("%n%s%n", answered.sentence());
            }
            output.printGroups(grouped);
        }
        output.writePage(report, row -> examples.get(row).inWords());
        if (truncated > 0) {
            streams.warn(
                    ("%d of %d texts are longer than the maximum length and were cut (--windows"
                                    + " reads them whole)")
                            .formatted(truncated, examples.size()));
        }
    }

    private EvaluationOutput output(Path file, String judged) {
        return new EvaluationOutput(streams, json, page, judged, ShortName.of(file));
    }
}
