package xlmr.cli;

import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import xlmr.backend.Backend;
import xlmr.backend.BackendChoice;
import xlmr.backend.Backends;

/// `--threads` and `--backend`, the same for every command that runs a model.
final class ComputeOptions {
    @Mixin private ThreadsOption threads;

    @Option(
            names = "--backend",
            paramLabel = "auto|vector|scalar",
            description =
                    "What computes. scalar is the slow reference. Default: auto, the fastest.")
    private Backends.Preference preference = Backends.Preference.AUTO;

    /// The backend, to be closed; a slow one with a warning.
    Backend open(Streams streams) {
        BackendChoice choice = choose();
        choice.warning().ifPresent(streams::warn);
        return choice.backend();
    }

    /// The backend and the reason for it.
    BackendChoice choose() {
        return Backends.create(preference, threads.count());
    }
}
