package xlmr.ptx.syntax;

import java.util.Optional;

/// Where a variable lies and an access goes.
public enum StateSpace {
    GENERIC,
    GLOBAL,
    SHARED,
    LOCAL,
    CONST,
    PARAM;

    /// The space of that name, without its dot; what follows `::` (as in `shared::cta`) is the
    /// plain space.
    public static Optional<StateSpace> named(String name) {
        return switch (name) {
            case "global" -> Optional.of(GLOBAL);
            case "shared", "shared::cta" -> Optional.of(SHARED);
            case "local" -> Optional.of(LOCAL);
            case "const" -> Optional.of(CONST);
            case "param", "param::entry", "param::func" -> Optional.of(PARAM);
            default -> Optional.empty();
        };
    }

    @Override
    public String toString() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
