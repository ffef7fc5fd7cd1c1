package xlmr.cuda;

/// Which kernel, over how many blocks of how many threads.
///
/// @param kernel its name
/// @param gridX blocks in the first direction
/// @param gridY blocks in the second
/// @param blockX threads of a block in the first direction
/// @param blockY threads in the second
/// @param sharedBytes dynamic shared memory of a block
record KernelLaunch(String kernel, int gridX, int gridY, int blockX, int blockY, int sharedBytes) {
    @Override
    public String toString() {
        return "%s<<<(%d, %d), (%d, %d), %d>>>"
                .formatted(kernel, gridX, gridY, blockX, blockY, sharedBytes);
    }
}
