/// The numeric primitives that a device offers, and how one is chosen.
@NullMarked
package xlmr.backend;

import org.jspecify.annotations.NullMarked;
