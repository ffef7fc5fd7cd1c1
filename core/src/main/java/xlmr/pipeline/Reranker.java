package xlmr.pipeline;

import java.nio.file.Path;
import java.util.List;
import java.util.function.IntConsumer;
import xlmr.backend.Backend;

/// Says how well passages answer a query: higher is better.
public sealed interface Reranker permits CrossEncoder, CosineReranker {
    /// What it computes, in a few words.
    String method();

    /// One score for each passage, in their order.
    ///
    /// @param progress is told the number of passages done
    float[] scores(String query, List<String> passages, IntConsumer progress);

    /// Opens a model directory: a sequence classifier of one label is a cross-encoder, which reads
    /// query and passage together; anything else that has an encoder compares their embeddings.
    ///
    /// @param maxLength tokens at which texts or pairs are cut; 0 for the model's own limit
    /// @throws xlmr.checkpoint.CheckpointException if it is a classifier of several labels
    static Reranker load(Path directory, Backend backend, int maxLength) {
        if (CrossEncoder.isFor(directory)) {
            return CrossEncoder.load(directory, backend, maxLength);
        }
        SentenceEmbedder embedder = SentenceEmbedder.load(directory, backend);
        return CosineReranker.of(maxLength == 0 ? embedder : embedder.withMaxLength(maxLength));
    }
}
