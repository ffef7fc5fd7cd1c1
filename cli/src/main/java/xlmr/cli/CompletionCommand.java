package xlmr.cli;

import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/// Prints a completion script for bash and zsh.
@Command(
        name = "completion",
        description = "Print a completion script for bash and zsh.",
        footer = {"", "Use it with: source <(xlmr completion)"})
final class CompletionCommand implements Runnable {
    private final Streams streams;

    @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

    CompletionCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public void run() {
        streams.out().print(AutoComplete.bash("xlmr", spec.root().commandLine()));
    }
}
