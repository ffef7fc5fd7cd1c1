package xlmr.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import xlmr.model.NamedHead;
import xlmr.pipeline.SavedForm;
import xlmr.train.Tune;

/// Where the result of `train` goes: a model of its own, or a head beside the encoder.
final class TrainingOutput {
    @Spec(Spec.Target.MIXEE)
    private CommandLine.Model.CommandSpec spec;

    @Option(names = "--output", paramLabel = "DIR", description = "Where the classifier goes.")
    private @Nullable Path output;

    @Option(
            names = "--head-name",
            paramLabel = "NAME",
            description =
                    "Instead of --output: train one more head for the encoder in --model DIR, which"
                            + " stays as it is, and save it there in heads/NAME. Any number of heads"
                            + " share the encoder; predict runs it once for all. With --tune head, the"
                            + " default then, or --lora. See docs/named-heads.md.")
    private @Nullable String headName;

    @Option(
            names = "--overwrite",
            description = "Write into a directory that holds other files than a model.")
    private boolean overwrite;

    /// Refuses neither and both, and a head where it cannot be.
    void check(SeriesOptions series, TrainingInput input) {
        if (output == null && headName == null) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(), "Missing required option: '--output=DIR'");
        }
        if (output != null && headName != null) {
            throw new CommandException(
                    "--output and --head-name: expected one of them; a named head goes into"
                            + " --model");
        }
        if (headName != null && series.keepRuns()) {
            throw new CommandException(
                    "--keep-runs: not with --head-name, which has one head of a name; give each"
                            + " seed a run and a name of its own");
        }
        if (headName != null) {
            input.requireOwnDirectory("--head-name " + headName);
        }
    }

    /// What trains if nothing is said.
    Tune usualTune() {
        return headName == null ? Tune.FULL : Tune.HEAD;
    }

    /// What is written.
    SavedForm saved(TrainingSettings settings) {
        return headName == null ? settings.saved() : settings.savedApart();
    }

    /// Where it is written.
    Path place(Path start) {
        if (headName != null) {
            return NamedHead.place(start, headName);
        }
        assert output != null;
        return output;
    }

    /// Whether what is there may go.
    boolean overwrites() {
        return overwrite;
    }

    /// Opens that place.
    ///
    /// @param goesOn whether it holds a run that goes on
    ModelOutput open(Path start, boolean goesOn) {
        return ModelOutput.open(place(start), start, overwrite || goesOn);
    }
}
