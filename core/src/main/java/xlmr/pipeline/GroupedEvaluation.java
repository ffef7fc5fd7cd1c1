package xlmr.pipeline;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import xlmr.data.Example;
import xlmr.eval.EvaluationReport;
import xlmr.eval.GroupedReport;

/// Judges a model group by group, by what each example [says][Example#group]. The model has run
/// once, over all of them.
public final class GroupedEvaluation {
    private static final int MOST = 10_000;

    private GroupedEvaluation() {}

    /// Judges a classifier of texts.
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
        return of(
                by,
                examples.stream().map(Example::group).toList(),
                whole,
                rows ->
                        classifier.report(
                                rows.stream().map(examples::get).toList(),
                                rows.stream().map(i -> logits[i]).toArray(float[][]::new)));
    }

    /// Judges a model of any task.
    ///
    /// @param by what the groups are, such as the name of a column
    /// @param groups of each example; null counts as a group without a name
    /// @param whole the evaluation of all of them
    /// @param judge the evaluation of some of them, by their places
    /// @throws IllegalArgumentException if there are so many groups that it must be a mistake
    public static GroupedReport of(
            String by,
            List<@Nullable String> groups,
            EvaluationReport whole,
            Function<List<Integer>, ? extends EvaluationReport> judge) {
        SequencedMap<String, List<Integer>> rows = new LinkedHashMap<>();
        for (int i = 0; i < groups.size(); i++) {
            String group = groups.get(i);
            rows.computeIfAbsent(group == null ? "" : group, name -> new ArrayList<>()).add(i);
        }
        if (rows.size() > MOST) {
            throw new IllegalArgumentException(
                    "groups: '%s' has %d different values; expected a column of at most %d, such as a language"
                            .formatted(by, rows.size(), MOST));
        }
        SequencedMap<String, EvaluationReport> parts = new LinkedHashMap<>();
        rows.forEach((group, members) -> parts.put(group, judge.apply(members)));
        return GroupedReport.of(by, whole, parts);
    }
}
