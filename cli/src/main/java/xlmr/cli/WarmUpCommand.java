package xlmr.cli;

import picocli.CommandLine.Command;

/// Touches what most commands need. The launcher runs it once after a build to record which classes
/// a start loads.
@Command(name = "warm-up", hidden = true, description = "Touch what most commands need.")
final class WarmUpCommand implements Runnable {
    private final Streams streams;

    WarmUpCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public void run() {
        String[][] trials = {
            {"--version"}, {"--help"}, {"doctor"}, {"tokenize", "Hello!"}, {"describe", "--json"}
        };
        for (String[] trial : trials) {
            XlmrCommand.run(streams, trial);
        }
    }
}
