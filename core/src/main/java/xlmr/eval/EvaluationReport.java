package xlmr.eval;

import java.util.List;

/// What an evaluation found, one kind for each kind of problem. [ReportText] says it in words,
/// [ReportJson] in JSON.
public sealed interface EvaluationReport
        permits ClassificationReport,
                MultiLabelReport,
                RegressionReport,
                EntityReport,
                TagReport,
                SpanReport,
                ChoiceReport,
                LanguageModelReport,
                JointReport {

    /// The number of rows: texts, sentences or questions.
    int examples();

    /// The mean of the loss over all that is predicted (not over batches): rows, tags, pieces. NaN
    /// where predictions were judged without their logits.
    double loss();

    /// What the numbers mean, the gravest first.
    List<Verdict> verdicts();

    /// The worst errors, the worst first; only some where there are many, none where examples are
    /// not answered one by one.
    default List<WrongAnswer> worst() {
        return List.of();
    }
}
