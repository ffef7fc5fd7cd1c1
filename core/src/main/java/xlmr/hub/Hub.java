package xlmr.hub;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// Models from the Hugging Face Hub:
///
/// ```java
/// Path directory = Hub.fromEnvironment().model("FacebookAI/xlm-roberta-base");
/// ```
///
/// Files are kept in the cache that Python's huggingface_hub uses, in the same layout, so that each
/// finds what the other has fetched. A model that is there costs one request, which asks whether it
/// has changed; none if the revision is a full commit, or offline. A server that does not answer is
/// no error as long as the cache has the model.
///
/// Instances hold no connection and may be used by many threads.
public final class Hub {
    /// The branch that is taken where none is named.
    public static final String DEFAULT_REVISION = "main";

    private final HubSettings settings;
    private final HubListener listener;

    private Hub(HubSettings settings, HubListener listener) {
        this.settings = settings;
        this.listener = listener;
    }

    /// The Hub with token, cache and address as the variables `HF_TOKEN`, `HF_HOME`, `HF_ENDPOINT`
    /// and so on say; see [HubSettings#from].
    ///
    /// @throws HubException if one of them is not valid
    public static Hub fromEnvironment() {
        return of(HubSettings.from(System.getenv()));
    }

    /// The Hub with settings of one's own.
    public static Hub of(HubSettings settings) {
        return new Hub(settings, HubListener.SILENT);
    }

    /// The same, and somebody hears what it does.
    public Hub withListener(HubListener value) {
        return new Hub(settings, value);
    }

    /// The directory of a model's branch `main`; see [#model(String, String)].
    public Path model(String name) {
        return model(name, DEFAULT_REVISION);
    }

    /// The directory with a model: configuration, weights (safetensors before PyTorch before
    /// TensorFlow), tokenizer and the files of sentence-transformers. What is missing is fetched.
    ///
    /// @param name `organization/name`
    /// @param revision a branch, tag or commit
    /// @throws HubException if it cannot be had
    public Path model(String name, String revision) {
        return snapshot(name, revision, ModelFiles::whole);
    }

    /// The directory with a model's tokenizer, without the weights.
    ///
    /// @param name `organization/name`
    /// @param revision a branch, tag or commit
    /// @throws HubException if it cannot be had
    public Path tokenizer(String name, String revision) {
        return snapshot(name, revision, ModelFiles::tokenizer);
    }

    /// The directory with files that are named, whatever they are, in `directory.resolve(file)`.
    ///
    /// @param name `organization/name`
    /// @param revision a branch, tag or commit
    /// @param files names in the repository, `folder/file` for one in a folder
    /// @throws HubException if one of them cannot be had
    public Path files(String name, String revision, List<String> files) {
        files.forEach(file -> RemoteNames.file(name, file));
        return snapshot(
                name,
                revision,
                snapshot ->
                        files.stream()
                                .filter(file -> snapshot.find(file).isEmpty())
                                .findFirst()
                                .map("no file '%s'"::formatted));
    }

    /// @param missing asks a snapshot for files, and says what it lacks
    private Path snapshot(
            String name, String revision, Function<Snapshot, Optional<String>> missing) {
        RepositoryName repository = new RepositoryName(name);
        RemoteNames.revision(revision);
        HubCache cache = new HubCache(settings.cache(), repository);
        Optional<CachedSnapshot> cached = CachedSnapshot.of(cache, revision);
        Optional<String> missingInCache =
                cached.isEmpty() ? Optional.of("nothing of it") : missing.apply(cached.get());
        boolean usable = missingInCache.isEmpty();
        if (settings.offline()) {
            return cached.filter(snapshot -> usable)
                    .map(snapshot -> cache.snapshot(snapshot.commit()))
                    .orElseThrow(() -> offline(repository, revision, missingInCache.orElse("")));
        }
        try (HubClient client = new HubClient(settings)) {
            RetryPolicy first = usable ? settings.retries().once() : settings.retries();
            OnlineSnapshot online =
                    new OnlineSnapshot(client, settings, listener, repository, revision, first);
            Optional<String> lacking = missing.apply(online);
            if (lacking.isPresent()) {
                throw incomplete(repository, revision, lacking.get());
            }
            return online.finish().orElseThrow(() -> incomplete(repository, revision, "nothing"));
        } catch (HubException e) {
            if (e.kind() != HubException.Kind.UNREACHABLE || !usable) {
                throw e;
            }
            listener.notice(e.problem() + "; taking what the cache has");
            return cache.snapshot(cached.get().commit());
        }
    }

    private HubException offline(RepositoryName repository, String revision, String lacking) {
        return new HubException(
                HubException.Kind.OFFLINE,
                "%s (%s)".formatted(repository, revision),
                "the network must not be used (HF_HUB_OFFLINE), and the cache %s has %s"
                        .formatted(settings.cache(), lacking),
                "unset HF_HUB_OFFLINE, or fetch it before with: xlmr download " + repository);
    }

    private HubException incomplete(RepositoryName repository, String revision, String lacking) {
        return new HubException(
                HubException.Kind.NOT_FOUND,
                "%s (%s)".formatted(repository, revision),
                "the repository has " + lacking,
                "see %s/%s/tree/%s for its files"
                        .formatted(settings.endpoint(), repository, revision));
    }
}
