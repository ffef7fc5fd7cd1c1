package xlmr.pipeline;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.function.IntConsumer;
import xlmr.backend.CrossEntropy;
import xlmr.data.EncodedExamples;
import xlmr.data.Example;
import xlmr.data.Folds;
import xlmr.model.ProblemType;
import xlmr.model.Targets;
import xlmr.model.Task;
import xlmr.model.XlmRobertaConfig;
import xlmr.tokenizer.Encoding;
import xlmr.tokenizer.XlmRobertaTokenizer;

/// Classification that learns from a teacher beside the labels, or from texts that have none.
///
/// ```java
/// TextClassifier teacher = TextClassifier.load(Path.of("large-model"), backend);
/// TrainingTask task =
///         DistilledTraining.of(data, texts, teacher, DistillationSettings.defaults(), done -> {});
/// FineTuning.of(Path.of("small-model"), output).run(task, backend, listener);
/// ```
///
/// @param data with labels, and to judge by
/// @param unlabelled further texts, of which only the teacher says something
/// @param teacher `[M][K]` its logits of all texts, in the order of the data's labels
/// @param settings how much it counts
public record DistilledTraining(
        SequenceClassificationTraining data,
        List<Example> unlabelled,
        float[][] teacher,
        DistillationSettings settings)
        implements TrainingTask {
    /// Asks the teacher once about each text.
    ///
    /// @param progress is told the number of texts done
    /// @throws IllegalArgumentException if the teacher has other labels, or data or teacher have
    ///   not one label a text
    public static DistilledTraining of(
            SequenceClassificationTraining data,
            List<Example> unlabelled,
            TextClassifier teacher,
            DistillationSettings settings,
            IntConsumer progress) {
        if (data.problem() != ProblemType.SINGLE_LABEL_CLASSIFICATION
                || teacher.problem() != ProblemType.SINGLE_LABEL_CLASSIFICATION) {
            throw new IllegalArgumentException(
                    "distillation: expected one of several labels for each text, of the data and of"
                            + " the teacher");
        }
        if (!teacher.report().isComplete()) {
            throw new IllegalArgumentException(
                    "distillation: the teacher has no trained head; fine-tune it first");
        }
        List<String> own = data.labels().names();
        List<String> known = teacher.config().labels();
        if (!new HashSet<>(own).equals(new HashSet<>(known))) {
            throw new IllegalArgumentException(
                    "distillation: the teacher's labels are %s; the training data has %s"
                            .formatted(String.join(", ", known), String.join(", ", own)));
        }
        List<Example> all = new ArrayList<>(data.training());
        all.addAll(unlabelled);
        float[][] logits = teacher.logitsOf(all, progress);
        int[] places = own.stream().mapToInt(known::indexOf).toArray();
        float[][] ordered = new float[logits.length][places.length];
        for (int b = 0; b < logits.length; b++) {
            for (int k = 0; k < places.length; k++) {
                ordered[b][k] = logits[b][places[k]];
            }
        }
        return new DistilledTraining(data, List.copyOf(unlabelled), ordered, settings);
    }

    @Override
    public Task task() {
        return Task.SEQUENCE_CLASSIFICATION;
    }

    @Override
    public boolean hasValidation() {
        return data.hasValidation();
    }

    /// The texts that only the teacher labels count among those for training.
    @Override
    public DataCounts counts() {
        DataCounts labelled = data.counts();
        return new DataCounts(
                labelled.unit(),
                labelled.training() + unlabelled.size(),
                labelled.validation(),
                labelled.trainingLabels(),
                labelled.validationLabels());
    }

    @Override
    public String judged(int row) {
        return data.judged(row);
    }

    @Override
    public XlmRobertaConfig configure(XlmRobertaConfig pretrained) {
        return data.configure(pretrained);
    }

    @Override
    public List<String> decidingFacts() {
        return List.of("distillation", settings.toString());
    }

    /// The texts without labels are in every fold.
    @Override
    public TrainingTask fold(int folds, int held, long seed) {
        Folds parts = data.parts(folds, seed);
        int labelled = data.training().size();
        List<float[]> logits =
                new ArrayList<>(parts.rest(Arrays.asList(teacher).subList(0, labelled), held));
        logits.addAll(Arrays.asList(teacher).subList(labelled, teacher.length));
        return new DistilledTraining(
                data.fold(folds, held, seed), unlabelled, logits.toArray(float[][]::new), settings);
    }

    @Override
    public Prepared prepare(
            XlmRobertaConfig config, XlmRobertaTokenizer tokenizer, int maxLength, int threads) {
        Prepared labelled = data.prepare(config, tokenizer, maxLength, threads);
        EncodedExamples known = (EncodedExamples) labelled.training();
        List<int[]> sequences = new ArrayList<>(known.sequences());
        List<Encoding> more = new TextEncoder(tokenizer, maxLength, threads).encode(unlabelled);
        more.forEach(text -> sequences.add(text.ids()));
        int[] labels = Arrays.copyOf(data.labels().idsOf(data.training()), sequences.size());
        Arrays.fill(labels, known.size(), labels.length, CrossEntropy.IGNORE);
        int truncated = (int) more.stream().filter(text -> text.truncatedTokens() > 0).count();
        return new Prepared(
                new EncodedExamples(
                        sequences,
                        new Targets.Distilled(
                                labels, teacher, settings.temperature(), settings.weight())),
                labelled.validation(),
                labelled.truncated() + truncated);
    }
}
