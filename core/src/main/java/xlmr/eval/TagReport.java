package xlmr.eval;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/// The evaluation of a model that gives each word a tag that stands for itself, such as a part of
/// speech: the numbers of a classification, over all words.
///
/// @param examples the number of sentences
/// @param tokens the number of tags
/// @param tagNames the tags, sorted by name; their places are the ids of the scores
/// @param loss mean cross-entropy over the tags, in nats; NaN if it is not known
/// @param scores precision, recall and F1 by tag; macro averages run over the tags that occur
/// @param baselines what can be had without reading the text
/// @param worst the wrong tags that the model was surest of, if its probabilities are known
/// @param verdicts what all this means
public record TagReport(
        int examples,
        long tokens,
        List<String> tagNames,
        double loss,
        ClassificationScores scores,
        ConfusionMatrix confusion,
        ClassBaselines baselines,
        List<WrongAnswer> worst,
        List<Verdict> verdicts)
        implements EvaluationReport {

    public TagReport {
        tagNames = List.copyOf(tagNames);
        worst = List.copyOf(worst);
        verdicts = List.copyOf(verdicts);
    }

    /// Compares tags.
    ///
    /// @param truth the right tags of each sentence
    /// @param predicted as many sentences of as many tags
    /// @param loss mean cross-entropy over the tags; NaN if it is not known
    /// @throws IllegalArgumentException if there is no tag, or the numbers differ
    public static TagReport of(
            List<List<String>> truth, List<List<String>> predicted, double loss) {
        TagCounts counts = TagCounts.of(truth, predicted);
        TreeSet<String> found = new TreeSet<>(counts.support().keySet());
        predicted.forEach(found::addAll);
        List<String> names = List.copyOf(found);
        ConfusionMatrix confusion =
                ConfusionMatrix.of(ids(truth, names), ids(predicted, names), names.size());
        ClassificationScores scores =
                ClassificationScores.of(confusion, names, 0, AveragedClasses.OCCURRING);
        TagReport unjudged =
                new TagReport(
                        truth.size(),
                        counts.tokens(),
                        names,
                        loss,
                        scores,
                        confusion,
                        ClassBaselines.of(scores.perClass()),
                        List.of(),
                        List.of());
        return unjudged.withVerdicts(TagVerdicts.of(unjudged));
    }

    /// The share of right tags.
    public double accuracy() {
        return scores.accuracy();
    }

    /// The same with wrong tags to look at; the worst are kept.
    TagReport withWrong(List<WrongAnswer> wrong) {
        return new TagReport(
                examples,
                tokens,
                tagNames,
                loss,
                scores,
                confusion,
                baselines,
                WrongAnswer.worst(wrong),
                verdicts);
    }

    private TagReport withVerdicts(List<Verdict> judged) {
        return new TagReport(
                examples, tokens, tagNames, loss, scores, confusion, baselines, worst, judged);
    }

    private static int[] ids(List<List<String>> sentences, List<String> names) {
        Map<String, Integer> ids = new HashMap<>();
        for (int id = 0; id < names.size(); id++) {
            ids.put(names.get(id), id);
        }
        List<Integer> all = new ArrayList<>();
        sentences.forEach(tags -> tags.forEach(tag -> all.add(ids.getOrDefault(tag, -1))));
        return all.stream().mapToInt(Integer::intValue).toArray();
    }
}
