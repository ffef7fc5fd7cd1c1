package xlmr.data;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;

/// The labels a model knows, in the order of their ids: the place of a label here is its place in a
/// row of logits. Immutable.
public final class LabelSet {

    private final List<String> names;
    private final Map<String, Integer> ids;

    private LabelSet(List<String> names) {
        this.names = List.copyOf(names);
        Map<String, Integer> byName = new HashMap<>();
        for (int id = 0; id < names.size(); id++) {
            if (byName.put(names.get(id), id) != null) {
                throw new DataException(
                        "labels: expected different names, found '%s' twice"
                                .formatted(names.get(id)));
            }
        }
        if (numbered(names)) {
            for (int id = 0; id < names.size(); id++) {
                byName.put(Integer.toString(id), id);
            }
        }
        ids = Map.copyOf(byName);
    }

    /// Labels in the order of their ids. If all are called `LABEL_0`, `LABEL_1`, ..., as a
    /// configuration calls labels without names, their plain numbers are understood as well.
    ///
    /// @throws DataException if a name occurs twice
    public static LabelSet of(List<String> names) {
        return new LabelSet(names);
    }

    /// The labels that occur in training data, sorted: as numbers if all are whole numbers, else by
    /// code unit, so that the order does not depend on that of the data.
    ///
    /// @throws DataException if there are fewer than two
    public static LabelSet fromExamples(Iterable<Example> examples) {
        Set<String> found = new HashSet<>();
        for (Example example : examples) {
            found.addAll(example.labels());
        }
        return sorted(found);
    }

    private static LabelSet sorted(Set<String> found) {
        if (found.size() < 2) {
            throw new DataException(
                    "labels: expected at least two different labels to tell apart, found %s"
                            .formatted(found.isEmpty() ? "none" : NearestName.list(found)));
        }
        boolean numbers = found.stream().allMatch(name -> name.matches("0|-?[1-9][0-9]{0,8}"));
        return new LabelSet(
                numbers
                        ? found.stream()
                                .map(Integer::valueOf)
                                .sorted()
                                .map(String::valueOf)
                                .toList()
                        : found.stream().sorted().toList());
    }

    /// The tags that occur in training data, in the order of [#fromExamples].
    ///
    /// @throws DataException if there are fewer than two
    public static LabelSet fromSentences(Iterable<TaggedSentence> sentences) {
        Set<String> found = new HashSet<>();
        for (TaggedSentence sentence : sentences) {
            found.addAll(sentence.tags());
        }
        return sorted(found);
    }

    /// The labels of a configuration's `id2label`.
    ///
    /// @throws DataException if the ids are not 0 to K - 1, or a name occurs twice
    public static LabelSet fromId2Label(Map<Integer, String> id2label) {
        var sorted = new TreeMap<>(id2label);
        int expected = 0;
        for (int id : sorted.keySet()) {
            if (id != expected) {
                throw new DataException(
                        "id2label: expected the ids 0 to %d, found %d in the place of %d"
                                .formatted(sorted.size() - 1, id, expected));
            }
            expected++;
        }
        return new LabelSet(List.copyOf(sorted.values()));
    }

    /// The number of labels K.
    public int size() {
        return names.size();
    }

    /// All names, in the order of the ids.
    public List<String> names() {
        return names;
    }

    /// The name of a label, `0 <= id < size()`.
    public String name(int id) {
        return names.get(id);
    }

    /// The id of a label, if it is known.
    public OptionalInt find(String label) {
        Integer id = ids.get(label);
        return id == null ? OptionalInt.empty() : OptionalInt.of(id);
    }

    /// The id of an example's only label.
    ///
    /// @throws DataException if it has not exactly one, or the label is unknown
    public int idOf(Example example) {
        return idOf(example, example.onlyLabel());
    }

    /// The ids of the only labels of many examples, as [#idOf(Example)].
    public int[] idsOf(List<Example> examples) {
        return examples.stream().mapToInt(this::idOf).toArray();
    }

    /// The ids of the tags of a sentence, one a word.
    ///
    /// @throws DataException if the sentence has none, or one is unknown
    public int[] idsOf(TaggedSentence sentence) {
        if (sentence.tags().isEmpty()) {
            throw sentence.problem("expected a tag for each word, found none");
        }
        int[] found = new int[sentence.size()];
        for (int i = 0; i < found.length; i++) {
            found[i] = idOf(sentence, sentence.tags().get(i));
        }
        return found;
    }

    /// Which of the K labels an example has, for multi-label problems.
    ///
    /// @throws DataException if one of its labels is unknown
    public boolean[] flagsOf(Example example) {
        boolean[] flags = new boolean[names.size()];
        for (String label : example.labels()) {
            flags[idOf(example, label)] = true;
        }
        return flags;
    }

    private int idOf(DataRecord record, String label) {
        Integer id = ids.get(label);
        if (id == null) {
            throw record.problem(
                    "unknown label '%s'; the model knows %s%s"
                            .formatted(
                                    label,
                                    NearestName.list(names),
                                    NearestName.hint(label, names)));
        }
        return id;
    }

    private static boolean numbered(List<String> names) {
        for (int id = 0; id < names.size(); id++) {
            if (!names.get(id).equals("LABEL_" + id)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LabelSet that && names.equals(that.names);
    }

    @Override
    public int hashCode() {
        return names.hashCode();
    }

    @Override
    public String toString() {
        return "LabelSet" + names;
    }
}
