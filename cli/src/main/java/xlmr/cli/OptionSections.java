package xlmr.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.OptionSpec;

/// The options of a long help text under headings, so that one finds what one looks for. Within a
/// section they stand in the command's own order.
final class OptionSections {
    /// A help text with fewer options is read as a whole.
    private static final int LONG = 30;

    /// Of an option that has no section yet; a test sees to it that there is none.
    private static final String REST = "More";

    /// @param options their longest names
    private record Section(String heading, Set<String> options) {}

    private static final List<Section> SECTIONS =
            List.of(
                    section("Model", "--model --revision --adapter --task --head-name"),
                    section(
                            "Data",
                            "--train --validation --test --input --logits --predictions"
                                    + " --labels"),
                    section(
                            "How the data is read",
                            "--input-format --text-column --text-pair-column --label-column"
                                    + " --label-delimiter --no-header --problem --pair --group-by"),
                    section("Long texts", "--max-length --stride --windows --window-scores"),
                    section(
                            "Tags, answers, masks",
                            "--tag-format --word-column --tag-column --tag-scheme --aggregation"
                                    + " --max-answer-length --answers --no-answer-threshold"
                                    + " --mask-probability --whole-words --mask-seed"),
                    section("What is trained", "--head --tune --lora --save --freeze-embeddings"),
                    section(
                            "How it is trained",
                            "--epochs --batch-size --accumulation --group-by-length --learning-rate"
                                    + " --head-learning-rate --layer-decay --schedule"
                                    + " --warmup-ratio --weight-decay --clip --seed"
                                    + " --gradient-checkpointing --mixing --activations"),
                    section("Which epoch is kept", "--metric --patience"),
                    section(
                            "What is minimised",
                            "--loss --class-weights --label-smoothing --sampling"),
                    section(
                            "Learning from a larger model",
                            "--teacher --unlabelled --temperature --distillation-weight"),
                    section("Several runs", "--seeds --folds --keep-runs"),
                    section("Going on with a run", "--resume --save-steps --no-checkpoints"),
                    section(
                            "Reading the numbers",
                            "--calibration --uncalibrated --abstain-below --details --top-k"
                                    + " --rows"),
                    section(
                            "What decides",
                            "--method --label --word --answer-part --baseline --steps --html"),
                    section("Comparing", "--differences --resamples --resample-seed"),
                    section(
                            "Results",
                            "--output --overwrite --format --report --no-report --no-tensorboard"
                                    + " --json"),
                    section("Machine", "--threads --device --precision --backend --trial"),
                    section("Help", "--stacktrace --classpath --help --version"));

    private OptionSections() {}

    /// The list of options of a help text.
    static String list(Help help) {
        List<OptionSpec> all =
                help.commandSpec().options().stream().filter(option -> !option.hidden()).toList();
        if (all.size() < LONG) {
            return help.optionList();
        }
        StringBuilder text = new StringBuilder();
        List<OptionSpec> left = new ArrayList<>(all);
        for (Section section : SECTIONS) {
            List<OptionSpec> own =
                    left.stream()
                            .filter(option -> section.options().contains(option.longestName()))
                            .toList();
            left.removeAll(own);
            append(help, section.heading(), all, own, text);
        }
        append(help, REST, all, left, text);
        return text.toString();
    }

    private static void append(
            Help help,
            String heading,
            List<OptionSpec> all,
            List<OptionSpec> own,
            StringBuilder text) {
        if (own.isEmpty()) {
            return;
        }
        Help.Layout layout = help.createDefaultLayout(all, List.of(), help.colorScheme());
        layout.addAllOptions(own, help.parameterLabelRenderer());
        text.append('\n')
                .append(help.colorScheme().text("@|bold " + heading + "|@:"))
                .append('\n')
                .append(layout);
    }

    private static Section section(String heading, String options) {
        return new Section(heading, Set.of(options.split(" ", -1)));
    }
}
