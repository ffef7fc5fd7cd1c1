package xlmr.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import xlmr.data.TextSpan;
import xlmr.eval.EntityAggregation.Strategy;
import xlmr.eval.EntityAggregation.Words;

class EntityAggregationTest {

    private static final List<String> LABELS = List.of("O", "B-PER", "I-PER", "B-LOC", "I-LOC");

    /// What a mean of float32 numbers costs.
    private static final double FLOAT = 1e-6;

    @ParameterizedTest
    @EnumSource(Strategy.class)
    void doesAsThePipelineOfTransformers(Strategy strategy) {
        JsonNode fixture = MetricsFixture.read("entity_aggregation.json");
        List<String> labels = MetricsFixture.texts(fixture.get("labels"));
        int compared = 0;
        for (JsonNode test : fixture.get("cases")) {
            List<EntitySpan> entities =
                    EntityAggregation.of(strategy).entities(predictions(test), labels);
            JsonNode expected = test.get("results").get(strategy.name().toLowerCase(Locale.ROOT));
            if (test.get("shared_characters").booleanValue()) {
                continue;
            }
            compared += entities.size();
            assertThat(entities).as("%s", test.get("text")).hasSameSizeAs(expected);
            for (int i = 0; i < entities.size(); i++) {
                EntitySpan entity = entities.get(i);
                JsonNode other = expected.get(i);
                assertThat(entity.label()).isEqualTo(other.get("label").textValue());
                assertThat(entity.score())
                        .isEqualTo(other.get("score").doubleValue(), within(FLOAT));
                assertThat(entity.span())
                        .isEqualTo(
                                new TextSpan(
                                        other.get("start").intValue(),
                                        other.get("end").intValue()));
            }
        }
        assertThat(compared).isGreaterThan(50);
    }

    /// Where tokens share characters, transformers gives places that overlap; all else is the same.
    @Test
    void sharedCharactersChangeNothingButPlaces() {
        JsonNode fixture = MetricsFixture.read("entity_aggregation.json");
        List<String> labels = MetricsFixture.texts(fixture.get("labels"));
        int shared = 0;
        for (JsonNode test : fixture.get("cases")) {
            List<EntitySpan> entities =
                    EntityAggregation.of(Strategy.SIMPLE).entities(predictions(test), labels);
            List<JsonNode> left = new ArrayList<>();
            test.get("results").get("simple").forEach(left::add);
            shared += test.get("shared_characters").booleanValue() ? 1 : 0;
            for (EntitySpan entity : entities) {
                assertThat(left)
                        .as("%s in %s", entity, test.get("text"))
                        .anyMatch(
                                other ->
                                        other.get("label").textValue().equals(entity.label())
                                                && Math.abs(
                                                                other.get("score").doubleValue()
                                                                        - entity.score())
                                                        < FLOAT
                                                && other.get("start").intValue()
                                                        <= entity.span().start()
                                                && other.get("end").intValue()
                                                        >= entity.span().end());
            }
        }
        assertThat(shared).isPositive();
    }

    @Test
    void aLoneBeginningOfAWordHasNoPlaceOfItsOwn() {
        // "▁" and "東京" as Hugging Face's tokenizer places them
        TokenPredictions tokens = tokens("in 東京", new int[][] {{0, 2}, {3, 4}, {3, 5}}, 0, 3, 4);

        assertThat(simple(tokens)).containsExactly("LOC 東京");
        assertThat(simple(tokens(tokens, 0, 3, 3))).containsExactly("LOC 東京");
        assertThat(simple(tokens(tokens, 0, 3, 0))).isEmpty();
        assertThat(simple(tokens(tokens, 3, 4, 1))).containsExactly("LOC in", "PER 東京");
        // the first token decides for the word
        assertThat(texts(Strategy.FIRST, tokens(tokens, 0, 3, 0))).containsExactly("LOC 東京");
    }

    @Test
    void aBeginningThatIsASpaceOrEmptyIsLeftAway() {
        assertThat(simple(tokens("a  b", new int[][] {{0, 1}, {1, 3}, {3, 4}}, 0, 1, 2)))
                .containsExactly("PER b");
        assertThat(simple(tokens("a b", new int[][] {{0, 1}, {2, 2}, {2, 3}}, 0, 3, 4)))
                .containsExactly("LOC b");
        assertThat(simple(tokens("a \u00A0", new int[][] {{0, 1}, {1, 3}}, 1, 3)))
                .containsExactly("PER a");
    }

    @Test
    void aSinglePieceIsPlacedWithoutTheSpaceBeforeIt() {
        // "▁b" as SentencePiece places it
        TokenPredictions tokens = tokens("a b", new int[][] {{0, 1}, {1, 3}}, 0, 3);

        assertThat(texts(Strategy.NONE, tokens)).containsExactly("B-LOC b");
    }

    @Test
    void aCharacterThatNormalizationTakesApartGoesToItsLastToken() {
        // ½ is 1⁄2 after normalization
        TokenPredictions tokens =
                tokens("½ x", new int[][] {{0, 1}, {0, 1}, {0, 1}, {2, 3}}, 1, 3, 1, 2);

        assertThat(simple(tokens)).containsExactly("PER ½ x");
        assertThat(texts(Strategy.FIRST, tokens)).containsExactly("PER ½ x");
        assertThat(texts(Strategy.FIRST, tokens(tokens, 3, 0, 0))).containsExactly("LOC ½");
    }

