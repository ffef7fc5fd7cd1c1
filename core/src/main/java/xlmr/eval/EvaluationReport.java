package xlmr.eval;

import java.util.List;

/// What an evaluation found, one kind for each kind of problem. [ReportText] says it in words,
/// [ReportJson] in JSON.
public sealed interface EvaluationReport
        permits ClassificationReport, MultiLabelReport, RegressionReport {

    /// The number of rows.
    int examples();

    /// The mean of the loss over the rows (not over batches).
    double loss();

    /// What the numbers mean, the gravest first.
    List<Verdict> verdicts();
}
