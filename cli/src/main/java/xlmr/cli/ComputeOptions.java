package xlmr.cli;

import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import xlmr.backend.Backend;
import xlmr.backend.BackendChoice;
import xlmr.backend.Backends;
import xlmr.backend.DevicePreference;

/// `--threads`, `--device` and `--backend`, the same for every command that runs a model.
final class ComputeOptions {
    @Mixin private ThreadsOption threads;

    @Option(
            names = "--device",
            paramLabel = "auto|cpu|cuda",
            description =
                    "Where to compute. cuda: an NVIDIA GPU, with the module of docs/cuda.md."
                            + " Default: auto, a GPU where that module is and finds one.")
    private DevicePreference device = DevicePreference.AUTO;

    @Option(
            names = "--backend",
            paramLabel = "auto|vector|scalar",
            description =
                    "What computes on the processor. scalar is the slow reference. Default: auto,"
                            + " the fastest.")
    private Backends.Preference preference = Backends.Preference.AUTO;

    /// The backend, to be closed; a slow one with a warning.
    Backend open(Streams streams) {
        BackendChoice choice = choose();
        choice.warning().ifPresent(streams::warn);
        return choice.backend();
    }

    /// The backend and the reason for it.
    BackendChoice choose() {
        if (device == DevicePreference.CUDA && preference != Backends.Preference.AUTO) {
            throw new CommandException(
                    "--backend chooses among the processor's; leave it out with --device cuda, or"
                            + " use --device cpu");
        }
        return Backends.create(device, preference, threads.count());
    }
}
