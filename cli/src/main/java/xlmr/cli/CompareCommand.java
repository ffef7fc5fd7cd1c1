package xlmr.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import xlmr.data.Example;
import xlmr.eval.ComparisonText;
import xlmr.eval.PairedComparison;
import xlmr.model.Task;

/// Compares two models on the same texts.
@Command(
        name = "compare",
        description = {
            "Say whether one model is better than another, or whether it is chance.",
            "",
            "Both are judged on the same labelled texts: two models of the same task, or two files"
                    + " of answers that predict wrote, or two files of logits. The first is called"
                    + " A, the second B."
        },
        footer = {
            "",
            "Examples:",
            "  xlmr compare --model DIR1 --model DIR2 --input test.csv",
            "  xlmr compare --predictions a.jsonl --predictions b.jsonl --input test.csv",
            "  xlmr compare --logits a.json --logits b.json"
        })
final class CompareCommand implements Runnable {
    /// Labels, entities and tags that are shown of one text.
    private static final int NAMED = 6;

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
            description =
                    "Answers that predict --output wrote, JSON Lines or CSV; twice. Of other tasks"
                            + " than sequence-classification with --task, of tags those of predict"
                            + " --aggregation tags.")
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
                    "With --model and --predictions: the labelled texts, in the form that evaluate"
                            + " reads.")
    private @Nullable Path input;

    @Mixin private LabelledInput labelled;
    @Mixin private TaskOption taskOption;
    @Mixin private TaskRunners runners;

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
            print(
                    new ComparedTexts(
                            ComparedAnswers.ofLogits(logits.getFirst(), logits.getLast()),
                            row -> "row " + row),
                    names(logits));
        } else if (models.isEmpty()) {
            print(ofPredictions(input), names(predictions));
        } else {
            print(ofModels(input), models);
        }
    }

    /// A file of predictions does not say which task it is of, so that has to be asked for.
    private ComparedTexts ofPredictions(Path file) {
        Path first = predictions.getFirst();
        Path second = predictions.getLast();
        Task task = taskOption.named().orElse(Task.SEQUENCE_CLASSIFICATION);
        if (task != Task.SEQUENCE_CLASSIFICATION) {
            return runners.of(task).compareAnswers(streams, labelled, file, first, second);
        }
        List<Example> examples = labelled.read(streams, file);
        return ComparedTexts.of(
                ComparedAnswers.ofPredictions(labelled, examples, first, second), examples);
    }

    private ComparedTexts ofModels(Path file) {
        ComparedModels compared = new ComparedModels(streams, compute, models, maxLength);
        Task task = compared.task(taskOption);
        if (task != Task.SEQUENCE_CLASSIFICATION) {
            return runners.of(task).compare(compared, labelled, file);
        }
        List<Example> examples = labelled.read(streams, file);
        return ComparedTexts.of(ComparedAnswers.ofModels(compared, examples), examples);
    }

    private static List<String> names(List<Path> files) {
        return files.stream().map(Path::toString).toList();
    }

    private CommandLine.ParameterException usage(String message) {
        return new CommandLine.ParameterException(spec.commandLine(), message);
    }

    private void print(ComparedTexts texts, List<String> names) {
        PairedComparison comparison = PairedComparison.of(texts.answers(), resamples, seed);
        if (json) {
            ObjectNode object = ComparisonText.json(comparison);
            for (var difference : object.withArrayProperty("differences")) {
                int example = difference.get("example").intValue();
                if (logits.isEmpty()) {
                    ((ObjectNode) difference).put("text", texts.text().apply(example));
                }
            }
            ArrayNode compared = object.putArray("compared");
            names.forEach(compared::add);
            Json.printLine(streams.out(), object);
            return;
        }
        streams.out().print(ComparisonText.of(comparison, names.getFirst(), names.getLast()));
        boolean right = comparison.randomization() == null;
        show(
                right ? "Only B gets these right" : "B does better here",
                right,
                texts,
                better(comparison, 1));
        show(
                right ? "Only A gets these right" : "A does better here",
                right,
                texts,
                better(comparison, -1));
    }

    /// The examples on which one does better, where it does so by most first.
    ///
    /// @param sign 1 for the second, -1 for the first
    private static List<PairedComparison.Difference> better(PairedComparison comparison, int sign) {
        return comparison.differences().stream()
                .filter(one -> sign * one.gain() > 0)
                .sorted(Comparator.comparingDouble(one -> -sign * one.gain()))
                .toList();
    }

    private void show(
            String title,
            boolean rightOrWrong,
            ComparedTexts texts,
            List<PairedComparison.Difference> differences) {
        int count = Math.min(shown, differences.size());
        if (count < 1) {
            return;
        }
        streams.out().printf("%n%s (%d of %d)%n", title, count, differences.size());
        for (PairedComparison.Difference one : differences.subList(0, count)) {
            String text = Printable.line(texts.text().apply(one.example()));
            if (rightOrWrong) {
                streams.out()
                        .printf("  A %s, B %s: %s%n", name(one.first()), name(one.second()), text);
            } else {
                streams.out().printf("  %s%n", text);
                streams.out().printf("    A      %s%n", name(one.first()));
                streams.out().printf("    B      %s%n", name(one.second()));
                streams.out().printf("    right  %s%n", name(one.truth()));
            }
        }
    }

    /// Joined as `predict` does; of many only the first.
    private static String name(List<String> labels) {
        if (labels.isEmpty()) {
            return "(none)";
        }
        String names = String.join("|", labels.subList(0, Math.min(NAMED, labels.size())));
        return Printable.line(names)
                + (labels.size() > NAMED ? " and %d more".formatted(labels.size() - NAMED) : "");
    }
}
