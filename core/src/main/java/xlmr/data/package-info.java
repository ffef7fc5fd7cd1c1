/// Examples from files, and their collation into token batches.
@NullMarked
package xlmr.data;

import org.jspecify.annotations.NullMarked;
