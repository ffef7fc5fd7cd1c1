package xlmr.cli;

/// Where `./xlmr` and `java -jar xlmr-cli.jar` start.
public final class Main {
    private Main() {}

    /// Runs one command and ends the process with its exit code.
    public static void main(String[] arguments) {
        System.exit(XlmrCommand.run(StandardStreams.open(), arguments));
    }
}
