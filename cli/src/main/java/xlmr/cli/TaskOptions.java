package xlmr.cli;

import java.util.Arrays;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/// Which options of [TaskRunners] a command has: those that it has no use for are taken away, so
/// that they are refused where they are given, and not in its help.
final class TaskOptions {
    private static final String ANSWERING = "--aggregation --answers";
    private static final String MASKS = "--mask-probability --whole-words --mask-seed";

    private TaskOptions() {}

    /// Takes away what a command has no use for.
    static void fit(CommandSpec command) {
        for (String name : unused(command.name())) {
            OptionSpec option = command.findOption(name);
            if (option != null) {
                command.remove(option);
            }
        }
    }

    private static List<String> unused(String command) {
        return switch (command) {
            case "compare" -> names(ANSWERING, MASKS);
            case "calibrate" ->
                    names(
                            ANSWERING,
                            MASKS,
                            "--tag-scheme --max-answer-length --no-answer-threshold");
            case "explain" ->
                    names(
                            ANSWERING,
                            MASKS,
                            "--tag-format --word-column --tag-column --tag-scheme",
                            "--no-answer-threshold");
            default -> List.of();
        };
    }

    private static List<String> names(String... options) {
        return Arrays.stream(options).flatMap(some -> Arrays.stream(some.split(" ", -1))).toList();
    }
}
