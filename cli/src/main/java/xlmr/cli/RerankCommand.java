package xlmr.cli;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import xlmr.backend.Backend;
import xlmr.data.Example;
import xlmr.pipeline.Reranker;

/// Puts passages in the order in which they answer a query.
@Command(
        name = "rerank",
        description = {
            "Put passages in the order in which they answer a query, best first.",
            "",
            "A sequence classifier of one label is a cross-encoder: it reads query and passage"
                    + " together, and the score is the sigmoid of its logit. With any other model it is"
                    + " the cosine of their embeddings."
        },
        footer = {
            "",
            "Examples:",
            "  xlmr rerank --model DIR --query \"How tall is the tower?\" --input passages.txt"
                    + " --top-k 10",
            "  cat passages.txt | xlmr rerank --model DIR --query \"How tall is the tower?\" --json"
        })
final class RerankCommand implements Runnable {
    private static final int CHUNK = 2048;

    private final Streams streams;

    @Mixin private ModelOption model;

    @Option(
            names = "--query",
            required = true,
            paramLabel = "TEXT",
            description = "What the passages should answer.")
    private String query;

    @Mixin private SingleTexts input;

    @Option(names = "--top-k", paramLabel = "N", description = "Show the best N. Default: all.")
    private @Nullable Integer topK;

    @Option(
            names = "--max-length",
            paramLabel = "N",
            description =
                    "Cut pairs (with embeddings: texts) to N tokens, special tokens included."
                            + " Default: what the directory says, at most as many as the model has"
                            + " positions.")
    private @Nullable Integer maxLength;

    @Option(names = "--json", description = "JSON Lines: rank, score, line, text, method.")
    private boolean json;

    @Mixin private ComputeOptions compute;

    RerankCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public void run() {
        positive("--top-k", topK);
        positive("--max-length", maxLength);
        try (Backend backend = compute.open(streams);
                TextInput.Texts source = input.open(streams)) {
            Reranker reranker =
                    Reranker.load(
                            model.directory(streams), backend, maxLength == null ? 0 : maxLength);
            List<Example> passages = new ArrayList<>();
            List<Float> scores = new ArrayList<>();
            List<Example> chunk = source.next(CHUNK);
            while (!chunk.isEmpty()) {
                List<String> texts = chunk.stream().map(Example::text).toList();
                try (Progress progress = Progress.over(streams, "rerank", texts.size())) {
                    for (float score : reranker.scores(query, texts, progress::to)) {
                        scores.add(score);
                    }
                }
                passages.addAll(chunk);
                chunk = source.next(CHUNK);
            }
            print(reranker.method(), passages, scores);
        }
    }

    private static void positive(String option, @Nullable Integer value) {
        if (value != null && value < 1) {
            throw new CommandException(
                    "%s: expected at least 1, found %d".formatted(option, value));
        }
    }

    private void print(String method, List<Example> passages, List<Float> scores) {
        List<Integer> order =
                IntStream.range(0, scores.size())
                        .boxed()
                        .sorted(Comparator.comparing((Integer i) -> scores.get(i)).reversed())
                        .limit(topK == null ? scores.size() : topK)
                        .toList();
        if (!json) {
            streams.out().printf("%s; %d passages%n", method, scores.size());
        }
        for (int rank = 1; rank <= order.size(); rank++) {
            int passage = order.get(rank - 1);
            Example example = passages.get(passage);
            if (json) {
                Map<String, Object> fields = new LinkedHashMap<>();
                fields.put("rank", rank);
                fields.put("score", scores.get(passage));
                fields.put("line", example.line());
                fields.put("text", example.text());
                fields.put("method", method);
                Json.printLine(streams.out(), fields);
            } else {
                streams.out()
                        .printf(
                                "%4d  %8.4f  %s%n",
                                rank, scores.get(passage), Printable.line(example.text()));
            }
        }
    }
}
