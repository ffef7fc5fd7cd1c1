/// Operations recorded on a tape, and the walk back over it.
@NullMarked
package xlmr.autograd;

import org.jspecify.annotations.NullMarked;
