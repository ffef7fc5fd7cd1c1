package xlmr.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import xlmr.backend.Backend;
import xlmr.data.Example;
import xlmr.model.UnitLength;
import xlmr.pipeline.CosineReranker;
import xlmr.pipeline.Embedding;
import xlmr.pipeline.PassageIndex;
import xlmr.pipeline.SentenceEmbedder;

/// Compares texts by their embeddings.
@Command(
        name = "similarity",
        description = {
            "Say how alike texts are: the cosine of their embeddings, at most 1.",
            "",
            "Two texts give one number, more a table of all pairs; a file of queries and one of"
                    + " passages give the passages nearest to each query."
        },
        footer = {
            "",
            "Examples:",
            "  xlmr similarity --model DIR \"The cat sleeps.\" \"Die Katze schläft.\"",
            "  xlmr similarity --model DIR --queries questions.txt --passages answers.txt --top-k 3"
        })
final class SimilarityCommand implements Runnable {
    private static final int CHUNK = 2048;
    private static final int QUERIES = 256;

    private final Streams streams;

    @Mixin private EmbedderOptions options;

    @Parameters(arity = "0..*", paramLabel = "TEXT", description = "Texts to compare.")
    private List<String> texts = List.of();

    @Option(
            names = "--queries",
            paramLabel = "FILE",
            description = "File with the texts to look for; - is standard input.")
    private @Nullable Path queries;

    @Option(
            names = "--passages",
            paramLabel = "FILE",
            description = "File with the texts to look among. Their vectors are held in memory.")
    private @Nullable Path passages;

    @Option(
            names = "--top-k",
            paramLabel = "N",
            description = "Passages to name for each query. Default: 5.")
    private @Nullable Integer topK;

    @Mixin private TextFileOptions files;

    @Option(
            names = "--query-prompt",
            paramLabel = "TEXT",
            description =
                    "What goes in front of queries. Default: the model's prompt of the name query,"
                            + " if it has one.")
    private @Nullable String queryPrompt;

    @Option(
            names = "--passage-prompt",
            paramLabel = "TEXT",
            description =
                    "What goes in front of passages. Default: the model's prompt of the name"
                            + " document, passage or corpus, if it has one.")
    private @Nullable String passagePrompt;

    @Option(
            names = "--prompt-text",
            paramLabel = "TEXT",
            description =
                    "What goes in front of each TEXT. Default: the model's default prompt, if it"
                            + " has one.")
    private @Nullable String promptText;

    @Option(names = "--json", description = "JSON Lines instead of text.")
    private boolean json;

    @Mixin private ComputeOptions compute;

    SimilarityCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public void run() {
        boolean search = queries != null || passages != null;
        checkUsage(search);
        try (Backend backend = compute.open(streams)) {
            SentenceEmbedder embedder = options.open(backend, streams);
            if (queries != null && passages != null) {
                search(embedder, backend, queries, passages);
            } else {
                compare(promptText == null ? embedder : embedder.withPrompt(promptText));
            }
        }
    }

    private void checkUsage(boolean search) {
        if (search && !texts.isEmpty()) {
            throw new CommandException(
                    "give texts as arguments, or --queries and --passages, not both");
        }
        if (search && (queries == null || passages == null)) {
            throw new CommandException("--queries and --passages go together; give both");
        }
        if (!search && texts.size() < 2) {
            throw new CommandException(
                    "give at least two texts, or --queries FILE and --passages FILE");
        }
        if (topK != null && topK < 1) {
            throw new CommandException("--top-k: expected at least 1, found " + topK);
        }
        if (search
                ? promptText != null
                : queryPrompt != null || passagePrompt != null || topK != null) {
            throw new CommandException(
                    search
                            ? "--prompt-text is for texts as arguments; here take --query-prompt"
                                    + " and --passage-prompt"
                            : "--query-prompt, --passage-prompt and --top-k are for --queries and"
                                    + " --passages");
        }
    }

    private void compare(SentenceEmbedder embedder) {
        float[][] vectors = embedder.embed(texts);
        List<List<Double>> cosines = new ArrayList<>();
        for (float[] left : vectors) {
            List<Double> row = new ArrayList<>();
            for (float[] right : vectors) {
                row.add(UnitLength.cosine(left, right));
            }
            cosines.add(row);
        }
        if (json) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("texts", texts);
            fields.put("cosines", cosines);
            Json.printLine(streams.out(), fields);
        } else if (texts.size() == 2) {
            streams.out().printf("%.4f%n", cosines.get(0).get(1));
        } else {
            for (int i = 0; i < vectors.length; i++) {
                StringBuilder row = new StringBuilder();
                cosines.get(i).forEach(cosine -> row.append("%7.4f ".formatted(cosine)));
                streams.out().println(row + " " + Printable.line(texts.get(i)));
            }
        }
    }

    private void search(SentenceEmbedder embedder, Backend backend, Path asked, Path among) {
        SentenceEmbedder forQueries =
                queryPrompt == null
                        ? CosineReranker.forQueries(embedder)
                        : embedder.withPrompt(queryPrompt);
        SentenceEmbedder forPassages =
                passagePrompt == null
                        ? CosineReranker.forPassages(embedder)
                        : embedder.withPrompt(passagePrompt);
        PassageIndex index = new PassageIndex(backend, embedder.dimension());
        List<Example> known = new ArrayList<>();
        try (TextInput.Texts source = files.open(streams, among)) {
            List<Example> chunk = source.next(CHUNK);
            while (!chunk.isEmpty()) {
                for (Embedding embedding : embed(forPassages, chunk, "passages")) {
                    index.add(embedding.vector());
                }
                known.addAll(chunk);
                chunk = source.next(CHUNK);
            }
        }
        try (TextInput.Texts source = files.open(streams, asked)) {
            List<Example> chunk = source.next(QUERIES);
            while (!chunk.isEmpty()) {
                float[][] vectors =
                        embed(forQueries, chunk, "queries").stream()
                                .map(Embedding::vector)
                                .toArray(float[][]::new);
                List<List<PassageIndex.Hit>> answers =
                        index.nearest(vectors, topK == null ? 5 : topK);
                for (int q = 0; q < chunk.size(); q++) {
                    print(chunk.get(q), answers.get(q), known);
                }
                chunk = source.next(QUERIES);
            }
        }
    }

    private List<Embedding> embed(SentenceEmbedder embedder, List<Example> chunk, String task) {
        try (Progress progress = Progress.over(streams, task, chunk.size())) {
            return embedder.embedAll(chunk.stream().map(Example::text).toList(), progress::to);
        }
    }

    private void print(Example query, List<PassageIndex.Hit> hits, List<Example> known) {
        if (json) {
            List<Map<String, Object>> passagesFound = new ArrayList<>();
            for (PassageIndex.Hit hit : hits) {
                Map<String, Object> fields = new LinkedHashMap<>();
                fields.put("cosine", hit.cosine());
                fields.put("line", known.get(hit.passage()).line());
                fields.put("text", known.get(hit.passage()).text());
                passagesFound.add(fields);
            }
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("query", query.text());
            fields.put("line", query.line());
            fields.put("passages", passagesFound);
            Json.printLine(streams.out(), fields);
            return;
        }
        streams.out().println(Printable.line(query.text()));
        for (PassageIndex.Hit hit : hits) {
            Example passage = known.get(hit.passage());
            streams.out()
                    .printf(
                            "  %7.4f  line %-6d %s%n",
                            hit.cosine(), passage.line(), Printable.line(passage.text()));
        }
    }
}
