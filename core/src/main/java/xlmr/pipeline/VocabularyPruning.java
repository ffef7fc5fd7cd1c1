package xlmr.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import xlmr.autograd.Parameter;
import xlmr.checkpoint.AtomicFile;
import xlmr.checkpoint.CheckpointException;
import xlmr.model.PoolingSettings;
import xlmr.model.XlmRobertaConfig;
import xlmr.tensor.SelectedRows;
import xlmr.tokenizer.KeptCharacters;
import xlmr.tokenizer.VocabularySubset;

/// Keeps the pieces of the vocabulary that a collection of texts needs, and the rows of the word
/// embedding, of a language model's decoder and of its bias that belong to them. Texts of the
/// collection get the same pieces and the same answers as before; a text that needs a piece that is
/// gone gets smaller ones, or the unknown token.
///
/// @param texts are read twice: to find the pieces, and to compare what the smaller tokenizer makes
///   of them
/// @param characters which pieces of one character stay besides
public record VocabularyPruning(Iterable<String> texts, KeptCharacters characters)
        implements Pruning {
    /// What has one row or number a piece.
    private static final Set<String> BY_PIECE =
            Set.of(
                    "roberta.embeddings.word_embeddings.weight",
                    "lm_head.decoder.weight",
                    "lm_head.decoder.bias",
                    "lm_head.bias");

    private static final String TOKEN_ID = "_token_id";

    @Override
    public Result run(Path model, Path output) {
        StoredModel source = StoredModel.read(model, false);
        VocabularySubset subset = VocabularySubset.of(model, texts, characters);
        int[] kept = subset.keptIds();
        int rows = source.config().vocabSize();
        if (kept[kept.length - 1] >= rows) {
            throw new CheckpointException(
                    model.toString(),
                    "token %d has no row in the word embedding of %d"
                            .formatted(kept[kept.length - 1], rows),
                    "the tokenizer is that of another model");
        }
        XlmRobertaConfig config = config(model, source.config(), subset);
        List<Parameter> parameters = new ArrayList<>();
        for (Parameter parameter : source.parameters()) {
            parameters.add(
                    BY_PIECE.contains(parameter.name())
                            ? new Parameter(
                                    parameter.name(), SelectedRows.of(parameter.value(), kept))
                            : parameter);
        }
        source.with(config, parameters).write(output, source.type(), ModelConversion.LARGEST_SHARD);
        subset.files().forEach((name, bytes) -> write(output.resolve(name), bytes));
        PoolingSettings.read(model).ifPresent(settings -> settings.write(output));
        VocabularySubset.Comparison segmentation = subset.compare(output, texts);
        List<String> warnings = new ArrayList<>(source.warnings());
        if (!segmentation.isSame()) {
            warnings.add(
                    "%,d of %,d texts are cut into other pieces than before, first: %s"
                            .formatted(
                                    segmentation.changed(),
                                    segmentation.texts(),
                                    segmentation.firstChanged()));
        }
        return new Result(config, done(rows, segmentation, kept.length), segmentation, warnings);
    }

    private static List<String> done(
            int rows, VocabularySubset.Comparison segmentation, int keptRows) {
        return List.of(
                "vocabulary: %,d of %,d rows stay, %.1f %% are gone"
                        .formatted(keptRows, rows, 100.0 * (rows - keptRows) / rows),
                "%,d texts of %,d tokens: %s"
                        .formatted(
                                segmentation.texts(),
                                segmentation.tokens(),
                                segmentation.isSame()
                                        ? "every one is cut into the same pieces as before"
                                        : "%,d are cut into other pieces"
                                                .formatted(segmentation.changed())));
    }

    private static XlmRobertaConfig config(
            Path model, XlmRobertaConfig config, VocabularySubset subset) {
        // Positions count from the padding token's id on.
        if (subset.newId(config.padTokenId()) != config.padTokenId()) {
            throw new CheckpointException(
                    model.resolve("config.json").toString(),
                    "pad_token_id is %d, which would change; expected one below 4"
                            .formatted(config.padTokenId()));
        }
        XlmRobertaConfig smaller = config;
        for (Map.Entry<String, JsonNode> field : config.json().properties()) {
            if (field.getKey().endsWith(TOKEN_ID) && field.getValue().isInt()) {
                int id = subset.newId(field.getValue().intValue());
                if (id >= 0) {
                    smaller = smaller.with(field.getKey(), id);
                }
            }
        }
        return smaller.with("vocab_size", subset.size());
    }

    private static void write(Path file, byte[] bytes) {
        AtomicFile.write(
                file,
                channel -> {
                    ByteBuffer rest = ByteBuffer.wrap(bytes);
                    while (rest.hasRemaining()) {
                        channel.write(rest);
                    }
                });
    }
}
