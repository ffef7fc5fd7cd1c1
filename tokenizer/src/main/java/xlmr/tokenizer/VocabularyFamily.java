package xlmr.tokenizer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/// How the ids of a model follow from the numbers of its SentencePiece pieces, which nothing in the
/// SentencePiece file tells: XLM-R adds 1, CamemBERT 4.
enum VocabularyFamily {
    XLM_ROBERTA,
    CAMEMBERT;

    private static final List<String> FILES = List.of("config.json", "tokenizer_config.json");
    private static final JsonFactory JSON = new JsonFactory();

    /// As the configuration beside the tokenizer says; XLM-R's if it says nothing.
    static VocabularyFamily of(Path directory) {
        for (String name : FILES) {
            Path file = directory.resolve(name);
            if (Files.isRegularFile(file) && isCamembert(file)) {
                return CAMEMBERT;
            }
        }
        return XLM_ROBERTA;
    }

    // A file that is damaged is refused by whoever reads it as a whole.
    private static boolean isCamembert(Path file) {
        try (JsonParser parser = JSON.createParser(file.toFile())) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return false;
            }
            for (String field = parser.nextFieldName();
                    field != null;
                    field = parser.nextFieldName()) {
                parser.nextToken();
                boolean names = field.equals("model_type") || field.equals("tokenizer_class");
                if (names && parser.currentToken() == JsonToken.VALUE_STRING) {
                    if (parser.getText().toLowerCase(Locale.ROOT).startsWith("camembert")) {
                        return true;
                    }
                } else {
                    parser.skipChildren();
                }
            }
        } catch (IOException damaged) {
            return false;
        }
        return false;
    }
}
