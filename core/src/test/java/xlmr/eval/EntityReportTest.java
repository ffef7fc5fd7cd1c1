package xlmr.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EntityReportTest {

    static Stream<Named<JsonNode>> cases() {
        List<Named<JsonNode>> cases = new ArrayList<>();
        MetricsFixture.read("entities.json")
                .get("cases")
                .forEach(test -> cases.add(Named.of(test.get("name").textValue(), test)));
        return cases.stream();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void givesTheNumbersOfSeqeval(JsonNode test) {
        EntityReport report = report(test, "y_true", "y_pred", null);

        assertScore(test.get("micro"), report.averages().micro());
        assertScore(test.get("macro"), report.averages().macro());
        assertScore(test.get("weighted"), report.averages().weighted());
        assertNumber(test.get("token_accuracy"), report.tokenAccuracy());
        for (ClassScore type : report.perType()) {
            JsonNode expected = test.get("report").get(type.name());
            assertNumber(expected.get("precision"), type.score().precision());
            assertNumber(expected.get("recall"), type.score().recall());
            assertNumber(expected.get("f1-score"), type.score().f1());
            assertNumber(expected.get("support"), type.support());
        }
        // beside the types there are the three averages
        assertThat(report.perType()).hasSize(test.get("report").size() - 3);
        for (TagScheme scheme : TagScheme.values()) {
            JsonNode strict = test.get("strict_" + scheme);
            if (strict != null) {
                assertScore(strict, report(test, "y_true", "y_pred", scheme).averages().micro());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void findsTheEntitiesOfSeqeval(JsonNode test) {
        for (String side : List.of("true", "pred")) {
            List<TaggedEntity> found = new ArrayList<>();
            int offset = 0; // seqeval counts on from sentence to sentence, with one between them
            for (List<String> tags : MetricsFixture.sentences(test.get("y_" + side))) {
                for (TaggedEntity entity : EntityTags.lenient(tags)) {
                    found.add(
                            new TaggedEntity(
                                    entity.type(),
                                    entity.first() + offset,
                                    entity.last() + offset));
                }
                offset += tags.size() + 1;
            }
            assertThat(found).isEqualTo(entities(test.get("entities_" + side)));
        }
    }

    @Test
    void everySchemeReadsRandomTagsAsSeqevalDoes() {
        for (JsonNode test : MetricsFixture.read("entity_schemes.json").get("cases")) {
            TagScheme scheme = TagScheme.valueOf(test.get("scheme").textValue());
            List<List<String>> truth = MetricsFixture.sentences(test.get("truth"));
            for (int i = 0; i < truth.size(); i++) {
                assertThat(scheme.entities(truth.get(i)))
                        .as("%s %s", scheme, truth.get(i))
                        .isEqualTo(entities(test.get("entities").get(i)));
                if (test.has("lenient")) {
                    assertThat(EntityTags.lenient(truth.get(i)))
                            .as("%s", truth.get(i))
                            .isEqualTo(entities(test.get("lenient_entities").get(i)));
                }
            }
            assertAverages(test.get("strict"), report(test, "truth", "predicted", scheme));
            if (test.has("lenient")) {
                assertAverages(test.get("lenient"), report(test, "truth", "predicted", null));
            }
        }
    }

    @Test
    void bilouIsReadLenientlyToo() {
        assertThat(EntityTags.lenient(List.of("B-X", "L-X", "U-X", "U-X", "B-X", "I-X", "O")))
                .containsExactly(
                        new TaggedEntity("X", 0, 1),
                        new TaggedEntity("X", 2, 2),
                        new TaggedEntity("X", 3, 3),
                        new TaggedEntity("X", 4, 5));
    }

    @Test
    void entitiesNeverOverlapAndLieInTheSentence() {
        SplittableRandom random = new SplittableRandom(3);
        String[] tags = {"O", "B-A", "I-A", "E-A", "S-A", "B-B", "I-B", "E-B", "S-B"};
        for (int round = 0; round < 2000; round++) {
            List<String> sentence = new ArrayList<>();
            for (int i = random.nextInt(12); i >= 0; i--) {
                sentence.add(tags[random.nextInt(tags.length)]);
            }
            for (List<TaggedEntity> entities :
                    List.of(EntityTags.lenient(sentence), TagScheme.IOBES.entities(sentence))) {
                int next = 0;
                for (TaggedEntity entity : entities) {
                    assertThat(entity.first()).as("%s", sentence).isGreaterThanOrEqualTo(next);
                    assertThat(entity.last()).isBetween(entity.first(), sentence.size() - 1);
                    next = entity.last() + 1;
                }
            }
        }
    }

    @Test
    void saysWhatBecameOfTheEntities() {
        EntityReport report =
                EntityReport.of(
                        List.of(
                                List.of(
                                        "B-A", "I-A", "O", "B-A", "O", "B-B", "I-B", "O", "B-A",
                                        "O")),
                        List.of(
                                List.of(
                                        "B-A", "I-A", "O", "B-B", "O", "B-B", "O", "B-A", "O",
                                        "S-A")),
                        0.5);

        assertThat(report.mistakes()).isEqualTo(new EntityMistakes(1, 1, 1, 0, 1, 2));
        assertThat(report.outsideShare()).isEqualTo(0.4);
        assertThat(report.verdicts())
                .extracting(Verdict::code)
                .containsExactly(
                        Verdict.Code.ENTITY_F1,
                        Verdict.Code.TOKEN_ACCURACY_HIDES,
                        Verdict.Code.WRONG_ENDS,
                        Verdict.Code.WRONG_TYPES,
                        Verdict.Code.INVENTED_ENTITIES,
                        Verdict.Code.FEW_EXAMPLES);
        assertThat(ReportText.of(report))
                .startsWith(
                        "1 sentence, 10 tags, 4 entities; the tags mark entities, read leniently\n"
                                + "  precision      0.2000   share of the 5 marked entities that"
                                + " are right\n")
                .contains("1 of 4 entities are found exactly (recall 25.0 %), and 1 of 5")
                .contains("  with other ends                   1\n");
        assertThat(ReportJson.of(report).get("mistakes").toString())
                .isEqualTo(
                        "{\"right\":1,\"other_type\":1,\"other_ends\":1,\"other_ends_and_type\":0,"
                                + "\"missed\":1,\"invented\":2}");
        assertThat(ReportJson.of(report).get("f1").doubleValue()).isEqualTo(report.f1());
    }

    @Test
    void aModelThatMarksNothingAndTagsWithoutEntitiesAreCalledSo() {
        List<List<String>> some = List.of(List.of("O", "B-A"));
        List<List<String>> none = List.of(List.of("O", "O"));

        assertThat(EntityReport.of(some, none, Double.NaN).verdicts())
                .extracting(Verdict::code)
                .startsWith(Verdict.Code.NO_ENTITIES_PREDICTED);
        EntityReport empty = EntityReport.of(none, some, Double.NaN);
        assertThat(empty.verdicts())
                .singleElement()
                .satisfies(
                        verdict -> {
                            assertThat(verdict.code()).isEqualTo(Verdict.Code.NO_ENTITIES);
                            assertThat(verdict.severity()).isEqualTo(Severity.ERROR);
                        });
        assertThat(ReportText.of(empty)).doesNotContain("loss");
        assertThat(ReportJson.of(empty).get("loss").isNull()).isTrue();
    }

    @Test
    void theTagsDecideWhichReportIsMade() {
        List<List<String>> tags = List.of(List.of("NOUN", "VERB"));

        assertThat(Tagging.report(tags, tags, List.of("NOUN", "VERB"), 0))
                .isInstanceOf(TagReport.class);
        assertThat(TagScheme.areEntityTags(List.of("O", "B-PER", "I-PER"))).isTrue();
        assertThat(TagScheme.areEntityTags(List.of("O", "B-PER", "NOUN"))).isFalse();
        assertThat(TagScheme.areEntityTags(List.of("O", "X"))).isFalse();
        assertThat(TagScheme.areEntityTags(List.of("U-LOC", "L-LOC"))).isTrue();
    }

    @Test
    void tagsThatStandForThemselvesAreScoredOneByOne() {
        TagReport report =
                TagReport.of(
                        List.of(List.of("NOUN", "VERB", "NOUN"), List.of("ADJ")),
                        List.of(List.of("NOUN", "NOUN", "NOUN"), List.of("ADJ")),
                        0.25);

        assertThat(report.accuracy()).isEqualTo(0.75);
        assertThat(report.scores().averages().macro().f1())
                .isEqualTo((1 + 0.8 + 0) / 3, within(1e-12));
        assertThat(ReportText.of(report))
                .startsWith("2 sentences, 4 tags; the tags stand for themselves")
                .contains("accuracy       0.7500   3 of 4 right; always 'NOUN' would give 0.5000")
                .contains(
                        "Never predicted, so with precision, recall and F1 of 0: 'VERB' (1 word).");
        assertThat(ReportJson.of(report).get("confusion").toString())
                .isEqualTo("[[1,0,0],[0,2,0],[0,1,0]]");
    }

    @Test
    void sentencesOfOtherLengthsAreRefused() {
        List<List<String>> two = List.of(List.of("O", "O"));

        assertThatThrownBy(() -> EntityReport.of(two, List.of(List.of("O")), 0))
                .hasMessage("tags: expected 2 for sentence 0 (counted from 0), found 1");
        assertThatThrownBy(() -> EntityReport.of(two, List.of(), 0))
                .hasMessage("tags: expected predictions for 1 sentences, found 0");
        assertThatThrownBy(() -> EntityReport.of(List.of(), List.of(), 0))
                .hasMessage("tags: expected at least one, found none");
        assertThatThrownBy(() -> TagScheme.IOB2.entities(List.of("S-A")))
                .hasMessage(
                        "tags: expected one of the scheme IOB2, with a prefix of I, O, B, found"
                                + " 'S-A'");
    }

    private static EntityReport report(
            JsonNode test, String truth, String predicted, @Nullable TagScheme scheme) {
        return EntityReport.of(
                MetricsFixture.sentences(test.get(truth)),
                MetricsFixture.sentences(test.get(predicted)),
                Double.NaN,
                scheme);
    }

    private static List<TaggedEntity> entities(JsonNode array) {
        List<TaggedEntity> entities = new ArrayList<>();
        array.forEach(
                entity ->
                        entities.add(
                                new TaggedEntity(
                                        entity.get(0).textValue(),
                                        entity.get(1).intValue(),
                                        entity.get(2).intValue())));
        return entities;
    }

    private static void assertScore(JsonNode expected, PrecisionRecallF1 score) {
        assertNumber(expected.get("precision"), score.precision());
        assertNumber(expected.get("recall"), score.recall());
        assertNumber(expected.get("f1"), score.f1());
    }

    private static void assertAverages(JsonNode expected, EntityReport report) {
        double[][] averages = {
            numbers(report.averages().micro()),
            numbers(report.averages().macro()),
            numbers(report.averages().weighted())
        };
        List<String> names = List.of("micro", "macro", "weighted");
        for (int i = 0; i < 3; i++) {
            for (int k = 0; k < 3; k++) {
                assertNumber(expected.get(names.get(i)).get(k), averages[i][k]);
            }
        }
    }

    private static double[] numbers(PrecisionRecallF1 score) {
        return new double[] {score.precision(), score.recall(), score.f1()};
    }

    /// NaN is written as null or as NaN.
    private static void assertNumber(JsonNode expected, double value) {
        if (expected.isNull() || Double.isNaN(expected.doubleValue())) {
            assertThat(value).isNaN();
        } else {
            assertThat(value).isEqualTo(expected.doubleValue(), within(MetricsFixture.EXACT));
        }
    }
}
