package xlmr.eval;

import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The right report for tags, whatever they mark.
public final class Tagging {

    private Tagging() {}

    /// An [EntityReport] if the model's tags mark entities, else a [TagReport].
    ///
    /// @param truth the right tags of each sentence
    /// @param predicted as many sentences of as many tags
    /// @param tagNames all tags that the model knows, by which the kind of report is decided
    /// @param loss mean cross-entropy over the tags; NaN if it is not known
    /// @throws IllegalArgumentException if there is no tag, or the numbers differ
    public static EvaluationReport report(
            List<List<String>> truth,
            List<List<String>> predicted,
            Collection<String> tagNames,
            double loss) {
        return report(truth, predicted, tagNames, loss, null, List.of());
    }

    /// As above, with what is known beside the tags.
    ///
    /// @param scheme to read entities by strictly, whatever the model's tags are; null: leniently
    /// @param wrong the wrong tags; the worst are kept
    public static EvaluationReport report(
            List<List<String>> truth,
            List<List<String>> predicted,
            Collection<String> tagNames,
            double loss,
            @Nullable TagScheme scheme,
            List<WrongAnswer> wrong) {
        return scheme != null || TagScheme.areEntityTags(tagNames)
                ? EntityReport.of(truth, predicted, loss, scheme).withWrong(wrong)
                : TagReport.of(truth, predicted, loss).withWrong(wrong);
    }
}