    @Test
    void wordsOfTheTokenizerEndAtAnyWhiteSpace() {
        TokenPredictions tokens = tokens("a\nb", new int[][] {{0, 1}, {2, 3}}, 1, 3);

        assertThat(texts(Strategy.FIRST, tokens)).containsExactly("PER a\nb");
        assertThat(
                        EntityAggregation.of(Strategy.FIRST)
                                .withWords(Words.TOKENIZER)
                                .entities(tokens, LABELS))
                .extracting(entity -> entity.span().of("a\nb"))
                .containsExactly("a", "b");
    }

    @Test
    void windowsAreMergedByLengthAndScore() {
        EntitySpan longer = entity(0, 6, 0.5);
        EntitySpan shorter = entity(2, 6, 0.9);
        EntitySpan surer = entity(10, 14, 0.8);
        EntitySpan unsure = entity(10, 14, 0.7);

        assertThat(
                        EntityAggregation.merged(
                                List.of(List.of(longer, unsure), List.of(shorter, surer))))
                .containsExactly(longer, surer);
        assertThat(EntityAggregation.merged(List.of(List.of(), List.of()))).isEmpty();
    }

    @Test
    void entitiesNeverOverlapAndLieInTheText() {
        SplittableRandom random = new SplittableRandom(11);
        String text = "a 東京 ½\u00A0x\t😀yz  ";
        for (int round = 0; round < 3000; round++) {
            int tokens = random.nextInt(1, 12);
            int[][] places = new int[tokens][];
            int[] labels = new int[tokens];
            int at = 0;
            for (int t = 0; t < tokens; t++) {
                at = Math.min(text.length(), at + random.nextInt(3));
                places[t] = new int[] {at, Math.min(text.length(), at + random.nextInt(4))};
                labels[t] = random.nextInt(LABELS.size());
            }
            TokenPredictions predictions = tokens(text, places, labels);
            List<List<EntitySpan>> windows = new ArrayList<>();
            for (Strategy strategy :
                    List.of(Strategy.SIMPLE, Strategy.FIRST, Strategy.AVERAGE, Strategy.MAX)) {
                windows.add(EntityAggregation.of(strategy).entities(predictions, LABELS));
            }
            windows.add(EntityAggregation.merged(windows));
            for (List<EntitySpan> entities : windows) {
                int end = 0;
                for (EntitySpan entity : entities) {
                    assertThat(entity.span().start()).isGreaterThanOrEqualTo(end);
                    String found = entity.span().of(text);
                    assertThat(found).isNotBlank().isEqualTo(found.strip());
                    end = entity.span().end();
                }
            }
        }
    }

    @Test
    void wrongCallsAreRefused() {
        assertThatThrownBy(() -> tokens("ab", new int[][] {{1, 2}, {0, 1}}, 0, 0))
                .hasMessage(
                        "tokens: expected places in their order in a text of 2, found 0 to 1 at"
                                + " token 1");
        assertThatThrownBy(() -> tokens("ab", new int[][] {{0, 3}}, 0))
                .hasMessageContaining("found 0 to 3 at token 0");
        assertThatThrownBy(
                        () ->
                                EntityAggregation.of(Strategy.SIMPLE)
                                        .entities(
                                                tokens("ab", new int[][] {{0, 2}}, 0),
                                                List.of("O")))
                .hasMessageContaining("expected 5 label names, one for each probability, found 1");
    }

    private static EntitySpan entity(int start, int end, double score) {
        return new EntitySpan("X", score, new TextSpan(start, end), 0, 0);
    }

    private static List<String> simple(TokenPredictions tokens) {
        return texts(Strategy.SIMPLE, tokens);
    }

    private static List<String> texts(Strategy strategy, TokenPredictions tokens) {
        return EntityAggregation.of(strategy).entities(tokens, LABELS).stream()
                .map(entity -> entity.label() + " " + entity.span().of(tokens.text()))
                .toList();
    }

    /// Tokens that are sure of their label.
    private static TokenPredictions tokens(String text, int[][] places, int... labels) {
        float[][] probabilities = new float[labels.length][LABELS.size()];
        int[] words = new int[labels.length];
        for (int t = 0; t < labels.length; t++) {
            Arrays.fill(probabilities[t], 0.05f);
            probabilities[t][labels[t]] = 0.8f;
            words[t] = t;
        }
        return new TokenPredictions(
                text,
                probabilities,
                Arrays.stream(places).mapToInt(place -> place[0]).toArray(),
                Arrays.stream(places).mapToInt(place -> place[1]).toArray(),
                words,
                new boolean[labels.length]);
    }

    private static TokenPredictions tokens(TokenPredictions tokens, int... labels) {
        int[][] places = new int[labels.length][];
        for (int t = 0; t < labels.length; t++) {
            places[t] = new int[] {tokens.starts()[t], tokens.ends()[t]};
        }
        return tokens(tokens.text(), places, labels);
    }

    private static TokenPredictions predictions(JsonNode test) {
        double[][] rows = MetricsFixture.rows(test.get("probabilities"));
        float[][] probabilities = new float[rows.length][];
        boolean[] unknown = new boolean[rows.length];
        for (int t = 0; t < rows.length; t++) {
            probabilities[t] = new float[rows[t].length];
            for (int k = 0; k < rows[t].length; k++) {
                probabilities[t][k] = (float) rows[t][k];
            }
            unknown[t] = test.get("unknown").get(t).booleanValue();
        }
        return new TokenPredictions(
                test.get("text").textValue(),
                probabilities,
                MetricsFixture.ints(test.get("starts")),
                MetricsFixture.ints(test.get("ends")),
                MetricsFixture.ints(test.get("words")),
                unknown);
    }
}
