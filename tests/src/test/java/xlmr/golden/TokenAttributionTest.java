package xlmr.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import xlmr.backend.Backend;
import xlmr.data.EncodedExamples;
import xlmr.model.ModelLoader;
import xlmr.model.TaskModel;
import xlmr.pipeline.NumberPlace;
import xlmr.pipeline.TokenAttribution;
import xlmr.train.Inference;

/// What tokens contribute, against PyTorch in double precision (`tests/reference/explain.py`).
class TokenAttributionTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    /// What float32 costs.
    private static final double LIMIT = 2e-5;

    private static final int STEPS = 1024;

    private record Case(
            String name, TokenAttribution attribution, Backend backend, JsonNode expected) {

        double[] expected(String what) {
            return doubles(expected.get(what));
        }
    }

    private static double[] doubles(JsonNode array) {
        double[] values = new double[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).doubleValue();
        }
        return values;
    }

    private static List<Case> cases() throws IOException {
        JsonNode fixture = JSON.readTree(Fixtures.path("explain/attributions.json").toFile());
        List<Case> cases = new ArrayList<>();
        for (JsonNode expected : fixture.get("cases")) {
            String name = expected.get("model").textValue();
            TaskModel model =
                    ModelLoader.task(Fixtures.path("models/" + name), ModelLoader.FROZEN).model();
            int[] ids =
                    Arrays.stream(doubles(expected.get("ids"))).mapToInt(id -> (int) id).toArray();
            boolean[] fixed = new boolean[ids.length];
            for (int t = 0; t < fixed.length; t++) {
                fixed[t] = expected.get("fixed").get(t).booleanValue();
            }
            List<NumberPlace> places = new ArrayList<>();
            for (JsonNode place : expected.get("places")) {
                places.add(new NumberPlace(place.get(0).intValue(), place.get(1).intValue()));
            }
            for (Backend backend : Fixtures.backends()) {
                cases.add(
                        new Case(
                                name + " on " + backend.name(),
                                new TokenAttribution(backend, model, ids, fixed, places),
                                backend,
                                expected));
            }
        }
        return cases;
    }

    private static void assertClose(String what, double[] found, double[] expected, double limit) {
        assertThat(found).as(what).hasSameSizeAs(expected);
        for (int t = 0; t < found.length; t++) {
            assertThat(found[t]).as("%s[%d]", what, t).isCloseTo(expected[t], within(limit));
        }
    }

    @Test
    void integratedGradientsEqualTheReferenceAndAddUp() throws IOException {
        for (Case one : cases()) {
            float[] pad = one.attribution().wordVector(1);
            TokenAttribution.Integrated found = one.attribution().integratedGradients(pad, STEPS);
            double difference = found.end() - found.start();
            assertThat(found.start())
                    .as(one.name())
                    .isCloseTo(one.expected().get("start").doubleValue(), within(LIMIT));
            assertThat(found.end())
                    .as(one.name())
                    .isCloseTo(one.expected().get("end").doubleValue(), within(LIMIT));
            double allowed = 0.01 * Math.abs(difference);
            assertThat(Arrays.stream(found.scores()).sum())
                    .as("%s, the sum", one.name())
                    .isCloseTo(difference, within(allowed));
            assertClose(
                    one.name(),
                    found.scores(),
                    one.expected("integrated_gradients"),
                    allowed + LIMIT);
            assertThat(found.scores()[0]).as("of <s>").isZero();
        }
    }

    @Test
    void gradientTimesInputEqualsTheReference() throws IOException {
        for (Case one : cases()) {
            assertClose(
                    one.name(),
                    one.attribution().gradientTimesInput(),
                    one.expected("gradient_x_input"),
                    LIMIT);
        }
    }

    @Test
    void attentionRolloutEqualsTheReference() throws IOException {
        for (Case one : cases()) {
            assertClose(
                    one.name(),
                    one.attribution().attentionRollout(),
                    one.expected("attention_rollout"),
                    LIMIT);
        }
    }

    @Test
    void occlusionEqualsTheReference() throws IOException {
        for (Case one : cases()) {
            Inference inference = new Inference(one.backend(), one.attribution().model());
            assertClose(
                    one.name(),
                    one.attribution()
                            .occlusion(
                                    5,
                                    ids ->
                                            inference.logits(
                                                    new EncodedExamples(ids, null), done -> {})),
                    one.expected("occlusion"),
                    LIMIT);
        }
    }
}
