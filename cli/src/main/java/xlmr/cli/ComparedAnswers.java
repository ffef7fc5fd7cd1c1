package xlmr.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import xlmr.backend.Backend;
import xlmr.data.Example;
import xlmr.data.LabelSet;
import xlmr.data.NumericLabel;
import xlmr.eval.Logits;
import xlmr.eval.LogitsFile;
import xlmr.eval.PairedAnswers;
import xlmr.model.ProblemType;
import xlmr.model.Targets;
import xlmr.pipeline.ModelCalibration;
import xlmr.pipeline.Prediction;
import xlmr.pipeline.TextClassifier;

/// The answers of two classifiers of texts to the same texts, from wherever they come.
final class ComparedAnswers {
    private static final String NUMBER = "[-+]?[0-9]*\\.?[0-9]+([eE][-+]?[0-9]+)?";

    private ComparedAnswers() {}

    /// Two files of logits with the same right labels.
    static PairedAnswers ofLogits(Path one, Path other) {
        LogitsFile first = LogitsFile.read(one);
        LogitsFile second = LogitsFile.read(other);
        int[] truth = first.labels();
        if (truth == null || !Arrays.equals(truth, second.labels())) {
            throw new CommandException(
                    "%s and %s: expected the same label_ids in both, the right class of each row"
                            .formatted(one, other));
        }
        if (!first.labelNames().equals(second.labelNames())) {
            throw new CommandException(
                    "%s and %s: expected the same label names in both, found %s and %s"
                            .formatted(one, other, first.labelNames(), second.labelNames()));
        }
        return new PairedAnswers.Classes(
                first.labelNames(), truth, largest(first), largest(second));
    }

    private static int[] largest(LogitsFile file) {
        return Arrays.stream(file.rows()).mapToInt(Logits::argmax).toArray();
    }

    /// Two files of predictions, each with an answer for each of the labelled texts.
    static PairedAnswers ofPredictions(
            LabelledInput labelled, List<Example> examples, Path one, Path other) {
        List<Example> first = predictions(labelled, examples, one);
        List<Example> second = predictions(labelled, examples, other);
        if (areNumbers(examples, first, second)) {
            return new PairedAnswers.Numbers(
                    NumericLabel.of(examples), NumericLabel.of(first), NumericLabel.of(second));
        }
        TreeSet<String> names = new TreeSet<>();
        for (List<Example> file : List.of(examples, first, second)) {
            file.forEach(example -> names.addAll(example.labels()));
        }
        LabelSet labels = LabelSet.of(List.copyOf(names));
        return labelled.hasDelimiter()
                ? new PairedAnswers.Labels(
                        labels.names(),
                        flags(examples, labels),
                        flags(first, labels),
                        flags(second, labels))
                : new PairedAnswers.Classes(
                        labels.names(),
                        labels.idsOf(examples),
                        labels.idsOf(first),
                        labels.idsOf(second));
    }

    /// Whether answers are those of a regression: all are numbers, and some have decimals and are
    /// none of the right labels.
    private static boolean areNumbers(
            List<Example> examples, List<Example> first, List<Example> second) {
        Set<String> right = new HashSet<>();
        examples.forEach(example -> right.addAll(example.labels()));
        boolean decimals = false;
        for (List<Example> file : List.of(examples, first, second)) {
            for (Example example : file) {
                for (String label : example.labels()) {
                    if (!label.matches(NUMBER)) {
                        return false;
                    }
                    decimals |= label.contains(".") && !right.contains(label);
                }
            }
        }
        return decimals;
    }

    private static List<Example> predictions(
            LabelledInput labelled, List<Example> examples, Path file) {
        List<Example> answers = labelled.readPredictions(file);
        if (answers.size() != examples.size()) {
            throw new CommandException(
                    "%s: expected an answer for each of the %d labelled texts, found %d"
                            .formatted(file, examples.size(), answers.size()));
        }
        for (int i = 0; i < answers.size(); i++) {
            if (!answers.get(i).text().equals(examples.get(i).text())) {
                throw answers.get(i)
                        .problem(
                                "expected the answer to the text of %s, line %d, found another text"
                                        .formatted(
                                                examples.get(i).source(), examples.get(i).line()));
            }
        }
        return answers;
    }

