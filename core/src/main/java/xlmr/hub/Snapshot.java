package xlmr.hub;

import java.nio.file.Path;
import java.util.Optional;

/// The files of a repository at one commit.
interface Snapshot {
    /// A file of it on disk; empty if there is none of that name.
    ///
    /// @param file a name that may come from a stranger
    Optional<Path> find(String file);
}
