package xlmr.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// CamemBERT's SentencePiece file looks like XLM-R's, but its ids are other ones.
class CamembertTest {
    @TempDir private Path directory;

    @Test
    void itsPiecesAloneAreRefused() throws IOException {
        Files.copy(
                Fixtures.bundled("tokenizers/tiny/spm.model"),
                directory.resolve("sentencepiece.bpe.model"));
        assertThat(XlmRobertaTokenizer.load(directory).bosId()).isZero();

        Files.writeString(
                directory.resolve("config.json"),
                "{\"nested\": {\"model_type\": \"xlm-roberta\"}, \"model_type\": \"camembert\"}");

        assertThatExceptionOfType(TokenizerException.class)
                .isThrownBy(() -> XlmRobertaTokenizer.load(directory))
                .withMessageContaining("CamemBERT's")
                .withMessageContaining("tokenizer.json is needed");
    }
}
