package xlmr.eval;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import xlmr.eval.PairedComparison.Difference;

/// The tags of two models taken apart into what each sentence adds to sums.
final class ComparedTags {
    private ComparedTags() {}

    /// What is found in one sentence: entities, or where tags mark none the tags themselves.
    ///
    /// @param entities of each sentence
    /// @param tags of each sentence
    private record Side(List<List<TaggedEntity>> entities, List<List<String>> tags) {}

    static ComparedExamples of(PairedAnswers.Tags answers) {
        Function<List<String>, List<TaggedEntity>> read =
                !answers.entities()
                        ? ComparedTags::eachWord
                        : answers.scheme() == null
                                ? EntityTags::lenient
                                : answers.scheme()::entities;
        Side truth = new Side(answers.truth().stream().map(read).toList(), answers.truth());
        Side first = new Side(answers.first().stream().map(read).toList(), answers.first());
        Side second = new Side(answers.second().stream().map(read).toList(), answers.second());
        Set<String> found = new TreeSet<>();
        for (Side side : List.of(truth, first, second)) {
            side.entities().forEach(some -> some.forEach(entity -> found.add(entity.type())));
        }
        List<String> types = List.copyOf(found);
        int last = 3 * types.size();
        SummedScore accuracy =
                new SummedScore.Ratio("accuracy", "accuracy of tags", last, last + 1, false);
        int rows = answers.examples();
        return new ComparedExamples(
                "sentence",
                ComparedExamples.sums(last + 2, rows, i -> row(i, truth, first, types)),
                ComparedExamples.sums(last + 2, rows, i -> row(i, truth, second, types)),
                answers.entities()
                        ? List.of(
                                new SummedScore.MicroF1("f1", "F1 of entities", types.size()),
                                accuracy)
                        : List.of(
                                accuracy,
                                new SummedScore.MacroF1(
                                        "macro_f1", "macro F1", types.size(), true)),
                true,
                null,
                types,
                differences(answers, truth, first, second));
    }

    /// Each word as an entity of its own, whose type is the tag.
    private static List<TaggedEntity> eachWord(List<String> tags) {
        List<TaggedEntity> words = new ArrayList<>();
        for (int w = 0; w < tags.size(); w++) {
            words.add(new TaggedEntity(tags.get(w), w, w));
        }
        return words;
    }

    private static ExampleSums.Row row(int sentence, Side truth, Side said, List<String> types) {
        ExampleSums.Row row = new ExampleSums.Row();
        Set<TaggedEntity> right = new HashSet<>(truth.entities().get(sentence));
        for (TaggedEntity entity : truth.entities().get(sentence)) {
            row.add(3 * types.indexOf(entity.type()) + 2, 1);
        }
        for (TaggedEntity entity : said.entities().get(sentence)) {
            int type = types.indexOf(entity.type());
            row.add(3 * type + 1, 1);
            if (right.contains(entity)) {
                row.add(3 * type, 1);
            }
        }
        List<String> tags = truth.tags().get(sentence);
        int agreeing = 0;
        for (int w = 0; w < tags.size(); w++) {
            agreeing += tags.get(w).equals(said.tags().get(sentence).get(w)) ? 1 : 0;
        }
        return row.add(3 * types.size(), agreeing).add(3 * types.size() + 1, tags.size());
    }

    /// Sentences, of which what both say alike is left out.
    private static List<Difference> differences(
            PairedAnswers.Tags answers, Side truth, Side first, Side second) {
        List<Difference> differences = new ArrayList<>();
        for (int i = 0; i < answers.examples(); i++) {
            Set<TaggedEntity> right = new HashSet<>(truth.entities().get(i));
            Set<TaggedEntity> one = new HashSet<>(first.entities().get(i));
            Set<TaggedEntity> other = new HashSet<>(second.entities().get(i));
            if (one.equals(other)) {
                continue;
            }
            Set<TaggedEntity> onlyOne = new HashSet<>(one);
            onlyOne.removeAll(other);
            Set<TaggedEntity> onlyOther = new HashSet<>(other);
            onlyOther.removeAll(one);
            Set<TaggedEntity> touched = new HashSet<>(right);
            touched.removeIf(
                    entity ->
                            onlyOne.stream().noneMatch(entity::overlaps)
                                    && onlyOther.stream().noneMatch(entity::overlaps));
            List<String> words = answers.words().get(i);
            differences.add(
                    new Difference(
                            i,
                            named(truth.entities().get(i), touched, words),
                            named(first.entities().get(i), onlyOne, words),
                            named(second.entities().get(i), onlyOther, words),
                            mistakes(right, one) - mistakes(right, other)));
        }
        return differences;
    }

    /// Entities that are missing and entities that are not there.
    private static int mistakes(Set<TaggedEntity> right, Set<TaggedEntity> said) {
        int both = 0;
        for (TaggedEntity entity : said) {
            both += right.contains(entity) ? 1 : 0;
        }
        return right.size() + said.size() - 2 * both;
    }

    private static List<String> named(
            List<TaggedEntity> entities, Set<TaggedEntity> wanted, List<String> words) {
        return entities.stream()
                .filter(wanted::contains)
                .map(
                        entity ->
                                "%s: %s"
                                        .formatted(
                                                entity.type(),
                                                String.join(
                                                        " ",
                                                        words.subList(
                                                                entity.first(),
                                                                entity.last() + 1))))
                .toList();
    }
}
