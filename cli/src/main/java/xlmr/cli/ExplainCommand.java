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
import xlmr.pipeline.TextExplainer;

/// Shows what in a text decides.
@Command(
        name = "explain",
        description = {
            "Show what each token of a text contributes to a classifier's answer.",
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
            "  xlmr explain --model DIR --input texts.csv --html explained.html"
        })
final class ExplainCommand implements Runnable {
    /// Texts on one page.
    private static final int PAGE_TEXTS = 1000;

    private final Streams streams;
    private int incomplete;
    private int truncated;

    @Mixin private ClassifierOption model;
    @Mixin private TextInput input;

    @Option(
            names = "--method",
            paramLabel = "NAME",
            description =
                    "integrated-gradients (exact, tens of passes), gradient-x-input (one pass),"
                            + " occlusion (a pass for each token) or attention-rollout (the same for"
                            + " every label). Default: integrated-gradients.")
    private String method = ExplanationMethod.INTEGRATED_GRADIENTS.word();

    @Option(
            names = "--label",
            paramLabel = "LABEL",
            description = "Explain the number of this label. Default: the one predicted.")
    private @Nullable String label;

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

    /// Takes one explanation.
    private interface Sink {
        void accept(Explanation explanation) throws IOException;
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
        model.requireTask(streams, Task.SEQUENCE_CLASSIFICATION, "explain");
        try (Backend backend = compute.open(streams);
                TextInput.Texts texts = input.open(streams, false)) {
            TextExplainer ready =
                    explainer(TextExplainer.of(model.open(streams, backend)), content)
                            .withMethod(chosen);
            if (html != null) {
                page(html, ready, texts);
            } else if (output != null || json) {
                JsonLines.write(
                        streams,
                        output,
                        "explanations",
                        lines ->
                                explain(
                                        ready,
                                        texts,
                                        one -> lines.accept(ExplanationFields.of(one))));
            } else {
                explain(ready, texts, one -> ExplanationText.print(streams, one));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        warn();
    }

    private TextExplainer explainer(TextExplainer defaults, @Nullable ExplanationBaseline content) {
        try {
            TextExplainer limited = steps == null ? defaults : defaults.withLimit(steps);
            return content == null ? limited : limited.withBaseline(content);
        } catch (IllegalArgumentException e) {
            throw new CommandException("--steps: " + e.getMessage());
        }
    }

    private void page(Path file, TextExplainer explainer, TextInput.Texts texts)
            throws IOException {
        List<Explanation> explanations = new ArrayList<>();
        explain(
                explainer,
                texts,
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

    private void explain(TextExplainer explainer, TextInput.Texts texts, Sink sink)
            throws IOException {
        List<Example> next = texts.next(1);
        while (!next.isEmpty()) {
            Explanation explanation = explainer.explain(next.getFirst(), label);
            truncated += explanation.prediction().truncatedTokens() > 0 ? 1 : 0;
            Explanation.Completeness completeness = explanation.completeness();
            incomplete += completeness != null && !completeness.isComplete() ? 1 : 0;
            sink.accept(explanation);
            next = texts.next(1);
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
