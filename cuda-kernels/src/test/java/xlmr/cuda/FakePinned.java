package xlmr.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.TreeMap;

/// The pinned memory of the fake driver.
final class FakePinned {
    private static final class Piece {
        private final Arena arena = Arena.ofShared();
        private final MemorySegment memory;

        Piece(long bytes) {
            memory = arena.allocate(bytes, 64);
        }
    }

    private final TreeMap<Long, Piece> pieces = new TreeMap<>();

    MemorySegment allocate(long bytes) {
        Piece piece = new Piece(bytes);
        pieces.put(piece.memory.address(), piece);
        return piece.memory;
    }

    /// Gives a piece back.
    ///
    /// @return whether there is one at this address
    boolean free(long address) {
        Piece piece = pieces.remove(address);
        if (piece != null) {
            piece.arena.close();
        }
        return piece != null;
    }

    /// Bytes of a piece.
    ///
    /// @throws IllegalArgumentException where they are not pinned
    MemorySegment find(long address, long bytes) {
        Map.Entry<Long, Piece> entry = pieces.floorEntry(address);
        if (entry == null
                || address + bytes > entry.getKey() + entry.getValue().memory.byteSize()) {
            throw new IllegalArgumentException(
                    "%d bytes at 0x%x are not pinned".formatted(bytes, address));
        }
        return MemorySegment.ofAddress(address).reinterpret(bytes);
    }

    /// Pieces that were not given back.
    int left() {
        return pieces.size();
    }
}
