package xlmr.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import xlmr.backend.Backend;
import xlmr.data.Example;
import xlmr.data.LabelSet;
import xlmr.eval.Logits;
import xlmr.eval.LogitsFile;
import xlmr.eval.PairedComparison;
import xlmr.model.ProblemType;
import xlmr.model.Task;
import xlmr.pipeline.ModelCalibration;
import xlmr.pipeline.Prediction;
import xlmr.pipeline.TextClassifier;

/// The answers of two classifiers to the same texts, from wherever they come.
///
/// @param truth `[B, K]`
/// @param first `[B, K]`
/// @param second `[B, K]`
/// @param labels the K names
/// @param oneLabel whether a text has exactly one label
record ComparedAnswers(
        boolean[][] truth,
        boolean[][] first,
        boolean[][] second,
        List<String> labels,
        boolean oneLabel) {

    PairedComparison compare(int resamples, long seed) {
        return oneLabel
                ? PairedComparison.ofClasses(
                        ids(truth), ids(first), ids(second), labels, resamples, seed)
                : PairedComparison.ofLabels(truth, first, second, labels, resamples, seed);
    }

    private static int[] ids(boolean[][] flags) {
        return Arrays.stream(flags)
                .mapToInt(
                        row -> {
                            int id = 0;
                            while (!row[id]) {
                                id++;
                            }
                            return id;
                        })
                .toArray();
    }

    /// Two files of logits with the same right labels.
    static ComparedAnswers ofLogits(Path one, Path other) {
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
        int labels = first.labelNames().size();
        return new ComparedAnswers(
                flags(truth, labels),
                flags(largest(first), labels),
                flags(largest(second), labels),
                first.labelNames(),
                true);
    }

    private static int[] largest(LogitsFile file) {
        return Arrays.stream(file.rows()).mapToInt(Logits::argmax).toArray();
    }

    private static boolean[][] flags(int[] ids, int labels) {
        boolean[][] flags = new boolean[ids.length][labels];
        for (int i = 0; i < ids.length; i++) {
            flags[i][ids[i]] = true;
        }
        return flags;
    }

    /// Two files of predictions, each with an answer for each of the labelled texts.
    static ComparedAnswers ofPredictions(
            LabelledInput labelled, List<Example> examples, Path one, Path other) {
        List<Example> first = predictions(labelled, examples, one);
        List<Example> second = predictions(labelled, examples, other);
        TreeSet<String> names = new TreeSet<>();
        for (List<Example> file : List.of(examples, first, second)) {
            file.forEach(example -> names.addAll(example.labels()));
        }
        LabelSet labels = LabelSet.of(List.copyOf(names));
        return new ComparedAnswers(
                flags(examples, labels),
                flags(first, labels),
                flags(second, labels),
                labels.names(),
                !labelled.hasDelimiter());
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

    /// Two models, one after the other, so that only one is in memory.
    static ComparedAnswers ofModels(
            Streams streams,
            ComputeOptions compute,
            List<String> models,
            int maxLength,
            List<Example> examples) {
        List<boolean[][]> answers = new ArrayList<>();
        List<LabelSet> labels = new ArrayList<>();
        List<ProblemType> problems = new ArrayList<>();
        for (String model : models) {
            ClassifierOption option = ClassifierOption.named(model, maxLength);
            option.requireTask(streams, Task.SEQUENCE_CLASSIFICATION, "compare");
            try (Backend backend = compute.open(streams)) {
                TextClassifier classifier = calibrated(streams, option, backend);
                requireLabels(classifier, model);
                problems.add(classifier.problem());
                LabelSet own = LabelSet.of(classifier.config().labels());
                if (!labels.isEmpty()
                        && !new TreeSet<>(own.names())
                                .equals(new TreeSet<>(labels.getFirst().names()))) {
                    throw new CommandException(
                            "compare: expected two models with the same labels, found %s and %s"
                                    .formatted(labels.getFirst().names(), own.names()));
                }
                if (problems.getFirst() != problems.getLast()) {
                    throw new CommandException(
                            "compare: one of the models gives one label a text, the other several");
                }
                labels.add(own);
                examples.forEach(own::flagsOf); // an unknown label is refused before the work
                answers.add(answers(streams, classifier, examples, labels.getFirst()));
            }
        }
        LabelSet named = labels.getFirst();
        boolean oneLabel = problems.getFirst() == ProblemType.SINGLE_LABEL_CLASSIFICATION;
        if (oneLabel) {
            named.idsOf(examples); // exactly one each
        }
        return new ComparedAnswers(
                flags(examples, named),
                answers.getFirst(),
                answers.getLast(),
                named.names(),
                oneLabel);
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

    private static void requireLabels(TextClassifier classifier, String model) {
        if (classifier.problem() == ProblemType.REGRESSION) {
            throw new CommandException(
                    "%s gives numbers; compare is for models that give labels. evaluate says how good each is"
                            .formatted(model));
        }
    }

    private static boolean[][] answers(
            Streams streams, TextClassifier classifier, List<Example> examples, LabelSet labels) {
        try (Progress progress = Progress.over(streams, "predict", examples.size())) {
            List<boolean[]> rows = new ArrayList<>();
            for (Prediction prediction : classifier.predictAll(examples, progress::to)) {
                boolean[] row = new boolean[labels.size()];
                for (String label : prediction.labels()) {
                    row[labels.find(label).orElseThrow()] = true;
                }
                rows.add(row);
            }
            return rows.toArray(boolean[][]::new);
        }
    }
}
