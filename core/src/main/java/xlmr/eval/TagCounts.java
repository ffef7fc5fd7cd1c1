package xlmr.eval;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// How often each tag is right and how often it was predicted.
///
/// @param right number of tags that agree
/// @param support how often each tag occurs among the true ones, by name
record TagCounts(long tokens, long right, Map<String, Long> support) {

    /// @throws IllegalArgumentException if there is no tag, or the numbers differ
    static TagCounts of(List<List<String>> truth, List<List<String>> predicted) {
        if (truth.size() != predicted.size()) {
            throw new IllegalArgumentException(
                    "tags: expected predictions for %d sentences, found %d"
                            .formatted(truth.size(), predicted.size()));
        }
        long tokens = 0;
        long right = 0;
        Map<String, Long> support = new TreeMap<>();
        for (int i = 0; i < truth.size(); i++) {
            List<String> actual = truth.get(i);
            List<String> answer = predicted.get(i);
            if (actual.size() != answer.size()) {
                throw new IllegalArgumentException(
                        "tags: expected %d for sentence %d (counted from 0), found %d"
                                .formatted(actual.size(), i, answer.size()));
            }
            for (int t = 0; t < actual.size(); t++) {
                tokens++;
                right += actual.get(t).equals(answer.get(t)) ? 1 : 0;
                support.merge(actual.get(t), 1L, Long::sum);
            }
        }
        if (tokens == 0) {
            throw new IllegalArgumentException("tags: expected at least one, found none");
        }
        return new TagCounts(tokens, right, support);
    }

    double accuracy() {
        return (double) right / tokens;
    }

    /// The share of a tag among the true ones.
    double share(String tag) {
        return (double) support.getOrDefault(tag, 0L) / tokens;
    }
}
