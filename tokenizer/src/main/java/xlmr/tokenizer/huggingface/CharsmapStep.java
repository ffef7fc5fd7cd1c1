package xlmr.tokenizer.huggingface;

import java.util.Arrays;
import xlmr.tokenizer.piece.Utf8;
import xlmr.tokenizer.sentencepiece.Charsmap;

/// The charsmap as tokenizers applies it (`Precompiled`): a grapheme cluster of less than six bytes
/// is replaced whole by its shortest prefix that has a rule; otherwise each character by itself.
/// C++ SentencePiece takes the longest match anywhere; about one line in a thousand differs.
///
/// What a character stands for follows `NormalizedString::transform`, its slips included: of
/// several characters that become fewer, only the first counts.
record CharsmapStep(Charsmap charsmap) implements NormalizerStep {
    /// Clusters of this many bytes and more are normalized character by character.
    private static final int LONG_CLUSTER = 6;

    @Override
    public void apply(AlignedText source, int from, int to, AlignedText target) {
        int plain = plainPrefix(source, from, to);
        if (plain == to) {
            target.append(source, from, to);
            return;
        }
        Changes changes = new Changes(to - from);
        int at = from;
        while (at < to) {
            int end = GraphemeClusters.end(source.bytes, at, to);
            changes.addCluster(charsmap, source, at, end);
            at = end;
        }
        if (changes.modified) {
            changes.write(source, from, to, target);
        } else {
            target.append(source, from, to);
        }
    }

    /// Up to where nothing changes and no cluster has two characters.
    private int plainPrefix(AlignedText source, int from, int to) {
        int at = from;
        while (at < to) {
            int c = source.codePointAt(at);
            if (!GraphemeClusters.standsAlone(c) || charsmap.mayBeRule(c)) {
                break;
            }
            at = source.next(at);
        }
        return at;
    }

    /// The characters of the result and, as in the reference, how their number changes: 1 for one
    /// more than before, 0 for one that replaces one, -n if n characters after it vanish.
    private static final class Changes {
        int[] characters;
        int[] changes;
        int size;
        boolean modified;

        Changes(int bytes) {
            characters = new int[bytes];
            changes = new int[bytes];
        }

        void addCluster(Charsmap charsmap, AlignedText source, int from, int to) {
            if (to - from < LONG_CLUSTER) {
                long rule = charsmap.shortest(source.bytes, from, to);
                if (rule != 0) {
                    replace(charsmap, rule, count(source, from, to));
                    return;
                }
            }
            for (int at = from; at < to; at = source.next(at)) {
                int c = source.codePointAt(at);
                long rule =
                        charsmap.mayBeRule(c)
                                ? charsmap.shortest(source.bytes, at, source.next(at))
                                : 0;
                if (rule != 0) {
                    replace(charsmap, rule, 1);
                } else {
                    add(c, 0);
                }
            }
        }

        private static int count(AlignedText source, int from, int to) {
            int count = 0;
            for (int at = from; at < to; at = source.next(at)) {
                count++;
            }
            return count;
        }

        private void replace(Charsmap charsmap, long rule, int oldCount) {
            modified = true;
            byte[] bytes = charsmap.bytes();
            int start = Charsmap.replacement(rule);
            int end = start;
            while (bytes[end] != 0) {
                end++;
            }
            int newCount = 0;
            for (int at = start; at < end; newCount++) {
                add(AlignedText.codePointAt(bytes, at, end), newCount < oldCount ? 0 : 1);
                at += Math.max(1, Utf8.characterLength(bytes, at, end));
            }
            if (newCount < oldCount && size > 0) {
                changes[size - 1] += newCount - oldCount;
            }
        }

        private void add(int character, int change) {
            if (size == characters.length) {
                characters = Arrays.copyOf(characters, size * 2 + 16);
                changes = Arrays.copyOf(changes, size * 2 + 16);
            }
            characters[size] = character;
            changes[size++] = change;
        }

        void write(AlignedText source, int from, int to, AlignedText target) {
            int at = from;
            for (int i = 0; i < size; i++) {
                boolean inserted = changes[i] > 0;
                int model = Math.min(inserted ? at - 1 : at, to - 1);
                if (model < from) {
                    target.append(characters[i], source.begins[from], source.begins[from]);
                } else {
                    target.append(characters[i], source.begins[model], source.ends[model]);
                }
                for (int skip = inserted ? 0 : 1 - changes[i]; skip > 0 && at < to; skip--) {
                    at = source.next(at);
                }
            }
        }
    }
}
