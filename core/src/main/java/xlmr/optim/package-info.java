/// AdamW, learning-rate schedules, clipping.
@NullMarked
package xlmr.optim;

import org.jspecify.annotations.NullMarked;
