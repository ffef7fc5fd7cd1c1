package xlmr.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import xlmr.checkpoint.JsonDocument;

/// Encoders that are stored as BERT's and read text as XLM-R does: multilingual-e5-small and -base,
/// multilingual MiniLM. The network is the same but for one thing: BERT counts positions from 0,
/// XLM-R from the id after the padding token's, so that its table has so many rows in front.
final class BertLayout {
    static final String MODEL_TYPE = "bert";

    /// Ids of the smallest vocabulary that the Hub's XLM-R models have.
    private static final int XLMR_VOCABULARY = 250_002;

    private BertLayout() {}

    /// Whether a `config.json` describes one.
    static boolean isOf(JsonNode config) {
        return config.path("model_type").asText().equals(MODEL_TYPE)
                && (config.path("tokenizer_class").asText().startsWith("XLMRobertaTokenizer")
                        || config.path("vocab_size").asInt() >= XLMR_VOCABULARY);
    }

    /// Whether a directory holds one.
    static boolean isIn(Path directory) {
        Path config = directory.resolve("config.json");
        return Files.isRegularFile(config) && isOf(JsonDocument.read(config));
    }
}
