package xlmr.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import xlmr.backend.Backend;
import xlmr.backend.BackendChoice;
import xlmr.backend.Backends;
import xlmr.backend.DevicePreference;
import xlmr.backend.Precision;

/// `--threads`, `--device`, `--precision` and `--backend`, the same for every command that runs a
/// model.
final class ComputeOptions {
    @Mixin private ThreadsOption threads;

    @Option(
            names = "--device",
            paramLabel = "auto|cpu|cuda[:N]",
            converter = SpecConverters.OfDevice.class,
            description =
                    "Where to compute. cuda: an NVIDIA GPU, with the module of docs/cuda.md;"
                            + " cuda:1: the one of that number; cuda:0,1: several, to train. Default:"
                            + " auto, a GPU where that module is and finds one.")
    private DevicePreference device = DevicePreference.AUTO;

    @Option(
            names = "--precision",
            paramLabel = "fp32|tf32|bf16|fp16",
            description =
                    "How matrix products of a GPU round what they multiply; weights stay float32."
                            + " bf16 and fp16 are for its tensor cores. Default: fp32, the only one"
                            + " of the processor.")
    private @Nullable Precision precision;

    @Option(
            names = "--backend",
            paramLabel = "auto|vector|scalar",
            description =
                    "What computes on the processor. scalar is the slow reference. Default: auto,"
                            + " the fastest.")
    private Backends.Preference preference = Backends.Preference.AUTO;

    /// The backend, to be closed; a slow one with a warning.
    Backend open(Streams streams) {
        requireOne();
        return openAll(streams);
    }

    /// As above, but it may have companions to train with.
    Backend openAll(Streams streams) {
        BackendChoice choice = chooseAll();
        choice.warning().ifPresent(streams::warn);
        return choice.backend();
    }

    private void requireOne() {
        if (device.numbers().size() > 1) {
            throw new CommandException(
                    "--device %s: only train and plan use several GPUs; name one of them, such as cuda:%d"
                            .formatted(device.spec(), device.numbers().getFirst()));
        }
    }

    /// The backend and the reason for it.
    BackendChoice choose() {
        requireOne();
        return chooseAll();
    }

    private BackendChoice chooseAll() {
        if (device.kind() == DevicePreference.Kind.CUDA && preference != Backends.Preference.AUTO) {
            throw new CommandException(
                    "--backend chooses among the processor's; leave it out with --device cuda, or"
                            + " use --device cpu");
        }
        return precision == null
                ? Backends.create(device, preference, threads.count())
                : Backends.create(device, precision, preference, threads.count());
    }
}
