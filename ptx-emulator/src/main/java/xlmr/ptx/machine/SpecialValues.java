package xlmr.ptx.machine;

/// What the registers hold that the machine fills.
///
/// @param grid blocks of the launch
/// @param block threads of a block
/// @param position of the block in the grid, from 0
/// @param dynamicBytes dynamic shared memory
/// @param sharedBytes all shared memory
record SpecialValues(
        Dimensions grid, Dimensions block, int[] position, int dynamicBytes, int sharedBytes) {

    int value(String name, int warp, int lane) {
        int thread = warp * 32 + lane;
        return switch (name) {
            case "%tid.x" -> thread % block.x();
            case "%tid.y" -> thread / block.x() % block.y();
            case "%tid.z" -> thread / (block.x() * block.y());
            case "%ntid.x" -> block.x();
            case "%ntid.y" -> block.y();
            case "%ntid.z" -> block.z();
            case "%ctaid.x" -> position[0];
            case "%ctaid.y" -> position[1];
            case "%ctaid.z" -> position[2];
            case "%nctaid.x" -> grid.x();
            case "%nctaid.y" -> grid.y();
            case "%nctaid.z" -> grid.z();
            case "%laneid" -> lane;
            case "%warpid" -> warp;
            case "%nwarpid" -> (int) (block.count() + 31) / 32;
            case "%lanemask_eq" -> 1 << lane;
            case "%lanemask_lt" -> (1 << lane) - 1;
            case "%lanemask_le" -> (1 << lane) | (1 << lane) - 1;
            case "%lanemask_ge" -> -(1 << lane);
            case "%lanemask_gt" -> -(1 << lane) << 1;
            case "%dynamic_smem_size" -> dynamicBytes;
            case "%total_smem_size" -> sharedBytes;
            default -> throw new AssertionError("the parser let " + name + " through");
        };
    }
}
