/// Shape, dense contiguous storage, token batches. No arithmetic.
@NullMarked
package xlmr.tensor;

import org.jspecify.annotations.NullMarked;
