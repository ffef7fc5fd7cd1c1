package xlmr.train;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import xlmr.eval.Averages;
import xlmr.eval.ChoiceReport;
import xlmr.eval.ClassificationReport;
import xlmr.eval.ClassificationScores;
import xlmr.eval.EntityReport;
import xlmr.eval.EvaluationReport;
import xlmr.eval.JointReport;
import xlmr.eval.LanguageModelReport;
import xlmr.eval.MultiLabelReport;
import xlmr.eval.RegressionReport;
import xlmr.eval.SpanReport;
import xlmr.eval.TagReport;
import xlmr.model.ProblemType;
import xlmr.model.Task;

/// The number of a validation report by which epochs are compared: which is the best, whether a run
/// is still getting better.
public enum ScoreMetric {
    /// The task's own, see [Evaluation#score].
    USUAL(true),
    /// What training makes small.
    LOSS(false),
    /// Share of right labels, tags, choices or guesses; of several labels that of texts with all of
    /// them right.
    ACCURACY(true),
    /// Mean recall of the classes.
    BALANCED_ACCURACY(true),
    /// Mean F1 of the classes, each the same.
    MACRO_F1(true),
    /// F1 over all decisions at once; of entities over all of them.
    MICRO_F1(true),
    /// Mean F1 of the classes, by their number of examples.
    WEIGHTED_F1(true),
    /// Matthews' correlation coefficient.
    MATTHEWS(true),
    /// F1 of entities or of answers; of other tags the macro F1.
    F1(true),
    /// Share of answers in which nothing differs.
    EXACT_MATCH(true),
    /// Mean distance of numbers.
    MEAN_ABSOLUTE_ERROR(false),
    /// Share of the variance that is explained.
    R2(true),
    /// Pearson's correlation.
    PEARSON(true),
    /// Spearman's rank correlation.
    SPEARMAN(true),
    /// e to the loss of a language model.
    PERPLEXITY(false);

    private final boolean larger;

    ScoreMetric(boolean largerIsBetter) {
        this.larger = largerIsBetter;
    }

    /// The name that users type, such as `macro-f1`.
    public String spec() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// The metric of a name, `_` and `-` being the same.
    ///
    /// @throws IllegalArgumentException if there is none
    public static ScoreMetric parse(String name) {
        String wanted = name.strip().toUpperCase(Locale.ROOT).replace('-', '_');
        for (ScoreMetric metric : values()) {
            if (metric.name().equals(wanted)) {
                return metric;
            }
        }
        throw new IllegalArgumentException(
                "metric: expected one of %s, found '%s'"
                        .formatted(
                                Arrays.stream(values())
                                        .map(ScoreMetric::spec)
                                        .collect(Collectors.joining(", ")),
                                name));
    }

    /// A report's number by which models are compared: the larger, the better. Of several heads it
    /// is the mean.
    ///
    /// @throws IllegalArgumentException if the report has no such number
    public double score(EvaluationReport report) {
        if (this == USUAL) {
            return Evaluation.score(report);
        }
        if (report instanceof JointReport joint) {
            return Evaluation.score(joint, this::score);
        }
        Double value = valuesOf(report).get(this);
        if (value == null) {
            throw unfit(valuesOf(report).keySet());
        }
        return larger ? value : -value;
    }

    /// Refuses a metric that reports of a task do not have.
    ///
    /// @param problem of sequence classification
    /// @throws IllegalArgumentException naming those that fit
    public void requireFor(Task task, ProblemType problem) {
        Set<ScoreMetric> fitting = of(task, problem);
        if (this != USUAL && !fitting.contains(this)) {
            throw unfit(fitting);
        }
    }

    private IllegalArgumentException unfit(Set<ScoreMetric> fitting) {
        return new IllegalArgumentException(
                "metric: %s is not measured here; expected one of %s"
                        .formatted(
                                spec(),
                                fitting.stream()
                                        .map(ScoreMetric::spec)
                                        .collect(Collectors.joining(", "))));
    }

    /// The metrics of a task.
    ///
    /// @param problem of sequence classification
    public static Set<ScoreMetric> of(Task task, ProblemType problem) {
        return switch (task) {
            case SEQUENCE_CLASSIFICATION ->
                    switch (problem) {
                        case SINGLE_LABEL_CLASSIFICATION ->
                                EnumSet.of(
                                        LOSS,
                                        ACCURACY,
                                        BALANCED_ACCURACY,
                                        MACRO_F1,
                                        MICRO_F1,
                                        WEIGHTED_F1,
                                        MATTHEWS);
                        case MULTI_LABEL_CLASSIFICATION ->
                                EnumSet.of(LOSS, ACCURACY, MACRO_F1, MICRO_F1, WEIGHTED_F1);
                        case REGRESSION ->
                                EnumSet.of(LOSS, MEAN_ABSOLUTE_ERROR, R2, PEARSON, SPEARMAN);
                    };
            case TOKEN_CLASSIFICATION ->
                    EnumSet.of(LOSS, ACCURACY, F1, MACRO_F1, MICRO_F1, WEIGHTED_F1);
            case QUESTION_ANSWERING -> EnumSet.of(LOSS, F1, EXACT_MATCH);
            case MULTIPLE_CHOICE -> EnumSet.of(LOSS, ACCURACY);
            case MASKED_LM, CAUSAL_LM -> EnumSet.of(LOSS, ACCURACY, PERPLEXITY);
        };
    }

    private static Map<ScoreMetric, Double> valuesOf(EvaluationReport report) {
        Map<ScoreMetric, Double> values = new EnumMap<>(ScoreMetric.class);
        values.put(LOSS, report.loss());
        switch (report) {
            case ClassificationReport classes -> addScores(values, classes.scores());
            case MultiLabelReport labels -> {
                values.put(ACCURACY, labels.subsetAccuracy());
                addAverages(values, labels.averages());
            }
            case RegressionReport numbers -> {
                values.put(MEAN_ABSOLUTE_ERROR, numbers.meanAbsoluteError());
                values.put(R2, numbers.r2());
                values.put(PEARSON, numbers.pearson());
                values.put(SPEARMAN, numbers.spearman());
            }
            case EntityReport entities -> {
                values.put(ACCURACY, entities.tokenAccuracy());
                values.put(F1, entities.f1());
                addAverages(values, entities.averages());
            }
            case TagReport tags -> {
                addScores(values, tags.scores());
                values.put(F1, tags.scores().averages().macro().f1());
            }
            case SpanReport spans -> {
                values.put(F1, spans.f1());
                values.put(EXACT_MATCH, spans.all().exact());
            }
            case ChoiceReport choices -> values.put(ACCURACY, choices.accuracy());
            case LanguageModelReport model -> {
                values.put(ACCURACY, model.accuracy());
                values.put(PERPLEXITY, model.perplexity());
            }
            case JointReport joint -> {}
        }
        return values;
    }

    private static void addScores(Map<ScoreMetric, Double> values, ClassificationScores scores) {
        values.put(ACCURACY, scores.accuracy());
        values.put(BALANCED_ACCURACY, scores.balancedAccuracy());
        values.put(MATTHEWS, scores.matthews());
        addAverages(values, scores.averages());
    }

    private static void addAverages(Map<ScoreMetric, Double> values, Averages averages) {
        values.put(MACRO_F1, averages.macro().f1());
        values.put(MICRO_F1, averages.micro().f1());
        values.put(WEIGHTED_F1, averages.weighted().f1());
    }
}
