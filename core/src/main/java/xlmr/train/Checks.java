package xlmr.train;

/// What the numbers of a run have to be.
final class Checks {
    private Checks() {}

    /// @throws IllegalArgumentException naming what was expected, if it does not hold
    static void that(boolean holds, String what, String expected, Number found) {
        if (!holds) {
            throw new IllegalArgumentException(
                    "%s: expected %s, found %s".formatted(what, expected, found));
        }
    }
}
