package xlmr.cli;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import xlmr.backend.Backend;
import xlmr.checkpoint.AtomicFile;
import xlmr.checkpoint.NpyFile;
import xlmr.data.Example;
import xlmr.pipeline.Embedding;
import xlmr.pipeline.SentenceEmbedder;

/// Writes texts as vectors.
@Command(
        name = "embed",
        description = "Turn texts into vectors: sentence embeddings.",
        footer = {
            "",
            "Without --output each text is one JSON line: text, embedding, tokens.",
            "",
            "Examples:",
            "  xlmr embed --model DIR --input sentences.txt --normalize --output vectors.npy",
            "  xlmr embed --model DIR --prompt query \"Wie spät ist es?\"",
            "  xlmr embed --model DIR --pooling cls --layers 0,-1 --input new.csv --text-column"
                    + " text"
        })
final class EmbedCommand implements Runnable {
    /// Texts that are held at a time, so that a file of any size can pass through.
    private static final int CHUNK = 2048;

    private final Streams streams;
    private long texts;
    private long truncated;
    private int longest;

    @Mixin private EmbedderOptions options;
    @Mixin private SingleTexts input;

    @Option(
            names = "--prompt",
            paramLabel = "NAME",
            description =
                    "Put the prompt in front of each text that the model's directory has under this"
                            + " name, such as query or passage.")
    private @Nullable String prompt;

    @Option(
            names = "--prompt-text",
            paramLabel = "TEXT",
            description = "Put this in front of each text, such as \"query: \".")
    private @Nullable String promptText;

    @Option(
            names = "--output",
            paramLabel = "FILE",
            description =
                    "Write there: FILE.npy for a matrix [texts, C] that numpy.load reads,"
                            + " FILE.jsonl for JSON Lines. The file appears when all is done.")
    private @Nullable Path output;

    @Mixin private ComputeOptions compute;

    EmbedCommand(Streams streams) {
        this.streams = streams;
    }

    /// Takes one text's vector.
    private interface Sink {
        void accept(String text, Embedding embedding) throws IOException;
    }

    @Override
    public void run() {
        if (prompt != null && promptText != null) {
            throw new CommandException("give --prompt NAME or --prompt-text TEXT, not both");
        }
        String kind = output == null ? "" : kind(output);
        try (Backend backend = compute.open(streams);
                TextInput.Texts source = input.open(streams)) {
            SentenceEmbedder embedder = prompted(options.open(backend, streams));
            longest = embedder.maxLength();
            if (output == null) {
                embed(
                        embedder,
                        source,
                        (text, one) -> Json.printLine(streams.out(), fields(text, one)));
            } else {
                write(kind, output, embedder, source);
                streams.out()
                        .printf(
                                "%d vectors of %d numbers in %s%n",
                                texts, embedder.dimension(), output);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (truncated > 0) {
            streams.warn(
                    "%d of %d texts are longer than %d tokens and were cut (--windows reads them whole)"
                            .formatted(truncated, texts, longest));
        }
    }

    private static String kind(Path file) {
        String name = file.toString().toLowerCase(Locale.ROOT);
        if (name.endsWith(".npy")) {
            return "npy";
        }
        if (name.endsWith(".jsonl")) {
            return "jsonl";
        }
        throw new CommandException(
                "--output %s: expected a name that ends in .npy or .jsonl".formatted(file));
    }

    private SentenceEmbedder prompted(SentenceEmbedder embedder) {
        if (prompt != null) {
            return embedder.withPromptNamed(prompt);
        }
        return promptText == null ? embedder : embedder.withPrompt(promptText);
    }

    private void write(String kind, Path file, SentenceEmbedder embedder, TextInput.Texts source) {
        if (kind.equals("npy")) {
            NpyFile.write(
                    file,
                    embedder.dimension(),
                    rows -> embed(embedder, source, (text, one) -> rows.row(one.vector())));
            return;
        }
        AtomicFile.write(
                file,
                channel -> {
                    OutputStream bytes =
                            new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
                    embed(
                            embedder,
                            source,
                            (text, one) ->
                                    bytes.write(
                                            (Json.line(fields(text, one)) + "\n")
                                                    .getBytes(StandardCharsets.UTF_8)));
                    bytes.flush();
                });
    }

    private void embed(SentenceEmbedder embedder, TextInput.Texts source, Sink sink)
            throws IOException {
        int size = output == null && input.isStandardInput() && streams.outIsTerminal() ? 1 : CHUNK;
        List<Example> chunk = source.next(size);
        while (!chunk.isEmpty()) {
            List<String> read = chunk.stream().map(Example::text).toList();
            List<Embedding> embeddings;
            try (Progress progress = Progress.over(streams, "embed", read.size())) {
                embeddings = embedder.embedAll(read, progress::to);
            }
            for (int i = 0; i < read.size(); i++) {
                texts++;
                truncated += embeddings.get(i).truncatedTokens() > 0 ? 1 : 0;
                sink.accept(read.get(i), embeddings.get(i));
            }
            chunk = source.next(size);
        }
    }

    private static Map<String, Object> fields(String text, Embedding embedding) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("text", text);
        fields.put("embedding", numbers(embedding.vector()));
        fields.put("tokens", embedding.tokens());
        if (embedding.truncatedTokens() > 0) {
            fields.put("truncated_tokens", embedding.truncatedTokens());
        }
        if (!embedding.windows().isEmpty()) {
            fields.put("windows", embedding.windows().stream().map(EmbedCommand::numbers).toList());
        }
        return fields;
    }

    private static List<Float> numbers(float[] vector) {
        List<Float> numbers = new ArrayList<>(vector.length);
        for (float value : vector) {
            numbers.add(value);
        }
        return numbers;
    }
}
