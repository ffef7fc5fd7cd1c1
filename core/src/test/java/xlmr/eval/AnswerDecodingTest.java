package xlmr.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import xlmr.data.TextSpan;

class AnswerDecodingTest {

    /// What float32 sums and softmaxes cost.
    private static final double FLOAT = 2e-6;

    @Test
    void ranksAsTheScriptOfTransformersDoes() {
        for (JsonNode test : MetricsFixture.read("answer_decoding.json").get("cases")) {
            String context = test.get("context").textValue();
            for (JsonNode expected : test.get("ranked")) {
                boolean impossible = expected.get("impossible").booleanValue();
                AnswerDecoding decoding = AnswerDecoding.defaults().withCount(6).withMaxTokens(8);
                DecodedAnswer answer =
                        (impossible ? decoding.withNoAnswer(0.5) : decoding)
                                .ranked(context, windows(test));

                assertThat(answer.text(context)).isEqualTo(expected.get("answer").textValue());
                List<JsonNode> best = new ArrayList<>();
                for (JsonNode candidate : expected.get("best")) {
                    if (!candidate.get("text").textValue().isEmpty()) {
                        best.add(candidate);
                    } else {
                        assertThat(answer.noAnswerProbability())
                                .isEqualTo(number(candidate, "probability"), within(FLOAT));
                    }
                }
                assertThat(answer.best()).hasSameSizeAs(best);
                for (int i = 0; i < best.size(); i++) {
                    AnswerSpan span = answer.best().get(i);
                    assertThat(span.span().of(context))
                            .isEqualTo(best.get(i).get("text").textValue());
                    assertThat(span.startLogit()).isEqualTo(number(best.get(i), "start_logit"));
                    assertThat(span.endLogit()).isEqualTo(number(best.get(i), "end_logit"));
                    assertThat(span.probability())
                            .isEqualTo(number(best.get(i), "probability"), within(FLOAT));
                }
                if (impossible) {
                    assertThat(answer.noAnswerScore())
                            .isEqualTo(number(expected, "difference"), within(FLOAT));
                }
            }
        }
    }

    @Test
    void findsTheLikelyAsThePipelineOfTransformersDoes() {
        for (JsonNode test : MetricsFixture.read("answer_decoding.json").get("cases")) {
            String context = test.get("context").textValue();
            for (JsonNode expected : test.get("pipeline")) {
                AnswerDecoding decoding =
                        AnswerDecoding.defaults()
                                .withCount(5)
                                .withMaxTokens(8)
                                .withWholeWords(expected.get("align").booleanValue());
                boolean impossible = expected.get("impossible").booleanValue();
                DecodedAnswer answer =
                        (impossible ? decoding.withNoAnswer(0) : decoding)
                                .likely(context, windows(test));
                List<AnswerSpan> all = new ArrayList<>(answer.best());
                if (impossible) {
                    all.add(new AnswerSpan(new TextSpan(0, 0), 0, 0, answer.noAnswerProbability()));
                }
                all.sort(Comparator.comparingDouble(AnswerSpan::probability).reversed());
                for (int i = 0; i < 5; i++) {
                    JsonNode best = expected.get("best").get(i);
                    assertThat(all.get(i).span())
                            .isEqualTo(
                                    new TextSpan(
                                            best.get("start").intValue(),
                                            best.get("end").intValue()));
                    assertThat(all.get(i).probability())
                            .isEqualTo(number(best, "score"), within(FLOAT));
                }
                assertThat(expected.get("best")).hasSize(5);
                assertThat(answer.answered())
                        .isEqualTo(!impossible || all.getFirst().span().length() > 0);
            }
        }
    }

    @Test
    void allWindowsMustAgreeThatThereIsNoAnswer() {
        AnswerWindow silent = window("ab", 9, 0, 0);
        AnswerWindow answering = window("ab", 0, 1, 1);
        AnswerDecoding decoding = AnswerDecoding.defaults().withNoAnswer(0);

        assertThat(decoding.ranked("ab", List.of(silent)).answered()).isFalse();
        DecodedAnswer answer = decoding.ranked("ab", List.of(silent, answering));
        assertThat(answer.answered()).isTrue();
        assertThat(answer.noAnswerScore()).isEqualTo(-2);
        assertThat(decoding.likely("ab", List.of(silent, answering)).answered()).isTrue();
        assertThat(decoding.likely("ab", List.of(silent)).answered()).isFalse();
    }

    @Test
    void thePlaceOfAnAnswerHasNoSpaceAndNoHalfOfTheNextWord() {
        // ▁ of 東京 is given the place of its first character
        AnswerWindow window =
                new AnswerWindow(
                        new float[] {0, 5, 0, 0},
                        new float[] {0, 0, 5, 0},
                        new boolean[] {false, true, true, true},
                        new int[] {0, 0, 3, 3},
                        new int[] {0, 2, 4, 5},
                        new int[] {-1, 0, 1, 1});

        assertThat(AnswerDecoding.defaults().ranked("in 東京", List.of(window)).text("in 東京"))
                .isEqualTo("in");
        assertThat(
                        AnswerDecoding.defaults()
                                .withWholeWords(true)
                                .likely("in 東京", List.of(window))
                                .text("in 東京"))
                .isEqualTo("in 東京");
    }

