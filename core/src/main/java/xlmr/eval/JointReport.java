package xlmr.eval;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/// What an evaluation of several heads on one encoder found, head by head. Each head has examples
/// of its own.
///
/// @param heads the report of each head, by its name; at least one
public record JointReport(SequencedMap<String, EvaluationReport> heads)
        implements EvaluationReport {
    /// Copies the map.
    public JointReport {
        if (heads.isEmpty()) {
            throw new IllegalArgumentException("joint report: expected at least one head");
        }
        heads = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(heads));
    }

    @Override
    public int examples() {
        return heads.values().stream().mapToInt(EvaluationReport::examples).sum();
    }

    /// The mean of the heads' losses, each the same.
    @Override
    public double loss() {
        return heads.values().stream()
                .mapToDouble(EvaluationReport::loss)
                .average()
                .orElse(Double.NaN);
    }

    /// Those of all heads, each beginning with the name of its head.
    @Override
    public List<Verdict> verdicts() {
        List<Verdict> verdicts = new ArrayList<>();
        heads.forEach(
                (name, report) ->
                        report.verdicts()
                                .forEach(
                                        verdict ->
                                                verdicts.add(
                                                        new Verdict(
                                                                verdict.code(),
                                                                verdict.severity(),
                                                                name
                                                                        + ": "
                                                                        + verdict.sentence()))));
        return List.copyOf(verdicts);
    }
}
