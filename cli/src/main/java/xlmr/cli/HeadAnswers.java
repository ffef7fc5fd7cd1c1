package xlmr.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import xlmr.data.Example;
import xlmr.pipeline.NamedHeads;
import xlmr.pipeline.Prediction;

/// What several heads of one encoder say of texts: a line a text.
///
/// @param heads that answer
/// @param json whether the lines are for a script
record HeadAnswers(Streams streams, NamedHeads heads, boolean json) {
    /// Takes the answers to one text.
    private interface Sink {
        void accept(SequencedMap<String, Prediction> answers) throws IOException;
    }

    /// Answers all texts.
    ///
    /// @param output file of JSON Lines, or null for standard output
    void write(TextInput input, @Nullable Path output) {
        try (TextInput.Texts source = input.open(streams, false)) {
            if (output == null) {
                answer(input, source, this::print);
            } else {
                JsonLines.write(
                        streams,
                        output,
                        "predictions",
                        lines -> answer(input, source, answers -> lines.accept(fields(answers))));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void answer(TextInput input, TextInput.Texts source, Sink sink) throws IOException {
        int size = input.isStandardInput() && streams.outIsTerminal() ? 1 : PredictCommand.CHUNK;
        long texts = 0;
        long truncated = 0;
        for (List<Example> chunk = source.next(size); !chunk.isEmpty(); chunk = source.next(size)) {
            List<SequencedMap<String, Prediction>> all;
            try (Progress progress = Progress.over(streams, "predict", chunk.size())) {
                all = heads.predictAll(chunk, progress::to);
            }
            for (SequencedMap<String, Prediction> answers : all) {
                texts++;
                truncated += answers.firstEntry().getValue().truncatedTokens() > 0 ? 1 : 0;
                sink.accept(answers);
            }
        }
        if (truncated > 0) {
            streams.warn(
                    "%d of %d texts are longer than the maximum length and were cut"
                            .formatted(truncated, texts));
        }
    }

    private void print(SequencedMap<String, Prediction> answers) {
        if (json) {
            Json.printLine(streams.out(), fields(answers));
            return;
        }
        String labels =
                answers.entrySet().stream()
                        .map(answer -> words(answer.getKey(), answer.getValue()))
                        .collect(Collectors.joining("  "));
        String text = answers.firstEntry().getValue().text();
        streams.out().printf("%s  %s%n", labels, Printable.line(text));
    }

    private static String words(String head, Prediction prediction) {
        String label = prediction.label().isEmpty() ? "(none)" : Printable.line(prediction.label());
        String shown = prediction.abstains() ? "(unsure: %s)".formatted(label) : label;
        OptionalDouble sure = prediction.probability();
        return "%s: %-12s%s"
                .formatted(
                        head,
                        shown,
                        sure.isEmpty()
                                ? ""
                                : String.format(
                                        Locale.ROOT, " %5.1f %%", 100 * sure.getAsDouble()));
    }

    private static Map<String, Object> fields(SequencedMap<String, Prediction> answers) {
        Prediction first = answers.firstEntry().getValue();
        Map<String, Object> byHead = new LinkedHashMap<>();
        answers.forEach(
                (head, prediction) -> {
                    Map<String, Object> own = PredictionFields.of(prediction);
                    own.remove("text");
                    own.remove("truncated_tokens");
                    byHead.put(head, own);
                });
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("text", first.text());
        fields.put("heads", byHead);
        if (first.truncatedTokens() > 0) {
            fields.put("truncated_tokens", first.truncatedTokens());
        }
        return fields;
    }
}
