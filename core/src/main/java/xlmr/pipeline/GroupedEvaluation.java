package xlmr.pipeline;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import xlmr.data.Example;
import xlmr.eval.EvaluationReport;
import xlmr.eval.GroupedReport;

/// Judges a classifier group by group, by what each example [says][Example#group]. The model has
/// run once, over all of them.
public final class GroupedEvaluation {
    private static final int MOST = 10_000;

    private GroupedEvaluation() {}

    /// Judges.
    ///
    /// @param by what the groups are, such as the name of a column
    /// @param logits of the examples, as [TextClassifier#logitsOf] gives them
    /// @param whole the evaluation of all of them
    /// @throws IllegalArgumentException if there are so many groups that it must be a mistake
    public static GroupedReport of(
            TextClassifier classifier,
            String by,
            List<Example> examples,
            float[][] logits,
            EvaluationReport whole) {
        SequencedMap<String, List<Integer>> rows = new LinkedHashMap<>();
        for (int i = 0; i < examples.size(); i++) {
            String group = examples.get(i).group();
            rows.computeIfAbsent(group == null ? "" : group, name -> new ArrayList<>()).add(i);
        }
        if (rows.size() > MOST) {
            throw new IllegalArgumentException(
                    "groups: '%s' has %d different values; expected a column of at most %d, such as a language"
                            .formatted(by, rows.size(), MOST));
        }
        SequencedMap<String, EvaluationReport> parts = new LinkedHashMap<>();
        rows.forEach(
                (group, members) ->
                        parts.put(
                                group,
                                classifier.report(
                                        members.stream().map(examples::get).toList(),
                                        members.stream()
                                                .map(i -> logits[i])
                                                .toArray(float[][]::new))));
        return GroupedReport.of(by, whole, parts);
    }
}
