package xlmr.hub;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Files of a revision, fetched as they are asked for. The first answer says which commit the
/// revision is; all others are asked at that commit, so that all files fit each other.
final class OnlineSnapshot implements Snapshot {
    private final HubClient client;
    private final HubSettings settings;
    private final HubListener listener;
    private final RepositoryName repository;
    private final String revision;
    private final HubCache cache;
    private final RetryPolicy firstRequest;
    private @Nullable String commit;
    private boolean announced;

    /// @param firstRequest how often the first request is repeated
    OnlineSnapshot(
            HubClient client,
            HubSettings settings,
            HubListener listener,
            RepositoryName repository,
            String revision,
            RetryPolicy firstRequest) {
        this.client = client;
        this.settings = settings;
        this.listener = listener;
        this.repository = repository;
        this.revision = revision;
        this.cache = new HubCache(settings.cache(), repository);
        this.firstRequest = firstRequest;
        this.commit = RemoteNames.isCommit(revision) ? revision : null;
    }

    @Override
    public Optional<Path> find(String name) {
        String file = RemoteNames.file(repository.toString(), name);
        String known = commit;
        if (known != null) {
            Optional<Path> cached = cache.find(known, file);
            if (cached.isPresent() || cache.isKnownMissing(known, file)) {
                return cached;
            }
        }
        try {
            return fetch(new FileAddress(repository, known == null ? revision : known, file));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HubException(
                    HubException.Kind.INTERRUPTED, repository.toString(), "interrupted", "", e);
        }
    }

    /// The folder of the commit, noted as what the revision means now; empty if no answer has said
    /// which commit it is.
    Optional<Path> finish() {
        String known = commit;
        if (known == null) {
            return Optional.empty();
        }
        cache.remember(revision, known);
        return Optional.of(cache.snapshot(known));
    }

    /// Fetches a file, and once more from its announcement on if what comes is not what was
    /// announced: it may have changed in between, or a part from an earlier try may be damaged.
    private Optional<Path> fetch(FileAddress address) throws InterruptedException {
        BlobDownload download = new BlobDownload(client, settings, listener);
        for (boolean again = false; ; again = true) {
            RemoteFile remote = look(address).orElse(null);
            if (remote == null) {
                return Optional.empty();
            }
            Optional<Path> cached = cache.find(remote.commit(), address.file());
            if (cached.isPresent()) {
                return cached;
            }
            FileAddress pinned = new FileAddress(repository, remote.commit(), address.file());
            announce();
            try {
                download.fetch(pinned, remote, cache);
                return Optional.of(cache.publish(remote.commit(), remote.name(), remote.etag()));
            } catch (BlobDownload.Mismatch e) {
                if (again) {
                    throw new HubException(
                            HubException.Kind.DAMAGED,
                            address.toString(),
                            e.getMessage() + ", twice",
                            "try again; if that does not help, the server or a proxy on the way"
                                    + " changes files",
                            e);
                }
                listener.notice("%s: %s; starting it over".formatted(address, e.getMessage()));
            }
        }
    }

    /// What the Hub says about a file; empty if it does not have it.
    private Optional<RemoteFile> look(FileAddress address) throws InterruptedException {
        RetryPolicy policy = commit == null ? firstRequest : settings.retries();
        Retries retries = new Retries(policy, address, listener);
        while (true) {
            try {
                return switch (client.look(address)) {
                    case HubClient.Answer.Found(RemoteFile file) -> {
                        pin(address, file.commit());
                        yield Optional.of(file);
                    }
                    case HubClient.Answer.Missing(Optional<String> at) -> {
                        at.ifPresent(found -> pin(address, found));
                        String known = commit;
                        if (known != null) {
                            cache.rememberMissing(known, address.file());
                        }
                        yield Optional.empty();
                    }
                };
            } catch (PassingFailure e) {
                retries.failed(e);
            }
        }
    }

    private void pin(FileAddress address, String found) {
        String known = commit;
        if (known != null && !known.equals(found)) {
            throw new HubException(
                    HubException.Kind.DAMAGED,
                    address.toString(),
                    "the server answers with another commit, " + found,
                    "try again; if that does not help, check HF_ENDPOINT and proxy");
        }
        commit = found;
    }

    private void announce() {
        if (!announced) {
            announced = true;
            listener.notice(
                    "downloading %s (%s) from %s"
                            .formatted(repository, revision, settings.endpoint()));
        }
    }
}
