package xlmr.eval;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The evaluation of a model that marks entities: what counts is a whole entity with both ends and
/// its type right, as in CoNLL-2003. The numbers are those of seqeval 1.2.2; where it gives NaN,
/// macro averages without any entity are NaN here, too.
///
/// @param examples the number of sentences
/// @param tokens the number of tags
/// @param loss mean cross-entropy over the tags, in nats; NaN if it is not known
/// @param scheme by which entities were read strictly; null: leniently
/// @param perType one score a type, sorted by name
/// @param averages micro is over all entities: the usual F1
/// @param tokenAccuracy the share of right tags
/// @param outsideShare the share of `O` among the true tags: the token accuracy of finding nothing
/// @param mistakes what became of the entities
/// @param worst the wrong tags that the model was surest of, if its probabilities are known
/// @param verdicts what all this means
public record EntityReport(
        int examples,
        long tokens,
        double loss,
        @Nullable TagScheme scheme,
        List<ClassScore> perType,
        Averages averages,
        double tokenAccuracy,
        double outsideShare,
        EntityMistakes mistakes,
        List<WrongAnswer> worst,
        List<Verdict> verdicts)
        implements EvaluationReport {

    public EntityReport {
        perType = List.copyOf(perType);
        worst = List.copyOf(worst);
        verdicts = List.copyOf(verdicts);
    }

    /// Compares tags, read leniently.
    ///
    /// @param truth the right tags of each sentence
    /// @param predicted as many sentences of as many tags
    /// @param loss mean cross-entropy over the tags; NaN if it is not known
    /// @throws IllegalArgumentException if there is no sentence, or the numbers differ
    public static EntityReport of(
            List<List<String>> truth, List<List<String>> predicted, double loss) {
        return of(truth, predicted, loss, null);
    }

    /// As above, but what breaks the rules of `scheme` is no entity.
    public static EntityReport of(
            List<List<String>> truth,
            List<List<String>> predicted,
            double loss,
            @Nullable TagScheme scheme) {
        TagCounts counts = TagCounts.of(truth, predicted);
        Function<List<String>, List<TaggedEntity>> read =
                scheme == null ? EntityTags::lenient : scheme::entities;
        List<List<TaggedEntity>> right = truth.stream().map(read).toList();
        List<List<TaggedEntity>> found = predicted.stream().map(read).toList();
        List<ClassScore> perType = perType(right, found);
        EntityReport unjudged =
                new EntityReport(
                        truth.size(),
                        counts.tokens(),
                        loss,
                        scheme,
                        perType,
                        averages(perType),
                        counts.accuracy(),
                        counts.share("O"),
                        EntityMistakes.of(right, found),
                        List.of(),
                        List.of());
        return unjudged.withVerdicts(EntityVerdicts.of(unjudged));
    }

    /// The F1 over all entities, by which models are compared.
    public double f1() {
        return averages.micro().f1();
    }

    /// The number of true entities.
    public long entities() {
        return perType.stream().mapToLong(ClassScore::support).sum();
    }

    /// The number of predicted entities.
    public long predicted() {
        return perType.stream().mapToLong(ClassScore::predicted).sum();
    }

    /// The same with wrong tags to look at; the worst are kept.
    EntityReport withWrong(List<WrongAnswer> wrong) {
        return with(WrongAnswer.worst(wrong), verdicts);
    }

    private EntityReport withVerdicts(List<Verdict> judged) {
        return with(worst, judged);
    }

    private EntityReport with(List<WrongAnswer> wrong, List<Verdict> judged) {
        return new EntityReport(
                examples,
                tokens,
                loss,
                scheme,
                perType,
                averages,
                tokenAccuracy,
                outsideShare,
                mistakes,
                wrong,
                judged);
    }

    private static Averages averages(List<ClassScore> perType) {
        Averages averages = Averages.of(perType, 0, AveragedClasses.ALL);
        return perType.isEmpty()
                ? new Averages(
                        averages.micro(),
                        new PrecisionRecallF1(Double.NaN, Double.NaN, Double.NaN),
                        averages.weighted())
                : averages;
    }

    private static List<ClassScore> perType(
            List<List<TaggedEntity>> right, List<List<TaggedEntity>> found) {
        Set<String> types = new TreeSet<>();
        right.forEach(entities -> entities.forEach(entity -> types.add(entity.type())));
        found.forEach(entities -> entities.forEach(entity -> types.add(entity.type())));
        List<String> names = List.copyOf(types);
        long[][] counts = new long[names.size()][3]; // support, right, predicted
        for (int i = 0; i < right.size(); i++) {
            Set<TaggedEntity> exact = new HashSet<>(found.get(i));
            for (TaggedEntity entity : right.get(i)) {
                long[] count = counts[names.indexOf(entity.type())];
                count[0]++;
                count[1] += exact.contains(entity) ? 1 : 0;
            }
            for (TaggedEntity entity : found.get(i)) {
                counts[names.indexOf(entity.type())][2]++;
            }
        }
        List<ClassScore> scores = new ArrayList<>();
        for (int t = 0; t < names.size(); t++) {
            long[] count = counts[t];
            scores.add(ClassScore.of(t, names.get(t), count[0], count[1], count[2], 0));
        }
        return scores;
    }
}
