package xlmr.tokenizer.sentencepiece;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import xlmr.tokenizer.piece.PieceTrie;
import xlmr.tokenizer.piece.Utf8;

/// Byte-pair encoding (`bpe_model.cc`; Sennrich and others 2016): of all neighbours whose union is
/// a piece, those with the highest score are joined, the leftmost first. User-defined symbols stay
/// whole; an unused piece is cut again into the parts that it was joined from.
///
/// @param trie the normal, unused and user-defined pieces
/// @param symbols the user-defined symbols
/// @param scores by id
/// @param types [PieceType] numbers by id
/// @param unknownId the id of a character that is no piece
record BpeSegmenter(PieceTrie trie, PieceTrie symbols, float[] scores, byte[] types, int unknownId)
        implements Segmenter {
    @Override
    public void segment(Workspace workspace) {
        Merging merging = new Merging(this, workspace.text.normalized, workspace.text.length);
        merging.join();
        merging.write(workspace.cuts);
    }

    /// Two neighbours that can be joined; stale once one of them has changed its length.
    private record Pair(float score, int left, int right, int bytes) implements Comparable<Pair> {
        @Override
        public int compareTo(Pair other) {
            return score != other.score
                    ? Float.compare(other.score, score)
                    : Integer.compare(left, other.left);
        }
    }

    /// A range of the text.
    private record Range(int start, int end) {}

    /// The symbols of one text as a linked list that shrinks.
    private static final class Merging {
        private final BpeSegmenter model;
        private final byte[] text;
        private final PriorityQueue<Pair> agenda = new PriorityQueue<>();
        private final Map<String, Integer> unusedSplits = new HashMap<>();
        private int count;
        private int[] starts = new int[64];
        private int[] lengths = new int[64];
        private int[] previous = new int[64];
        private int[] next = new int[64];
        private boolean[] frozen = new boolean[64];

        Merging(BpeSegmenter model, byte[] text, int length) {
            this.model = model;
            this.text = text;
            int at = 0;
            while (at < length) {
                int symbol = model.symbols.longestPrefix(text, at, length);
                int bytes =
                        symbol > 0
                                ? symbol
                                : Math.min(length - at, Utf8.lengthByLead(text[at] & 0xFF));
                add(at, bytes, symbol > 0);
                at += bytes;
            }
            if (count > 0) {
                next[count - 1] = -1;
            }
        }

        private void add(int start, int length, boolean freeze) {
            if (count == starts.length) {
                int capacity = count * 2;
                starts = Arrays.copyOf(starts, capacity);
                lengths = Arrays.copyOf(lengths, capacity);
                previous = Arrays.copyOf(previous, capacity);
                next = Arrays.copyOf(next, capacity);
                frozen = Arrays.copyOf(frozen, capacity);
            }
            starts[count] = start;
            lengths[count] = length;
            previous[count] = count - 1;
            next[count] = count + 1;
            frozen[count++] = freeze;
        }

        void join() {
            for (int i = 1; i < count; i++) {
                offer(i - 1, i);
            }
            for (Pair top = agenda.poll(); top != null; top = agenda.poll()) {
                int left = top.left;
                int right = top.right;
                if (lengths[left] == 0
                        || lengths[right] == 0
                        || lengths[left] + lengths[right] != top.bytes) {
                    continue;
                }
                lengths[left] = top.bytes;
                lengths[right] = 0;
                next[left] = next[right];
                if (next[right] >= 0) {
                    previous[next[right]] = left;
                }
                offer(previous[left], left);
                offer(left, next[left]);
            }
        }

        private void offer(int left, int right) {
            if (left < 0 || right < 0 || frozen[left] || frozen[right]) {
                return;
            }
            int start = starts[left];
            int end = start + lengths[left] + lengths[right];
            int id = model.trie.find(text, start, end);
            if (id < 0) {
                return;
            }
            agenda.add(new Pair(model.scores[id], left, right, end - start));
            if (model.types[id] == PieceType.UNUSED) {
                unusedSplits.put(textOf(start, end), lengths[left]);
            }
        }

        void write(Cuts cuts) {
            Deque<Range> pending = new ArrayDeque<>();
            for (int i = count == 0 ? -1 : 0; i >= 0; i = next[i]) {
                pending.push(new Range(starts[i], starts[i] + lengths[i]));
                while (!pending.isEmpty()) {
                    Range range = pending.pop();
                    int id = model.trie.find(text, range.start, range.end);
                    Integer split =
                            id >= 0 && model.types[id] == PieceType.UNUSED
                                    ? unusedSplits.get(textOf(range.start, range.end))
                                    : null;
                    if (split == null) {
                        cuts.add(id >= 0 ? id : model.unknownId, range.end);
                    } else {
                        pending.push(new Range(range.start + split, range.end));
                        pending.push(new Range(range.start, range.start + split));
                    }
                }
            }
        }

        private String textOf(int start, int end) {
            return new String(text, start, end - start, StandardCharsets.UTF_8);
        }
    }
}
