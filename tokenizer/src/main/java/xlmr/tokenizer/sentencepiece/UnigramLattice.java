package xlmr.tokenizer.sentencepiece;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import xlmr.tokenizer.piece.PieceTrie;
import xlmr.tokenizer.piece.Utf8;

/// All segmentations of a text, and the best of them by A* from the end (`Lattice::NBest` of
/// `unigram_model.cc`): the priority of a partial path is its own sum and the best sum before it.
final class UnigramLattice {
    /// When so many partial paths wait, only the most promising are kept.
    private static final int MAX_AGENDA = 10_000;

    private static final int MIN_AGENDA = 512;

    /// What every path begins with; it waits its turn in the agenda like a piece.
    private static final Node BEGIN = new Node(-1, 0, 0, 0);

    private final int length;
    private final List<List<Node>> endingAt = new ArrayList<>();

    /// A piece at a place, with the best sum of a path from the beginning to its end.
    private static final class Node {
        final int id;
        final int start;
        final int end;
        final float score;
        float bestSum;

        Node(int id, int start, int end, float score) {
            this.id = id;
            this.start = start;
            this.end = end;
            this.score = score;
        }
    }

    /// A path from `node` to the end of the text.
    private record Path(@Nullable Node node, @Nullable Path next, float sum, float priority) {}

    /// A whole segmentation.
    record Segmentation(List<int[]> cuts, float score) {
        void appendTo(Cuts target) {
            for (int[] cut : cuts) {
                target.add(cut[0], cut[1]);
            }
        }
    }

    UnigramLattice(UnigramSegmenter model, NormalizedText text) {
        this.length = text.length;
        for (int i = 0; i <= length; i++) {
            endingAt.add(new ArrayList<>(0));
        }
        endingAt.get(0).add(BEGIN);
        int next;
        for (int start = 0; start < length; start = next) {
            next = Math.min(length, start + Utf8.lengthByLead(text.normalized[start] & 0xFF));
            boolean single = false;
            long unit = model.trie().root();
            for (int at = start; at < length; ) {
                unit = model.trie().child(unit, text.normalized[at++] & 0xFF);
                if (unit == 0) {
                    break;
                }
                int id = PieceTrie.value(unit);
                if (id >= 0) {
                    add(new Node(id, start, at, model.score(id)));
                    single |= at == next;
                }
            }
            if (!single) {
                int unknown = model.unknownId();
                add(new Node(unknown, start, next, model.score(unknown)));
            }
        }
    }

    private void add(Node node) {
        float best = 0;
        boolean first = true;
        for (Node before : endingAt.get(node.start)) {
            float sum = before.bestSum + node.score;
            if (first || sum > best) {
                best = sum;
                first = false;
            }
        }
        node.bestSum = best;
        endingAt.get(node.end).add(node);
    }

    /// The `count` best segmentations, the best first.
    List<Segmentation> best(int count) {
        List<Segmentation> found = new ArrayList<>();
        if (length == 0) {
            return List.of(new Segmentation(List.of(), 0));
        }
        Agenda agenda = new Agenda();
        agenda.push(new Path(null, null, 0, 0));
        while (agenda.size() > 0 && found.size() < count) {
            Path top = agenda.pop();
            if (top.node == BEGIN) {
                found.add(segmentation(top));
                continue;
            }
            int place = top.node == null ? length : top.node.start;
            for (Node node : endingAt.get(place)) {
                agenda.push(new Path(node, top, node.score + top.sum, node.bestSum + top.sum));
            }
            if (agenda.size() >= MAX_AGENDA) {
                agenda.shrinkTo(Math.min(MIN_AGENDA, count * 10));
            }
        }
        return found;
    }

    private static Segmentation segmentation(Path first) {
        List<int[]> cuts = new ArrayList<>();
        for (Path path = first.next; path != null && path.node != null; path = path.next) {
            cuts.add(new int[] {path.node.id, path.node.end});
        }
        return new Segmentation(cuts, first.priority);
    }

    /// A binary heap that breaks ties as `std::priority_queue` of libstdc++ does, for equal lists.
    private static final class Agenda {
        private final List<Path> heap = new ArrayList<>();

        int size() {
            return heap.size();
        }

        void push(Path path) {
            heap.add(path);
            siftUp(heap.size() - 1, path);
        }

        Path pop() {
            Path top = heap.getFirst();
            Path last = heap.removeLast();
            int size = heap.size();
            if (size == 0) {
                return top;
            }
            int hole = 0;
            for (int child = 2; child < size; child = 2 * hole + 2) {
                if (heap.get(child).priority < heap.get(child - 1).priority) {
                    child--;
                }
                heap.set(hole, heap.get(child));
                hole = child;
            }
            if (2 * hole + 2 == size) {
                heap.set(hole, heap.get(size - 1));
                hole = size - 1;
            }
            siftUp(hole, last);
            return top;
        }

        private void siftUp(int from, Path path) {
            int hole = from;
            while (hole > 0 && heap.get((hole - 1) / 2).priority < path.priority) {
                heap.set(hole, heap.get((hole - 1) / 2));
                hole = (hole - 1) / 2;
            }
            heap.set(hole, path);
        }

        void shrinkTo(int size) {
            List<Path> kept = new ArrayList<>();
            for (int i = 0; i < size; i++) {
                kept.add(pop());
            }
            heap.clear();
            kept.forEach(this::push);
        }
    }
}
