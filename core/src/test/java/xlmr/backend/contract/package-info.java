/// What every backend must do, as one list of cases that runs over all of them. The expected
/// numbers are statements of the formulas in double precision, gradients by finite differences of
/// those; where that would take too long, the scalar backend is the oracle.
@NullMarked
package xlmr.backend.contract;

import org.jspecify.annotations.NullMarked;
