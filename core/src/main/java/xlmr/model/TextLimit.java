package xlmr.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import xlmr.checkpoint.CheckpointException;
import xlmr.checkpoint.JsonDocument;

/// At how many tokens a directory's own settings cut a text, which may be less than the model has
/// positions.
///
/// sentence-transformers up to 5 writes `max_seq_length` to `sentence_bert_config.json`; release 6
/// leaves it to `model_max_length` of `tokenizer_config.json`, where transformers has it too.
public final class TextLimit {
    private static final String TOKENIZER = "tokenizer_config.json";

    /// Names that sentence-transformers gave this file over time, those of this model's family.
    private static final List<String> TRANSFORMER =
            List.of(
                    PoolingSettings.TRANSFORMER,
                    "sentence_roberta_config.json",
                    "sentence_camembert_config.json",
                    "sentence_xlm-roberta_config.json");

    private TextLimit() {}

    /// The limit, `<s>` and `</s>` included; empty if the directory states none.
    ///
    /// @throws CheckpointException if it is not a whole number of at least 1
    public static OptionalInt read(Path directory) {
        for (String name : TRANSFORMER) {
            Path file = directory.resolve(name);
            if (Files.isRegularFile(file)) {
                JsonNode length = JsonDocument.read(file).path("max_seq_length");
                if (!length.isMissingNode() && !length.isNull()) {
                    return OptionalInt.of(limit(file, "max_seq_length", length));
                }
                break;
            }
        }
        Path file = directory.resolve(TOKENIZER);
        if (!Files.isRegularFile(file)) {
            return OptionalInt.empty();
        }
        JsonNode length = JsonDocument.read(file).path("model_max_length");
        // Where there is none the reference writes 10^30.
        boolean stated = length.isNumber() && length.doubleValue() <= Integer.MAX_VALUE;
        return stated
                ? OptionalInt.of(limit(file, "model_max_length", length))
                : OptionalInt.empty();
    }

    private static int limit(Path file, String field, JsonNode length) {
        if (!length.isNumber()
                || !length.canConvertToExactIntegral()
                || !length.canConvertToInt()
                || length.intValue() < 1) {
            throw new CheckpointException(
                    file.toString(), "%s is %s; expected 1 or more".formatted(field, length));
        }
        return length.intValue();
    }
}
