package xlmr.eval;

/// An entity in a tagged sentence.
///
/// @param type such as `PER`; `_` where the tags have none
/// @param first its first word, counted from 0
/// @param last its last word
public record TaggedEntity(String type, int first, int last) {

    boolean overlaps(TaggedEntity other) {
        return Math.max(first, other.first) <= Math.min(last, other.last);
    }

    boolean sameWords(TaggedEntity other) {
        return first == other.first && last == other.last;
    }
}
