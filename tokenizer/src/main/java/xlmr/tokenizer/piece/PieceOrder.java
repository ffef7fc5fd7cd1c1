package xlmr.tokenizer.piece;

/// Sorts pieces by their bytes: three-way radix quicksort (Bentley and Sedgewick, Fast Algorithms
/// for Sorting and Searching Strings, 1997). It looks at each distinguishing byte about once.
final class PieceOrder {
    private static final int SMALL = 12;

    private final PieceTable pieces;
    private final int[] order;

    private PieceOrder(PieceTable pieces, int[] order) {
        this.pieces = pieces;
        this.order = order;
    }

    /// Sorts the first `count` ids of `order`; equal pieces end up side by side.
    static void sort(PieceTable pieces, int[] order, int count) {
        new PieceOrder(pieces, order).sort(0, count, 0);
    }

    /// Sorts `order[from .. to)`, whose pieces agree in their first `depth` bytes. The two smaller
    /// parts recurse and the largest continues in the loop, so the stack stays logarithmic whatever
    /// the file.
    private void sort(int from, int to, int depth) {
        while (to - from > SMALL) {
            int pivot = median(from, to, depth);
            int less = from;
            int greater = to;
            int i = from;
            while (i < greater) {
                int key = key(order[i], depth);
                if (key < pivot) {
                    swap(less++, i++);
                } else if (key > pivot) {
                    swap(i, --greater);
                } else {
                    i++;
                }
            }
            if (pivot < 0) { // the middle part ends here: all its pieces are equal
                from = greater;
                continue;
            }
            int left = less - from;
            int middle = greater - less;
            int right = to - greater;
            if (middle >= left && middle >= right) {
                sort(from, less, depth);
                sort(greater, to, depth);
                from = less;
                to = greater;
                depth++;
            } else if (left >= right) {
                sort(less, greater, depth + 1);
                sort(greater, to, depth);
                to = less;
            } else {
                sort(less, greater, depth + 1);
                sort(from, less, depth);
                from = greater;
            }
        }
        insertionSort(from, to, depth);
    }

    private void insertionSort(int from, int to, int depth) {
        for (int i = from + 1; i < to; i++) {
            int moving = order[i];
            int at = i;
            while (at > from && pieces.compareFrom(order[at - 1], moving, depth) > 0) {
                order[at] = order[at - 1];
                at--;
            }
            order[at] = moving;
        }
    }

    private int median(int from, int to, int depth) {
        int a = key(order[from], depth);
        int b = key(order[(from + to) >>> 1], depth);
        int c = key(order[to - 1], depth);
        return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
    }

    /// The byte at `depth`, or -1 after the end.
    private int key(int id, int depth) {
        return depth < pieces.length(id) ? pieces.byteAt(id, depth) : -1;
    }

    private void swap(int i, int j) {
        int kept = order[i];
        order[i] = order[j];
        order[j] = kept;
    }
}
