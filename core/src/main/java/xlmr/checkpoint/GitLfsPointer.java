package xlmr.checkpoint;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/// What a clone without Git LFS holds in the place of a large file.
final class GitLfsPointer {
    private static final MemorySegment BEGIN =
            MemorySegment.ofArray("version https://git-lfs".getBytes(StandardCharsets.US_ASCII));

    private GitLfsPointer() {}

    /// @throws CheckpointException if the file is a pointer
    static void refuse(String source, MemorySegment file) {
        long length = BEGIN.byteSize();
        if (file.byteSize() >= length && file.asSlice(0, length).mismatch(BEGIN) < 0) {
            throw new CheckpointException(
                    source, "a Git LFS pointer, not the file itself", "run git lfs pull");
        }
    }
}
