/// Metrics on plain arrays, and what they mean.
@NullMarked
package xlmr.eval;

import org.jspecify.annotations.NullMarked;
