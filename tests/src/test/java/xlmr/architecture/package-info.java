/// Rules of the design that a compiler does not check.
@NullMarked
package xlmr.architecture;

import org.jspecify.annotations.NullMarked;
