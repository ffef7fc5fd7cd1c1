package xlmr.cuda;

import java.util.Arrays;
import xlmr.backend.AttentionShape;

/// Where the blocks of attention work: of each its sequence and its first row there, then where the
/// queries of each sequence begin, then its keys. One array, which goes to the device at once.
///
/// @param tiles T, the number of blocks for each head
/// @param sequences B
/// @param numbers `[2 T + 2 (B + 1)]`
record AttentionPlaces(int tiles, int sequences, int[] numbers) {
    /// Tiles of queries.
    ///
    /// @param rows of a tile
    static AttentionPlaces ofQueries(AttentionShape shape, int rows) {
        return of(shape, shape.starts(), rows);
    }

    /// Tiles of keys.
    ///
    /// @param rows of a tile
    static AttentionPlaces ofKeys(AttentionShape shape, int rows) {
        return of(shape, shape.keyStarts(), rows);
    }

    private static AttentionPlaces of(AttentionShape shape, int[] tiled, int rows) {
        int sequences = shape.sequences();
        int tiles = 0;
        for (int b = 0; b < sequences; b++) {
            tiles += Math.ceilDiv(tiled[b + 1] - tiled[b], rows);
        }
        int[] numbers = new int[2 * tiles + 2 * (sequences + 1)];
        int at = 0;
        for (int b = 0; b < sequences; b++) {
            for (int row = 0; row < tiled[b + 1] - tiled[b]; row += rows) {
                numbers[at++] = b;
                numbers[at++] = row;
            }
        }
        System.arraycopy(shape.starts(), 0, numbers, at, sequences + 1);
        System.arraycopy(shape.keyStarts(), 0, numbers, at + sequences + 1, sequences + 1);
        return new AttentionPlaces(tiles, sequences, numbers);
    }

    /// Bytes before the starts of the queries.
    long startsAt() {
        return 2L * Integer.BYTES * tiles;
    }

    /// Bytes before the starts of the keys.
    long keyStartsAt() {
        return startsAt() + (long) Integer.BYTES * (sequences + 1);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof AttentionPlaces places
                && tiles == places.tiles
                && sequences == places.sequences
                && Arrays.equals(numbers, places.numbers);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(numbers);
    }
}
