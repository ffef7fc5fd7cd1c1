package xlmr.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.TreeMap;

/// The pinned memory of the fake driver.
final class FakePinned {
    private record Piece(Arena arena, MemorySegment memory) {}

    private final TreeMap<Long, Piece> pieces = new TreeMap<>();

    MemorySegment allocate(long bytes) {
        Arena arena = Arena.ofShared();
        MemorySegment memory = arena.allocate(bytes, 64);
        pieces.put(memory.address(), new Piece(arena, memory));
        return memory;
    }

    /// Gives a piece back.
    ///
    /// @return whether there is one at this address
    boolean free(long address) {
        Piece piece = pieces.remove(address);
        if (piece != null) {
            piece.arena().close();
        }
        return piece != null;
    }

    /// Bytes of a piece.
    ///
    /// @throws IllegalArgumentException where they are not pinned
    MemorySegment find(long address, long bytes) {
        Map.Entry<Long, Piece> entry = pieces.floorEntry(address);
        if (entry == null
                || address + bytes > entry.getKey() + entry.getValue().memory().byteSize()) {
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
