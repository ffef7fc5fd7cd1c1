package xlmr.pipeline;

import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.Stream;
import xlmr.model.UnitLength;

/// Scores passages by the cosine of their embedding and the query's.
///
/// @param queries embeds the query
/// @param passages embeds the passages; another prompt may go in front
public record CosineReranker(SentenceEmbedder queries, SentenceEmbedder passages)
        implements Reranker {
    /// With the prompts that the model has for the two kinds of text.
    public static CosineReranker of(SentenceEmbedder embedder) {
        return new CosineReranker(forQueries(embedder), forPassages(embedder));
    }

    /// The embedder with the model's prompt for queries, where it has one.
    public static SentenceEmbedder forQueries(SentenceEmbedder embedder) {
        return firstOf(embedder, "query");
    }

    /// The embedder with the model's prompt for passages, where it has one, under the names that
    /// sentence-transformers looks for.
    public static SentenceEmbedder forPassages(SentenceEmbedder embedder) {
        return firstOf(embedder, "document", "passage", "corpus");
    }

    /// An empty prompt is passed over: sentence-transformers 6 adds empty ones of these names to
    /// every model that it saves.
    private static SentenceEmbedder firstOf(SentenceEmbedder embedder, String... names) {
        return Stream.of(names)
                .filter(name -> !embedder.settings().prompts().getOrDefault(name, "").isEmpty())
                .findFirst()
                .map(embedder::withPromptNamed)
                .orElse(embedder);
    }

    @Override
    public String method() {
        return "cosine of embeddings (%s pooling)".formatted(queries.settings().pooling().word());
    }

    @Override
    public float[] scores(String query, List<String> texts, IntConsumer progress) {
        float[] asked = queries.embed(query);
        List<Embedding> embeddings = passages.embedAll(texts, progress);
        float[] scores = new float[embeddings.size()];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = (float) UnitLength.cosine(asked, embeddings.get(i).vector());
        }
        return scores;
    }
}
