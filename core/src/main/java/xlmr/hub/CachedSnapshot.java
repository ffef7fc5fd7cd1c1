package xlmr.hub;

import java.nio.file.Path;
import java.util.Optional;

/// What the cache has of a revision.
///
/// @param cache of the repository
/// @param commit that the revision meant when it was last looked up
record CachedSnapshot(HubCache cache, String commit) implements Snapshot {
    /// Empty if the cache knows nothing of the revision.
    static Optional<CachedSnapshot> of(HubCache cache, String revision) {
        return cache.commit(revision).map(commit -> new CachedSnapshot(cache, commit));
    }

    @Override
    public Optional<Path> find(String file) {
        return cache.find(commit, RemoteNames.file(cache.snapshot(commit).toString(), file));
    }
}