    private static boolean[][] flags(List<Example> examples, LabelSet labels) {
        return examples.stream().map(labels::flagsOf).toArray(boolean[][]::new);
    }

    /// What a model says of the texts.
    ///
    /// @param targets the right labels or numbers, as it numbers them
    private record Said(
            ProblemType problem,
            LabelSet labels,
            Targets.OfSequences targets,
            List<Prediction> predictions) {}

    /// Two models, one after the other.
    static PairedAnswers ofModels(ComparedModels models, List<Example> examples) {
        List<Said> said = new ArrayList<>();
        for (String model : models.names()) {
            ClassifierOption option = ClassifierOption.named(model, models.maxLength());
            try (Backend backend = models.compute().open(models.streams())) {
                TextClassifier classifier = calibrated(models.streams(), option, backend);
                LabelSet labels = LabelSet.of(classifier.config().labels());
                if (!said.isEmpty()) {
                    requireSame(said.getFirst(), classifier.problem(), labels);
                }
                // An unknown label is refused before the work.
                Targets.OfSequences targets = classifier.targets(examples);
                try (Progress progress =
                        Progress.over(models.streams(), "predict", examples.size())) {
                    said.add(
                            new Said(
                                    classifier.problem(),
                                    labels,
                                    targets,
                                    classifier.predictAll(examples, progress::to)));
                }
            }
        }
        Said first = said.getFirst();
        Said second = said.getLast();
        return switch (first.targets()) {
            case Targets.Classes classes ->
                    new PairedAnswers.Classes(
                            first.labels().names(),
                            classes.labels(),
                            ids(first.predictions(), first.labels()),
                            ids(second.predictions(), first.labels()));
            case Targets.MultiLabel several ->
                    new PairedAnswers.Labels(
                            first.labels().names(),
                            flags(examples, first.labels()),
                            given(first.predictions(), first.labels()),
                            given(second.predictions(), first.labels()));
            case Targets.Values values ->
                    new PairedAnswers.Numbers(
                            Arrays.stream(values.values()).mapToDouble(row -> row[0]).toArray(),
                            numbers(first.predictions()),
                            numbers(second.predictions()));
        };
    }

    /// With the thresholds that were stored for it, which decide where a text has several labels.
    private static TextClassifier calibrated(
            Streams streams, ClassifierOption option, Backend backend) {
        TextClassifier classifier = option.open(streams, backend);
        return classifier.problem() == ProblemType.MULTI_LABEL_CLASSIFICATION
                ? ModelCalibration.find(option.home(streams))
                        .filter(calibration -> calibration.fits(classifier.model()))
                        .map(classifier::withCalibration)
                        .orElse(classifier)
                : classifier;
    }

    private static void requireSame(Said first, ProblemType problem, LabelSet labels) {
        if (first.problem() != problem) {
            throw new CommandException(
                    "compare: expected two models that answer alike, found one with %s and one with %s"
                            .formatted(words(first.problem()), words(problem)));
        }
        if (problem != ProblemType.REGRESSION
                && !new TreeSet<>(first.labels().names()).equals(new TreeSet<>(labels.names()))) {
            throw new CommandException(
                    "compare: expected two models with the same labels, found %s and %s"
                            .formatted(first.labels().names(), labels.names()));
        }
    }

    private static String words(ProblemType problem) {
        return switch (problem) {
            case SINGLE_LABEL_CLASSIFICATION -> "one label a text";
            case MULTI_LABEL_CLASSIFICATION -> "several labels a text";
            case REGRESSION -> "numbers";
        };
    }

    private static int[] ids(List<Prediction> predictions, LabelSet labels) {
        return predictions.stream()
                .mapToInt(prediction -> labels.find(prediction.label()).orElseThrow())
                .toArray();
    }

    private static boolean[][] given(List<Prediction> predictions, LabelSet labels) {
        boolean[][] rows = new boolean[predictions.size()][labels.size()];
        for (int i = 0; i < rows.length; i++) {
            for (String label : predictions.get(i).labels()) {
                rows[i][labels.find(label).orElseThrow()] = true;
            }
        }
        return rows;
    }

    private static double[] numbers(List<Prediction> predictions) {
        return predictions.stream()
                .mapToDouble(prediction -> prediction.logits().getFirst())
                .toArray();
    }
}
