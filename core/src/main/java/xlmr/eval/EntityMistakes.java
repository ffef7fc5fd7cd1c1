package xlmr.eval;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What became of the true entities, each counted once, and what was predicted beside them.
///
/// @param right found with both ends and type right
/// @param otherType found with both ends right and another type
/// @param otherEnds overlapped by an entity of the same type with other ends
/// @param otherBoth overlapped only by entities with other ends and other types
/// @param missed not touched by any predicted entity
/// @param invented predicted entities that touch no true one
public record EntityMistakes(
        long right, long otherType, long otherEnds, long otherBoth, long missed, long invented) {

    /// @param truth the entities of each sentence
    /// @param predicted those that were predicted
    static EntityMistakes of(List<List<TaggedEntity>> truth, List<List<TaggedEntity>> predicted) {
        long[] counts = new long[6];
        for (int i = 0; i < truth.size(); i++) {
            Set<TaggedEntity> exact = new HashSet<>(predicted.get(i));
            for (TaggedEntity entity : truth.get(i)) {
                counts[exact.contains(entity) ? 0 : kind(entity, predicted.get(i))]++;
            }
            List<TaggedEntity> right = truth.get(i);
            counts[5] +=
                    predicted.get(i).stream()
                            .filter(entity -> right.stream().noneMatch(entity::overlaps))
                            .count();
        }
        return new EntityMistakes(counts[0], counts[1], counts[2], counts[3], counts[4], counts[5]);
    }

    /// The counts by what they count, in words, in the order of the record.
    public Map<String, Long> named() {
        Map<String, Long> named = new LinkedHashMap<>();
        named.put("right", right);
        named.put("with another type", otherType);
        named.put("with other ends", otherEnds);
        named.put("with other ends and another type", otherBoth);
        named.put("missed", missed);
        named.put("and marked where none is", invented);
        return named;
    }

    private static int kind(TaggedEntity entity, List<TaggedEntity> predicted) {
        int kind = 4;
        for (TaggedEntity other : predicted) {
            if (entity.sameWords(other)) {
                return 1;
            }
            if (entity.overlaps(other)) {
                kind = Math.min(kind, other.type().equals(entity.type()) ? 2 : 3);
            }
        }
        return kind;
    }
}
