/// The backends that run on the processor: a scalar reference and the Vector API.
@NullMarked
package xlmr.backend.cpu;

import org.jspecify.annotations.NullMarked;
