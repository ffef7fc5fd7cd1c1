package xlmr.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/// The command that holds all others.
@Command(
        name = "xlmr",
        description =
                "XLM-RoBERTa in Java: fine-tune a multilingual model on your sentences, and use"
                        + " it.",
        synopsisSubcommandLabel = "COMMAND",
        versionProvider = Version.class,
        sortOptions = false,
        footer = {
            "",
            "Start with: xlmr demo",
            "Help on one command: xlmr COMMAND --help",
            "Exit codes: 0 done, 1 refused or failed, 2 wrong usage."
        })
public final class XlmrCommand implements Runnable {
    /// Exit codes of every command.
    static final int DONE = 0;

    static final int FAILED = 1;
    static final int WRONG_USAGE = 2;

    private static final int HELP_WIDTH = 100;

    @Option(
            names = "--stacktrace",
            scope = ScopeType.INHERIT,
            description = "On an error print where in the program it happened.")
    @SuppressWarnings("UnusedVariable") // Failures reads it from the parse result
    private boolean stackTrace;

    @Option(
            names = "--classpath",
            scope = ScopeType.INHERIT,
            paramLabel = "JAR",
            description =
                    "Jars, or directories of classes, with heads of your own (docs/heads.md); also"
                            + " the environment variable XLMR_CLASSPATH.")
    private @Nullable String classpath;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Show this help.")
    private boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Show version, JDK and platform.")
    private boolean version;

    @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

    /// Without a command there is only help to give.
    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "a command is missing");
    }

    /// Runs one command.
    ///
    /// @return the exit code: 0 done, 1 refused or failed, 2 wrong usage
    public static int run(Streams streams, String... arguments) {
        StringWriter help = new StringWriter();
        CommandLine commandLine = commandLine(streams, arguments).setOut(new PrintWriter(help));
        try {
            int code = commandLine.execute(arguments);
            streams.out().print(help);
            streams.out().flush();
            return code;
        } catch (OutputClosedException closed) {
            return new Failures(streams).handleOutputClosed(closed);
        } catch (OutOfMemoryError tooLittle) {
            return new Failures(streams)
                    .handleOutOfMemory(tooLittle, List.of(arguments).contains("--stacktrace"));
        } finally {
            streams.err().flush();
        }
    }

    /// Every command, in the order of the help text.
    private static SequencedMap<String, Function<Streams, Object>> commands() {
        SequencedMap<String, Function<Streams, Object>> commands = new LinkedHashMap<>();
        commands.put("demo", DemoCommand::new);
        commands.put("train", TrainCommand::new);
        commands.put("train-heads", TrainHeadsCommand::new);
        commands.put("plan", PlanCommand::new);
        commands.put("evaluate", EvaluateCommand::new);
        commands.put("predict", PredictCommand::new);
        commands.put("calibrate", CalibrateCommand::new);
        commands.put("explain", ExplainCommand::new);
        commands.put("compare", CompareCommand::new);
        commands.put("zero-shot", ZeroShotCommand::new);
        commands.put("embed", EmbedCommand::new);
        commands.put("similarity", SimilarityCommand::new);
        commands.put("rerank", RerankCommand::new);
        commands.put("fill-mask", FillMaskCommand::new);
        commands.put("generate", GenerateCommand::new);
        commands.put("features", FeaturesCommand::new);
        commands.put("probe", ProbeCommand::new);
        commands.put("describe", DescribeCommand::new);
        commands.put("tokenize", TokenizeCommand::new);
        commands.put("download", DownloadCommand::new);
        commands.put("inspect", InspectCommand::new);
        commands.put("convert", ConvertCommand::new);
        commands.put("prune", PruneCommand::new);
        commands.put("merge", MergeCommand::new);
        commands.put("forward", ForwardCommand::new);
        commands.put("doctor", DoctorCommand::new);
        commands.put("cuda", CudaCommand::new);
        commands.put("completion", CompletionCommand::new);
        commands.put("warm-up", WarmUpCommand::new);
        commands.put("bench", BenchCommand::new);
        return commands;
    }

    /// Ready to parse. Where the first argument names a command only that one is made, since making
    /// all of them takes a third of the time of a start; the script of `completion` needs them all.
    private static CommandLine commandLine(Streams streams, String[] arguments) {
        XlmrCommand top = new XlmrCommand();
        CommandLine commandLine = new CommandLine(top);
        SequencedMap<String, Function<Streams, Object>> commands = commands();
        boolean one =
                arguments.length > 0
                        && commands.containsKey(arguments[0])
                        && !arguments[0].equals("completion");
        commands.forEach(
                (name, command) -> {
                    if (!one || name.equals(arguments[0])) {
                        CommandLine added = new CommandLine(command.apply(streams));
                        TaskOptions.fit(added.getCommandSpec());
                        added.getCommandSpec()
                                .usageMessage()
                                .sortOptions(false)
                                .abbreviateSynopsis(true)
                                .width(HELP_WIDTH);
                        added.getHelpSectionMap()
                                .put(
                                        CommandLine.Model.UsageMessageSpec.SECTION_KEY_OPTION_LIST,
                                        OptionSections::list);
                        commandLine.addSubcommand(added);
                    }
                });
        Failures failures = new Failures(streams);
        return commandLine
                .setColorScheme(
                        CommandLine.Help.defaultColorScheme(
                                streams.colored()
                                        ? CommandLine.Help.Ansi.ON
                                        : CommandLine.Help.Ansi.OFF))
                .setUsageHelpAutoWidth(false)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionStrategy(top.new WithOwnClasses())
                .setExecutionExceptionHandler(failures)
                .setParameterExceptionHandler(failures);
    }

    /// Runs the command that was asked for, with the user's own classes at hand.
    private final class WithOwnClasses extends CommandLine.RunLast {
        @Override
        protected List<Object> handle(CommandLine.ParseResult parsed) {
            try {
                OwnClasses.load(classpath);
            } catch (CommandException e) {
                throw new CommandLine.ExecutionException(
                        parsed.commandSpec().commandLine(), String.valueOf(e.getMessage()), e);
            }
            return super.handle(parsed);
        }
    }
}
