/// The training loop.
@NullMarked
package xlmr.train;

import org.jspecify.annotations.NullMarked;
