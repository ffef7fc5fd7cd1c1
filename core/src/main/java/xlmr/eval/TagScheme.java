package xlmr.eval;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/// How tags mark where entities begin and end: `B-PER` begins a person, `I-PER` is inside one, `E-`
/// or `L-` its last word, `S-` or `U-` one of a single word, `O` outside. Entities are read by a
/// scheme strictly: what breaks its rules is no entity. [EntityTags#lenient] reads everything.
///
/// The rules are those of seqeval 1.2.2 in strict mode.
public enum TagScheme {
    /// Every entity begins with I; with B only right after another of its type.
    IOB1("IOB"),
    /// Every entity begins with B.
    IOB2("IOB"),
    /// Every entity ends with E.
    IOE2("IOE"),
    /// Begins with B and ends with E; a single word is S.
    IOBES("IOBES"),
    /// Begins with B and ends with L; a single word is U.
    BILOU("BILOU");

    private final String prefixes;

    TagScheme(String prefixes) {
        this.prefixes = prefixes;
    }

    /// A tag taken apart.
    ///
    /// @param prefix the letter before the dash
    record Tag(char prefix, String type) {

        static final Tag OUTSIDE = new Tag('O', "_");

        boolean is(String letters) {
            return letters.indexOf(prefix) >= 0;
        }

        boolean sameType(Tag other) {
            return type.equals(other.type);
        }
    }

    /// The entities of one sentence.
    ///
    /// @throws IllegalArgumentException if a tag has a prefix that the scheme does not know
    public List<TaggedEntity> entities(List<String> tags) {
        List<Tag> parts = new ArrayList<>(tags.size() + 1);
        for (String tag : tags) {
            parts.add(parse(tag));
        }
        parts.add(Tag.OUTSIDE);
        List<TaggedEntity> entities = new ArrayList<>();
        Tag previous = Tag.OUTSIDE;
        int i = 0;
        while (i < tags.size()) {
            Tag first = parts.get(i);
            int end = i + 1;
            if (starts(previous, first)) {
                while (continues(parts.get(end - 1), parts.get(end))) {
                    end++;
                }
                if (ends(parts.get(end - 1), parts.get(end))) {
                    entities.add(new TaggedEntity(first.type(), i, end - 1));
                }
            }
            i = end;
            previous = parts.get(i - 1);
        }
        return entities;
    }

    private Tag parse(String tag) {
        if (tag.isEmpty() || prefixes.indexOf(tag.charAt(0)) < 0) {
            throw new IllegalArgumentException(
                    "tags: expected one of the scheme %s, with a prefix of %s, found '%s'"
                            .formatted(name(), String.join(", ", prefixes.split("")), tag));
        }
        String type = tag.substring(1).replaceAll("^-+|-+$", "");
        return new Tag(tag.charAt(0), type.isEmpty() ? "_" : type);
    }

    private boolean starts(Tag previous, Tag tag) {
        boolean inside = previous.is("I") && previous.sameType(tag);
        return switch (this) {
            case IOB1 ->
                    tag.is("I") && !inside
                            || tag.is("B") && previous.is("IB") && previous.sameType(tag);
            case IOB2 -> tag.is("B");
            case IOE2 -> tag.is("IE") && !inside;
            case IOBES -> tag.is("BS");
            case BILOU -> tag.is("BU");
        };
    }

    private boolean continues(Tag previous, Tag tag) {
        boolean open =
                switch (this) {
                    case IOB1, IOB2 -> tag.is("I") && previous.is("BI");
                    case IOE2 -> tag.is("IE") && previous.is("I");
                    case IOBES -> tag.is("IE") && previous.is("BI");
                    case BILOU -> tag.is("IL") && previous.is("BI");
                };
        return open && previous.sameType(tag);
    }

    private boolean ends(Tag last, Tag next) {
        return switch (this) {
            case IOB1 -> !next.is("B") || last.is("I") || last.sameType(next);
            case IOB2 -> true;
            case IOE2 -> last.is("E");
            case IOBES -> last.is("ES");
            case BILOU -> last.is("LU");
        };
    }

    /// Whether these tags mark entities, as `O`, `B-PER`, `I-PER` do and `NOUN`, `VERB` do not.
    public static boolean areEntityTags(Collection<String> tags) {
        return tags.stream().allMatch(tag -> tag.matches("[OBIESLU]|[BIESLU]-.+"))
                && tags.stream().anyMatch(tag -> tag.matches("[BIESLU]-.+|[BI]"));
    }
}
