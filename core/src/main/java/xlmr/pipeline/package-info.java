/// Text in, typed results out.
@NullMarked
package xlmr.pipeline;

import org.jspecify.annotations.NullMarked;
