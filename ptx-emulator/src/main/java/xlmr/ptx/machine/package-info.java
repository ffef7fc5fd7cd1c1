/// The machine that decoded kernels run on: warps and their divergence, blocks, memory with its
/// checks, counters.
@NullMarked
package xlmr.ptx.machine;

import org.jspecify.annotations.NullMarked;
