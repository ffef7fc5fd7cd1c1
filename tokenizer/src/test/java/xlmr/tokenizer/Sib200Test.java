package xlmr.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/// All sentences of SIB-200 in a hundred languages with XLM-R's own vocabulary, against
/// fingerprints of the real libraries' ids (`tests/reference/make_sib200_ids.py`).
class Sib200Test {
    private static final Path EXPECTED = Fixtures.bundled("sib200_ids.txt.gz");

    @Test
    void everySentenceHasTheIdsOfBothReferences() throws Exception {
        String directory = System.getProperty("XLMR_REAL_MODEL", System.getenv("XLMR_REAL_MODEL"));
        Assumptions.assumeTrue(directory != null, "XLMR_REAL_MODEL names no directory");
        Path data = Fixtures.shared("data/sib200");
        Path model = Path.of(directory);
        int[] cpp =
                compare(XlmRobertaTokenizer.load(model, TokenizerReference.SENTENCEPIECE), data);
        int[] fast =
                compare(XlmRobertaTokenizer.load(model, TokenizerReference.HUGGING_FACE), data);
        System.out.printf(
                "SIB-200: SentencePiece %d of %d equal, Hugging Face %d of %d equal%n",
                cpp[0], cpp[1], fast[0], fast[1]);
        assertThat(cpp[1]).isGreaterThan(100_000);
        assertThat(cpp[0]).isEqualTo(cpp[1]);
        assertThat(fast[0]).isEqualTo(fast[1]);
    }

    /// The number of sentences with the expected ids, and of all.
    private static int[] compare(XlmRobertaTokenizer tokenizer, Path data)
            throws IOException, NoSuchAlgorithmException {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        boolean fast = tokenizer.reference() == TokenizerReference.HUGGING_FACE;
        int equal = 0;
        int all = 0;
        try (BufferedReader expected =
                new BufferedReader(
                        new InputStreamReader(
                                new GZIPInputStream(Files.newInputStream(EXPECTED)),
                                StandardCharsets.US_ASCII))) {
            for (String head = expected.readLine(); head != null; head = expected.readLine()) {
                String[] file = head.split(" ");
                List<String> texts = texts(data.resolve(file[0]));
                assertThat(texts).as(head).hasSize(Integer.parseInt(file[1]));
                for (Encoding encoding :
                        tokenizer.encodeAll(texts, EncodingOptions.defaults(), 2)) {
                    String[] wanted = expected.readLine().split(" ");
                    String ids =
                            Arrays.stream(encoding.ids())
                                    .mapToObj(Integer::toString)
                                    .collect(Collectors.joining(" "));
                    byte[] hash = digest.digest(ids.getBytes(StandardCharsets.US_ASCII));
                    String got = HexFormat.of().formatHex(hash, 0, 4);
                    equal += got.equals(wanted[fast ? wanted.length - 1 : 0]) ? 1 : 0;
                    all++;
                }
            }
        }
        return new int[] {equal, all};
    }

    private static List<String> texts(Path file) throws IOException {
        List<String> lines = Files.readString(file).lines().toList();
        int column = Arrays.asList(lines.getFirst().split("\t")).indexOf("text");
        return lines.stream().skip(1).map(line -> line.split("\t", -1)[column]).toList();
    }
}
