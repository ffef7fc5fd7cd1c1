package xlmr.tokenizer.sentencepiece;

import java.util.Arrays;

/// A segmentation: for each piece its id and where it ends in the normalized text.
final class Cuts {
    int size;
    int[] ids = new int[64];
    int[] ends = new int[64];

    void clear() {
        size = 0;
    }

    void add(int id, int end) {
        if (size == ids.length) {
            ids = Arrays.copyOf(ids, size * 2);
            ends = Arrays.copyOf(ends, size * 2);
        }
        ids[size] = id;
        ends[size++] = end;
    }

    /// Turns a list that was made from right to left.
    void reverse() {
        for (int i = 0, j = size - 1; i < j; i++, j--) {
            int id = ids[i];
            ids[i] = ids[j];
            ids[j] = id;
            int end = ends[i];
            ends[i] = ends[j];
            ends[j] = end;
        }
    }
}
