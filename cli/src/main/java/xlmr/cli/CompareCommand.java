package xlmr.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import xlmr.data.Example;
import xlmr.eval.ComparisonText;
import xlmr.eval.PairedComparison;

/// Compares two classifiers on the same texts.
@Command(
        name = "compare",
        description = {
            "Say whether one classifier is better than another, or whether it is chance.",
            "",
            "Both are judged on the same labelled texts: two models, or two files of answers that"
                    + " predict wrote, or two files of logits. The first is called A, the second B."
        },
        footer = {
            "",
            "Examples:",
            "  xlmr compare --model DIR1 --model DIR2 --input test.csv",
            "  xlmr compare --predictions a.jsonl --predictions b.jsonl --input test.csv",
            "  xlmr compare --logits a.json --logits b.json"
        })
final class CompareCommand implements Runnable {
    private final Streams streams;

    @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

    @Option(
            names = "--model",
            paramLabel = "DIR|NAME",
            description = "A model directory, or a model's name on the Hugging Face Hub; twice.")
    private List<String> models = List.of();

    @Option(
            names = "--predictions",
            paramLabel = "FILE",
            description = "Answers that predict --output wrote, JSON Lines or CSV; twice.")
    private List<Path> predictions = List.of();

    @Option(
            names = "--logits",
            paramLabel = "FILE.json",
            description =
                    "Numbers with their right labels, as evaluate --logits reads them; twice.")
    private List<Path> logits = List.of();

    @Option(
            names = "--input",
            paramLabel = "FILE",
            description =
                    "With --model and --predictions: the labelled texts, CSV, TSV or JSON Lines.")
    private @Nullable Path input;

    @Mixin private LabelledInput labelled;

    @Option(
            names = "--max-length",
            paramLabel = "N",
            description =
                    "With --model: cut texts to N tokens. Default: as many as the model has"
                            + " positions.")
    private int maxLength;

    @Option(
            names = "--differences",
            paramLabel = "N",
            description =
                    "How many texts to show that only one of them gets right. --json has all."
                            + " Default: 5 of each.")
    private int shown = 5;

    @Option(
            names = "--resamples",
            paramLabel = "N",
            description = "Draws for the intervals. Default: 10000.")
    private int resamples = PairedComparison.RESAMPLES;

    @Option(
            names = "--resample-seed",
            paramLabel = "N",
            description = "Of the draws; the same gives the same intervals. Default: 0.")
    private long seed;

    @Option(names = "--json", description = "One JSON object instead of words and tables.")
    private boolean json;

    @Mixin private ComputeOptions compute;

    CompareCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public void run() {
        long given =
                List.of(models, predictions, logits).stream().filter(l -> !l.isEmpty()).count();
        int count = models.size() + predictions.size() + logits.size();
        if (given != 1 || count != 2) {
            throw usage("give exactly two of one kind: --model, --predictions or --logits");
        }
        if (logits.isEmpty() == (input == null)) {
            throw usage(
                    logits.isEmpty()
                            ? "--input FILE is missing: the labelled texts to compare on"
                            : "--input: files of logits have their labels in them");
        }
        if (resamples < 1 || resamples > 10_000_000) {
            throw new CommandException("--resamples: expected 1 to 10000000, found " + resamples);
        }
        if (input == null) {
            ComparedAnswers answers = ComparedAnswers.ofLogits(logits.getFirst(), logits.getLast());
            print(answers.compare(resamples, seed), List.of(), names(logits));
            return;
        }
        List<Example> examples = labelled.read(streams, input);
        ComparedAnswers answers =
                models.isEmpty()
                        ? ComparedAnswers.ofPredictions(
                                labelled, examples, predictions.getFirst(), predictions.getLast())
                        : ComparedAnswers.ofModels(streams, compute, models, maxLength, examples);
        print(
                answers.compare(resamples, seed),
                examples,
                models.isEmpty() ? names(predictions) : models);
    }

    private static List<String> names(List<Path> files) {
        return files.stream().map(Path::toString).toList();
    }

    private CommandLine.ParameterException usage(String message) {
        return new CommandLine.ParameterException(spec.commandLine(), message);
    }

    private void print(PairedComparison comparison, List<Example> examples, List<String> names) {
        if (json) {
            ObjectNode object = ComparisonText.json(comparison);
            for (var difference : object.withArrayProperty("differences")) {
                int example = difference.get("example").intValue();
                if (!examples.isEmpty()) {
                    ((ObjectNode) difference).put("text", examples.get(example).text());
                }
            }
            ArrayNode compared = object.putArray("compared");
            names.forEach(compared::add);
            Json.printLine(streams.out(), object);
            return;
        }
        streams.out().print(ComparisonText.of(comparison, names.getFirst(), names.getLast()));
        show("Only B gets these right", comparison, examples, PairedComparison.Difference::isFixed);
        show(
                "Only A gets these right",
                comparison,
                examples,
                PairedComparison.Difference::isBroken);
    }

    private void show(
            String title,
            PairedComparison comparison,
            List<Example> examples,
            Predicate<PairedComparison.Difference> which) {
        List<PairedComparison.Difference> all =
                comparison.differences().stream().filter(which).toList();
        if (all.isEmpty() || shown < 1) {
            return;
        }
        streams.out().printf("%n%s (%d of %d)%n", title, Math.min(shown, all.size()), all.size());
        for (PairedComparison.Difference one : all.subList(0, Math.min(shown, all.size()))) {
            streams.out()
                    .printf(
                            "  A %s, B %s: %s%n",
                            name(one.first()),
                            name(one.second()),
                            examples.isEmpty()
                                    ? "row " + one.example()
                                    : Printable.line(examples.get(one.example()).text()));
        }
    }

    private static String name(List<String> labels) {
        return labels.isEmpty() ? "(none)" : Printable.line(String.join("|", labels));
    }
}
