package xlmr.tokenizer.piece;

import java.util.Arrays;
import xlmr.tokenizer.TokenizerException;

/// Builds a [PieceTrie] from sorted pieces, parents before children. Places for children are looked
/// for in the newest blocks only (as darts-clone does), so that building takes time linear in the
/// bytes.
final class PieceTrieBuilder {
    private static final int BLOCK = 256;
    private static final int OPEN_BLOCKS = 16;
    private static final int OPEN_SLOTS = BLOCK * OPEN_BLOCKS;

    /// Tries at open slots before a node with several children takes a new block.
    private static final int MAX_TRIES = 96;

    private final PieceTable pieces;
    private final int[] order;
    private final int count;

    private long[] units;
    private long[] usedBases;
    private int blocks;
    private int firstDuplicate = -1;

    /// Circular list of the free slots in the open blocks, kept by slot modulo OPEN_SLOTS.
    private final int[] nextFree = new int[OPEN_SLOTS];

    private final int[] previousFree = new int[OPEN_SLOTS];
    private int firstFree = -1;

    /// Ranges of sorted pieces still to be placed: from, to, depth, unit.
    private int[] pending = new int[1024];

    private int pendingSize;
    private final int[] labels = new int[BLOCK];
    private final int[] labelStarts = new int[BLOCK + 1];

    PieceTrieBuilder(PieceTable pieces, int[] ids, int count) {
        this.pieces = pieces;
        this.order = ids;
        this.count = count;
        this.units = new long[Math.max(4, count / 64) * BLOCK];
        this.usedBases = new long[units.length / 64];
    }

    PieceTrie build() {
        PieceOrder.sort(pieces, order, count);
        addBlock();
        take(0, PieceTrie.LABEL_MASK); // the root; base 0 belongs to no node: it is that of leaves
        usedBases[0] |= 1;
        if (count > 0) {
            push(0, count, 0, 0);
        }
        while (pendingSize > 0) {
            pendingSize -= 4;
            place(
                    pending[pendingSize],
                    pending[pendingSize + 1],
                    pending[pendingSize + 2],
                    pending[pendingSize + 3]);
        }
        return new PieceTrie(Arrays.copyOf(units, blocks * BLOCK), firstDuplicate);
    }

    /// Gives the unit of pieces `from .. to`, which agree in `depth` bytes, its value and its
    /// children.
    private void place(int from, int to, int depth, int unit) {
        int at = from;
        int value = -1;
        while (at < to && pieces.length(order[at]) == depth) {
            if (value >= 0 && firstDuplicate < 0) {
                firstDuplicate = order[at];
            }
            value = Math.max(value, order[at++]);
        }
        units[unit] |= (long) (value + 1) << PieceTrie.VALUE_SHIFT;
        if (at == to) {
            return;
        }
        int children = 0;
        int last = -1;
        for (int i = at; i < to; i++) {
            int label = pieces.byteAt(order[i], depth);
            if (label != last) {
                labels[children] = label;
                labelStarts[children++] = i;
                last = label;
            }
        }
        labelStarts[children] = to;
        int base = findBase(children);
        usedBases[base >> 6] |= 1L << base;
        units[unit] |= (long) base << PieceTrie.LABEL_BITS;
        for (int i = children - 1; i >= 0; i--) {
            int child = base ^ labels[i];
            take(child, labels[i] + 1);
            push(labelStarts[i], labelStarts[i + 1], depth + 1, child);
        }
    }

    /// A base that no node has and at which the slots of all labels are free.
    private int findBase(int children) {
        int slot = firstFree;
        for (int tries = 0; slot >= 0 && tries < MAX_TRIES; tries++) {
            int base = slot ^ labels[0];
            if ((usedBases[base >> 6] >>> base & 1) == 0 && allFree(base, children)) {
                return base;
            }
            slot = nextFree[slot % OPEN_SLOTS];
            if (slot == firstFree) {
                break;
            }
        }
        int base = blocks * BLOCK;
        addBlock();
        return base;
    }

    private boolean allFree(int base, int children) {
        for (int i = 1; i < children; i++) {
            if (units[base ^ labels[i]] != 0) {
                return false;
            }
        }
        return true;
    }

    private void addBlock() {
        int start = blocks * BLOCK;
        if (start + BLOCK > PieceTrie.BASE_MASK) {
            throw new TokenizerException("the vocabulary is too large for the trie");
        }
        if (start + BLOCK > units.length) {
            units = Arrays.copyOf(units, units.length * 2);
            usedBases = Arrays.copyOf(usedBases, units.length / 64);
        }
        if (blocks >= OPEN_BLOCKS) {
            closeBlock(blocks - OPEN_BLOCKS);
        }
        blocks++;
        for (int slot = start; slot < start + BLOCK; slot++) {
            release(slot);
        }
    }

    private void closeBlock(int block) {
        for (int slot = block * BLOCK; slot < (block + 1) * BLOCK; slot++) {
            if (units[slot] == 0) {
                unlink(slot);
            }
        }
    }

    /// Adds a slot at the end of the free list.
    private void release(int slot) {
        if (firstFree < 0) {
            firstFree = slot;
            nextFree[slot % OPEN_SLOTS] = slot;
            previousFree[slot % OPEN_SLOTS] = slot;
            return;
        }
        int last = previousFree[firstFree % OPEN_SLOTS];
        nextFree[last % OPEN_SLOTS] = slot;
        previousFree[slot % OPEN_SLOTS] = last;
        nextFree[slot % OPEN_SLOTS] = firstFree;
        previousFree[firstFree % OPEN_SLOTS] = slot;
    }

    /// Occupies a free slot with a label.
    private void take(int slot, int label) {
        if (slot / BLOCK >= blocks - OPEN_BLOCKS) {
            unlink(slot);
        }
        units[slot] = label;
    }

    private void unlink(int slot) {
        int next = nextFree[slot % OPEN_SLOTS];
        if (next == slot) {
            firstFree = -1;
            return;
        }
        int previous = previousFree[slot % OPEN_SLOTS];
        nextFree[previous % OPEN_SLOTS] = next;
        previousFree[next % OPEN_SLOTS] = previous;
        if (firstFree == slot) {
            firstFree = next;
        }
    }

    private void push(int from, int to, int depth, int unit) {
        if (pendingSize + 4 > pending.length) {
            pending = Arrays.copyOf(pending, pending.length * 2);
        }
        pending[pendingSize++] = from;
        pending[pendingSize++] = to;
        pending[pendingSize++] = depth;
        pending[pendingSize++] = unit;
    }
}
