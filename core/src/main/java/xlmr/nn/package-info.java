/// Layers: parameters and the operations that use them.
@NullMarked
package xlmr.nn;

import org.jspecify.annotations.NullMarked;
