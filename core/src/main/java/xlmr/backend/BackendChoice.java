package xlmr.backend;

import java.util.Optional;

/// Which backend was taken.
///
/// @param backend to compute on; the owner closes it
/// @param reason one line: which, and why
/// @param warning that it is slower than it could be, with the remedy
public record BackendChoice(Backend backend, String reason, Optional<String> warning) {}
