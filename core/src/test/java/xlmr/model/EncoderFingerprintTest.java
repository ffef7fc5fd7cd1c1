package xlmr.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import xlmr.autograd.Parameter;
import xlmr.checkpoint.JsonDocument;
import xlmr.nn.Linear;
import xlmr.tensor.HostStorage;
import xlmr.tensor.Tensor;

/// A head knows the encoder that it was trained on.
class EncoderFingerprintTest {
    private static final Path START =
            Path.of(System.getProperty("xlmr.repository", ".."))
                    .resolve("cli/src/main/resources/xlmr/embedded/model");

    @TempDir private Path directory;

    private static XlmRobertaModel encoder(Predicate<String> inMemory) {
        return ModelLoader.sharedEncoder(START, inMemory).model();
    }

    private static String of(XlmRobertaModel encoder) {
        return EncoderFingerprint.of(encoder, WeightSource.AT_REST);
    }

    /// Whether weights lie in memory or in the file, and whatever stands beside them.
    @Test
    void theSameWeightsHaveTheSameFingerprint() {
        XlmRobertaModel mapped = encoder(ModelLoader.FROZEN);
        String expected = of(mapped);
        assertThat(of(encoder(ModelLoader.ALL))).isEqualTo(expected);
        assertThat(of(LoraModel.attach(mapped, LoraSettings.parse("r=2"), 1))).isEqualTo(expected);
        int hidden = mapped.config().hiddenSize();
        Pooler pooler =
                new Pooler(
                        new Linear(
                                new Parameter(
                                        "roberta.pooler.dense.weight",
                                        Tensor.zeros(hidden, hidden)),
                                new Parameter("roberta.pooler.dense.bias", Tensor.zeros(hidden))));
        XlmRobertaModel pooled =
                new XlmRobertaModel(
                        mapped.config(),
                        mapped.embeddings(),
                        mapped.layers(),
                        mapped.finalNorm(),
                        pooler);
        assertThat(of(pooled)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "roberta.embeddings.word_embeddings.weight",
                "roberta.embeddings.position_embeddings.weight",
                "roberta.encoder.layer.0.attention.self.query.weight",
                "roberta.encoder.layer.2.output.dense.weight",
                "roberta.encoder.layer.1.output.LayerNorm.bias"
            })
    void aChangeOfOneArrayIsSeen(String name) {
        XlmRobertaModel encoder = encoder(ModelLoader.FROZEN);
        WeightSource changed =
                (parameter, from, count, to) -> {
                    WeightSource.AT_REST.read(parameter, from, count, to);
                    if (parameter.name().equals(name)) {
                        for (int i = 0; i < to.length; i++) {
                            to[i] *= 0.99999f; // as little as a step's decay
                        }
                    }
                };
        String other = EncoderFingerprint.of(encoder, changed);
        assertThat(other).isNotEqualTo(of(encoder));
        assertThat(EncoderFingerprint.isOf(other, encoder)).isFalse();
        assertThat(EncoderFingerprint.isOf(of(encoder), encoder)).isTrue();
    }

    /// Heads that were saved when only biases and LayerNorms counted.
    @Test
    void anOlderFingerprintIsComparedByWhatItSays() throws NoSuchAlgorithmException {
        XlmRobertaModel encoder = encoder(ModelLoader.ALL);
        XlmRobertaConfig config =
                encoder.config()
                        .forClassification(
                                List.of("a", "b"), ProblemType.SINGLE_LABEL_CLASSIFICATION);
        TaskModel model =
                ModelLoader.newHead(encoder, Task.SEQUENCE_CLASSIFICATION, config, START, 1)
                        .model();
        Path place = directory.resolve("topic");
        NamedHead.write(place, model, WeightSource.AT_REST);
        assertThat(NamedHead.open(place, encoder).report().warnings()).isEmpty();

        Path file = place.resolve("head.json");
        ObjectNode json = JsonDocument.read(file);
        JsonDocument.write(file, json.put("encoder", ofBiases(encoder)));
        assertThat(NamedHead.open(place, encoder).report().warnings()).isEmpty();

        Parameter bias =
                encoder.parameters().stream()
                        .filter(parameter -> parameter.shape().rank() == 1)
                        .findFirst()
                        .orElseThrow();
        ((HostStorage) bias.value().storage()).values()[0] += 1;
        assertThat(NamedHead.open(place, encoder).report().warnings())
                .singleElement()
                .asString()
                .startsWith("head 'topic' was trained on another encoder");
    }

    private static String ofBiases(XlmRobertaModel encoder) throws NoSuchAlgorithmException {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        for (Parameter parameter : encoder.parameters()) {
            if (parameter.shape().rank() == 1) {
                for (float value : parameter.value().toArray()) {
                    digest.update(ByteBuffer.allocate(Float.BYTES).putFloat(value).flip());
                }
            }
        }
        return HexFormat.of().formatHex(digest.digest(), 0, 8);
    }

    @Test
    void anotherShapeIsAnotherEncoder() {
        XlmRobertaModel encoder = encoder(ModelLoader.FROZEN);
        XlmRobertaModel shorter =
                new XlmRobertaModel(
                        encoder.config(),
                        encoder.embeddings(),
                        encoder.layers().subList(0, 2),
                        encoder.finalNorm(),
                        null);
        assertThat(of(shorter)).isNotEqualTo(of(encoder));
    }
}
