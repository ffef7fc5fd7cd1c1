/// Names to arrays on disk. Knows no model.
@NullMarked
package xlmr.checkpoint;

import org.jspecify.annotations.NullMarked;
