package xlmr.eval;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Reads the entities of tagged sentences as conlleval and seqeval do by default: nothing is wrong,
/// whatever follows whatever. An `I-PER` after `O` or after another type begins an entity as well.
/// `L-` counts as `E-`, and `U-` as `S-`.
public final class EntityTags {

    private EntityTags() {}

    /// The entities of one sentence.
    ///
    /// @throws IllegalArgumentException if a tag is empty
    public static List<TaggedEntity> lenient(List<String> tags) {
        Set<TaggedEntity> entities = new LinkedHashSet<>();
        TagScheme.Tag previous = new TagScheme.Tag('O', "");
        int begin = 0;
        for (int i = 0; i <= tags.size(); i++) {
            TagScheme.Tag tag = i == tags.size() ? TagScheme.Tag.OUTSIDE : parse(tags.get(i));
            if (endsBefore(previous, tag)) {
                entities.add(new TaggedEntity(previous.type(), begin, i - 1));
            }
            if (startsAt(previous, tag)) {
                begin = i;
            }
            previous = tag;
        }
        return new ArrayList<>(entities);
    }

    private static TagScheme.Tag parse(String tag) {
        if (tag.isEmpty()) {
            throw new IllegalArgumentException("tags: expected none to be empty");
        }
        char prefix =
                switch (tag.charAt(0)) {
                    case 'L' -> 'E';
                    case 'U' -> 'S';
                    default -> tag.charAt(0);
                };
        String rest = tag.substring(1);
        String type = rest.substring(rest.indexOf('-') + 1);
        return new TagScheme.Tag(prefix, type.isEmpty() ? "_" : type);
    }

    private static boolean endsBefore(TagScheme.Tag previous, TagScheme.Tag tag) {
        return previous.is("ES")
                || previous.is("BI") && tag.is("BSO")
                || !previous.is("O.") && !previous.sameType(tag);
    }

    private static boolean startsAt(TagScheme.Tag previous, TagScheme.Tag tag) {
        return tag.is("BS")
                || tag.is("EI") && previous.is("ESO")
                || !tag.is("O.") && !previous.sameType(tag);
    }
}