    @Test
    void withoutATokenOfTheContextThereIsNoAnswer() {
        AnswerWindow nothing =
                new AnswerWindow(
                        new float[] {1, 2},
                        new float[] {1, 2},
                        new boolean[2],
                        new int[2],
                        new int[2],
                        new int[2]);
        for (AnswerDecoding decoding :
                List.of(AnswerDecoding.defaults(), AnswerDecoding.defaults().withNoAnswer(0))) {
            assertThat(decoding.ranked("x", List.of(nothing)).text("x")).isEmpty();
            assertThat(decoding.likely("x", List.of(nothing)).best()).isEmpty();
        }
    }

    @Test
    void answersLieInTheContextAndAreSorted() {
        SplittableRandom random = new SplittableRandom(5);
        String context = "a 東京 ½\u00A0x\t😀yz  ";
        for (int round = 0; round < 1000; round++) {
            List<AnswerWindow> windows = new ArrayList<>();
            for (int w = random.nextInt(3); w >= 0; w--) {
                windows.add(randomWindow(random, context.length()));
            }
            AnswerDecoding decoding =
                    AnswerDecoding.defaults()
                            .withCount(random.nextInt(1, 8))
                            .withMaxTokens(random.nextInt(1, 5))
                            .withWholeWords(random.nextBoolean());
            decoding = random.nextBoolean() ? decoding.withNoAnswer(0) : decoding;
            for (DecodedAnswer answer :
                    List.of(decoding.ranked(context, windows), decoding.likely(context, windows))) {
                assertThat(answer.best()).hasSizeLessThanOrEqualTo(decoding.count());
                double last = Double.POSITIVE_INFINITY;
                double sum = answer.noAnswerProbability();
                for (AnswerSpan span : answer.best()) {
                    String text = span.span().of(context);
                    assertThat(text).isNotBlank().isEqualTo(text.strip());
                    assertThat(span.probability()).isBetween(0.0, last);
                    last = span.probability();
                    sum += last;
                }
                assertThat(answer.distinct()).doesNotHaveDuplicates();
                if (answer.equals(decoding.ranked(context, windows)) && sum > 0) {
                    assertThat(sum).isEqualTo(1, within(1e-9));
                }
            }
        }
    }

    @Test
    void wrongCallsAreRefused() {
        assertThatThrownBy(() -> AnswerDecoding.defaults().ranked("x", List.of()))
                .hasMessage("answer decoding: expected a window, found none");
        assertThatThrownBy(
                        () -> AnswerDecoding.defaults().ranked("a", List.of(window("ab", 0, 0, 0))))
                .hasMessageContaining("in a text of 1, found 1 to 2 at token 2");
        assertThatThrownBy(() -> AnswerDecoding.defaults().withCount(0))
                .hasMessageContaining("expected at least 1 answer of 1 token");
        assertThatThrownBy(
                        () ->
                                new AnswerWindow(
                                        new float[4],
                                        new float[4],
                                        new boolean[] {false, true, false, true},
                                        new int[4],
                                        new int[4],
                                        new int[4]))
                .hasMessageContaining("in one piece, found 2");
    }

    /// `<s>` and a token for each character.
    private static AnswerWindow window(String context, float none, float first, float last) {
        int tokens = context.length() + 1;
        float[] starts = new float[tokens];
        float[] ends = new float[tokens];
        boolean[] inside = new boolean[tokens];
        Arrays.fill(inside, 1, tokens, true);
        int[] from = new int[tokens];
        int[] to = new int[tokens];
        for (int t = 1; t < tokens; t++) {
            from[t] = t - 1;
            to[t] = t;
        }
        starts[0] = none;
        ends[0] = none;
        starts[1] = first;
        ends[tokens - 1] = last;
        return new AnswerWindow(starts, ends, inside, from, to, from);
    }

    private static AnswerWindow randomWindow(SplittableRandom random, int length) {
        int tokens = random.nextInt(2, 14);
        int from = random.nextInt(1, tokens);
        int to = random.nextInt(from, tokens + 1);
        float[] starts = new float[tokens];
        float[] ends = new float[tokens];
        boolean[] inside = new boolean[tokens];
        int[] begins = new int[tokens];
        int[] stops = new int[tokens];
        int[] words = new int[tokens];
        int at = 0;
        int word = 0;
        for (int t = 0; t < tokens; t++) {
            starts[t] = (float) random.nextDouble(-3, 3);
            ends[t] = (float) random.nextDouble(-3, 3);
            inside[t] = t >= from && t < to;
            at = Math.min(length, at + random.nextInt(3));
            word += random.nextInt(2);
            begins[t] = at;
            stops[t] = Math.min(length, at + random.nextInt(4));
            words[t] = word;
        }
        return new AnswerWindow(starts, ends, inside, begins, stops, words);
    }

    private static List<AnswerWindow> windows(JsonNode test) {
        List<AnswerWindow> windows = new ArrayList<>();
        for (JsonNode window : test.get("windows")) {
            boolean[] inside = new boolean[window.get("in_context").size()];
            for (int t = 0; t < inside.length; t++) {
                inside[t] = window.get("in_context").get(t).booleanValue();
            }
            windows.add(
                    new AnswerWindow(
                            floats(window.get("start_logits")),
                            floats(window.get("end_logits")),
                            inside,
                            MetricsFixture.ints(window.get("starts")),
                            MetricsFixture.ints(window.get("ends")),
                            MetricsFixture.ints(window.get("words"))));
        }
        return windows;
    }

    private static float[] floats(JsonNode array) {
        double[] values = MetricsFixture.doubles(array);
        float[] floats = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }

    private static double number(JsonNode node, String name) {
        return node.get(name).doubleValue();
    }
}
