package xlmr.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import xlmr.backend.Backend;
import xlmr.checkpoint.AtomicFile;
import xlmr.data.Example;
import xlmr.model.Task;
import xlmr.pipeline.Explanation;
import xlmr.pipeline.ExplanationBaseline;
import xlmr.pipeline.ExplanationMethod;
import xlmr.pipeline.ExplanationPage;
import xlmr.pipeline.ExplanationSettings;
import xlmr.pipeline.TextClassifier;
import xlmr.pipeline.TextExplainer;

/// Shows what in a text decides.
@Command(
        name = "explain",
        description = {
            "Show what each token of a text contributes to a model's answer: to a label, a number,"
                    + " the tag of a word, a choice, an answer in a text.",
            "",
            "A score above 0 speaks for the label, below 0 against it. On a terminal blue is for"
                    + " and orange against; NO_COLOR turns colors off."
        },
        footer = {
            "",
            "Examples:",
            "  xlmr explain --model DIR \"The match was decided in the last minute.\"",
            "  xlmr explain --model DIR --label travel --method occlusion \"We took the night"
                    + " train.\"",
            "  xlmr explain --model DIR --input texts.csv --html explained.html",
            "  xlmr explain --model TAGGER --word Rome \"Does Kurt like Rome?\"",
            "  xlmr explain --model DIR --pair \"Ada lives in Oslo.\" \"Where does Ada live?\""
        })
final class ExplainCommand implements Runnable {
    /// Texts on one page.
    private static final int PAGE_TEXTS = 1000;

    private final Streams streams;
    private int incomplete;
    private int truncated;

    @Mixin private ClassifierOption model;
    @Mixin private TaskOption taskOption;
    @Mixin private TextInput input;
    @Mixin private TaskRunners runners;

    @Option(
            names = "--method",
            paramLabel = "NAME",
            description =
                    "integrated-gradients (exact, tens of passes), gradient-x-input (one pass),"
                            + " occlusion (a pass for each token) or attention-rollout (the same for"
                            + " every label). Default: integrated-gradients.")
    private String method = ExplanationMethod.INTEGRATED_GRADIENTS.word();

    @Mixin private ExplainRequest request;
    @Mixin private CalibrationOption calibration;

    @Option(
            names = "--baseline",
            paramLabel = "pad|mask|zero",
            description =
                    "integrated-gradients: the word vector of a text without content. Default:"
                            + " pad.")
    private @Nullable String baseline;

    @Option(
            names = "--steps",
            paramLabel = "N",
            description =
                    "integrated-gradients: most gradients to compute; as few are as make the"
                            + " scores add up within 1 %%. Default: 1024.")
    private @Nullable Integer steps;

    @Option(
            names = "--html",
            paramLabel = "FILE.html",
            description = "Write a page there, complete in one file, for light and dark screens.")
    private @Nullable Path html;

    @Option(
            names = "--output",
            paramLabel = "FILE.jsonl",
            description =
                    "Write JSON Lines there: the label, its logit, and for each token its piece,"
                            + " start and end in the text (UTF-16) and score.")
    private @Nullable Path output;

    @Option(names = "--json", description = "Write these JSON Lines to standard output.")
    private boolean json;

    @Mixin private ComputeOptions compute;

    ExplainCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public void run() {
        ExplanationMethod chosen = method();
        if (chosen != ExplanationMethod.INTEGRATED_GRADIENTS
                && (baseline != null || steps != null)) {
            throw new CommandException(
                    "%s: only for --method integrated-gradients"
                            .formatted(baseline != null ? "--baseline" : "--steps"));
        }
        ExplanationBaseline content = baseline == null ? null : baseline(baseline);
        if (output != null && html != null) {
            throw new CommandException("give either --output or --html, not both");
        }
        ExplanationSettings settings = settings(content).withMethod(chosen);
        Task task = model.task(streams, taskOption);
        request.checkFor(task);
        calibration.refuseFor(task);
        try (Backend backend = compute.open(streams)) {
            if (html != null) {
                page(html, task, backend, settings);
            } else if (output != null || json) {
                JsonLines.write(
                        streams,
                        output,
                        "explanations",
                        lines ->
                                explain(
                                        task,
                                        backend,
                                        settings,
                                        one -> lines.accept(ExplanationFields.of(one))));
            } else {
                explain(task, backend, settings, one -> ExplanationText.print(streams, one));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        warn();
    }

    private ExplanationSettings settings(@Nullable ExplanationBaseline content) {
        try {
            ExplanationSettings defaults = ExplanationSettings.defaults();
            ExplanationSettings limited = steps == null ? defaults : defaults.withLimit(steps);
            return content == null ? limited : limited.withBaseline(content);
        } catch (IllegalArgumentException e) {
            throw new CommandException("--steps: " + e.getMessage());
        }
    }

    private void page(Path file, Task task, Backend backend, ExplanationSettings settings)
            throws IOException {
        List<Explanation> explanations = new ArrayList<>();
        explain(
                task,
                backend,
                settings,
                one -> {
                    if (explanations.size() == PAGE_TEXTS) {
                        throw new CommandException(
                                "--html: a page holds at most %d texts; use --output FILE.jsonl for more"
                                        .formatted(PAGE_TEXTS));
                    }
                    explanations.add(one);
                });
        ByteBuffer page =
                ByteBuffer.wrap(
                        ExplanationPage.html(explanations).getBytes(StandardCharsets.UTF_8));
        AtomicFile.write(
                file,
                channel -> {
                    while (page.hasRemaining()) {
                        channel.write(page);
                    }
                });
        streams.out().printf("%d explanations in %s%n", explanations.size(), file);
    }

    private void explain(
            Task task, Backend backend, ExplanationSettings settings, ExplanationSink sink)
            throws IOException {
        ExplanationSink counted =
                one -> {
                    truncated += one.truncatedTokens() > 0 ? 1 : 0;
                    Explanation.Completeness completeness = one.completeness();
                    incomplete += completeness != null && !completeness.isComplete() ? 1 : 0;
                    sink.accept(one);
                };
        if (task != Task.SEQUENCE_CLASSIFICATION) {
            TaskRunner.Call call = model.call(streams, backend, json, calibration);
            runners.of(task).explain(call, input, settings, request, counted);
            return;
        }
        try (TextInput.Texts texts = input.open(streams, false)) {
            TextClassifier classifier =
                    calibration.over(streams, model.open(streams, backend), model.home(streams));
            TextExplainer explainer = new TextExplainer(classifier, settings);
            List<Example> next = texts.next(1);
            while (!next.isEmpty()) {
                counted.accept(explainer.explain(next.getFirst(), request.label()));
                next = texts.next(1);
            }
        }
    }

    private void warn() {
        if (truncated > 0) {
            streams.warn(
                    "%d texts are longer than the maximum length: what was cut off is not explained"
                            .formatted(truncated));
        }
        if (incomplete > 0) {
            streams.warn(
                    "%d explanations do not add up within 1 %%; allow more --steps, or take another --baseline"
                            .formatted(incomplete));
        }
    }

    private ExplanationMethod method() {
        return Arrays.stream(ExplanationMethod.values())
                .filter(value -> value.word().equals(method))
                .findFirst()
                .orElseThrow(
                        () ->
                                new CommandException(
                                        "--method: expected one of %s, found '%s'"
                                                .formatted(
                                                        Arrays.stream(ExplanationMethod.values())
                                                                .map(ExplanationMethod::word)
                                                                .collect(Collectors.joining(", ")),
                                                        method)));
    }

    private static ExplanationBaseline baseline(String given) {
        return Arrays.stream(ExplanationBaseline.values())
                .filter(value -> value.word().equals(given))
                .findFirst()
                .orElseThrow(
                        () ->
                                new CommandException(
                                        "--baseline: expected pad, mask or zero, found '%s'"
                                                .formatted(given)));
    }
}
