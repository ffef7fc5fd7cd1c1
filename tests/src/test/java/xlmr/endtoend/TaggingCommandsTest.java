package xlmr.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import xlmr.backend.Backend;
import xlmr.backend.Backends;
import xlmr.eval.EntityAggregation;
import xlmr.eval.EntitySpan;
import xlmr.eval.TagScheme;
import xlmr.pipeline.EntityPrediction;
import xlmr.pipeline.TagPrediction;
import xlmr.pipeline.TokenTagger;

/// A small model learns people and places from 36 sentences, through the commands.
class TaggingCommandsTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TEXT = "Does Kurt like Rome?";

    @TempDir static Path directory;
    private static Path train;
    private static Path model;
    private static CommandRun training;

    @BeforeAll
    static void trainATagger() throws IOException {
        train = directory.resolve("train.conll");
        Files.writeString(train, TaggedNames.columns());
        model = directory.resolve("model");
        training =
                CommandRun.of(
                        "train",
                        "--task",
                        "token-classification",
                        "--train",
                        train,
                        "--validation",
                        train,
                        "--epochs",
                        "12",
                        "--learning-rate",
                        "1e-3",
                        "--max-length",
                        "64",
                        "--output",
                        model);
        assertThat(training.exitCode()).as(training.err()).isZero();
    }

    @Test
    void trainingJudgesEachEpochByTheEntitiesAndWarnsOfOddData() {
        assertThat(training.out())
                .contains("validation loss", "F1 of entities", "classifier.weight [5, 128]")
                .contains("labels B-LOC, B-PER, I-LOC, I-PER, O");
        assertThat(training.err()).contains("36 of 36 validation sentences are in the training");
    }

    @Test
    void theSavedModelSaysWhatItIs() throws IOException {
        JsonNode config = JSON.readTree(model.resolve("config.json").toFile());
        assertThat(config.path("architectures").get(0).asText())
                .isEqualTo("XLMRobertaForTokenClassification");
        assertThat(config.path("id2label").path("1").asText()).isEqualTo("B-PER");
        assertThat(config.path("label2id").path("O").asInt()).isEqualTo(4);
    }

    @Test
    void evaluationFindsNearlyAllEntitiesThatWereLearned() throws IOException {
        CommandRun run = CommandRun.of("evaluate", "--model", model, "--input", train);
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).contains("the tags mark entities, read leniently");
        JsonNode report = json("evaluate", "--model", model, "--input", train, "--json");
        assertThat(report.path("f1").asDouble()).isGreaterThan(0.9);
        assertThat(report.path("accuracy").asDouble()).isGreaterThan(0.95);
    }

    @Test
    void aStrictSchemeIsNamedInTheReport() {
        CommandRun run =
                CommandRun.of(
                        "evaluate", "--model", model, "--input", train, "--tag-scheme", "iob2");
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).contains("strictly by the scheme " + TagScheme.IOB2);
    }

    @Test
    void peopleReadEntitiesWithTheirPlaces() {
        CommandRun run = CommandRun.of("predict", "--model", model, TEXT);
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.lines().getFirst()).isEqualTo(TEXT);
        assertThat(run.out()).containsPattern("PER +\\d+\\.\\d %  Kurt \\(5 to 9\\)");
        assertThat(run.out()).containsPattern("LOC +\\d+\\.\\d %  Rome \\(15 to 19\\)");
    }

    @Test
    void scriptsReadTheSameEntitiesAsJson() throws IOException {
        JsonNode answer = json("predict", "--model", model, "--json", TEXT);
        JsonNode entity = answer.path("entities").get(1);
        assertThat(answer.path("text").asText()).isEqualTo(TEXT);
        assertThat(entity.path("label").asText()).isEqualTo("LOC");
        assertThat(entity.path("text").asText()).isEqualTo("Rome");
        assertThat(entity.path("start").asInt()).isEqualTo(15);
        assertThat(entity.path("score").asDouble()).isBetween(0.3, 1.0);
    }

    @Test
    void eachWordHasATagAndAPlaceInTheText() throws IOException {
        CommandRun run = CommandRun.of("predict", "--model", model, "--aggregation", "tags", TEXT);
        assertThat(run.lines()).containsExactly("Does/O Kurt/B-PER like/O Rome/B-LOC ?/O");
        JsonNode answer =
                json("predict", "--model", model, "--aggregation", "tags", "--json", TEXT);
        for (JsonNode word : answer.path("words")) {
            assertThat(TEXT.substring(word.path("start").asInt(), word.path("end").asInt()))
                    .isEqualTo(word.path("word").asText());
        }
    }

    @Test
    void wordsOfAFileKeepTheirPlacesAndNeedNoTags() throws IOException {
        Path words = directory.resolve("words.conllu");
        Files.writeString(
                words,
                """
                # text = Does Kurt like Rome?
                1	Does	_	_	_	_	_	_	_	_
                2	Kurt	_	_	_	_	_	_	_	_
                3	like	_	_	_	_	_	_	_	_
                4	Rome	_	_	_	_	_	_	_	SpaceAfter=No
                5	?	_	_	_	_	_	_	_	_

                """);
        JsonNode answer = json("predict", "--model", model, "--input", words, "--json");
        assertThat(answer).isEqualTo(json("predict", "--model", model, "--json", TEXT));
    }

    @Test
    void predictionsAreWrittenToAFileAsJsonLines() throws IOException {
        Path output = directory.resolve("entities.jsonl");
        CommandRun run =
                CommandRun.withInput(
                        "Does Kurt like Rome?\nNothing here.\n".getBytes(StandardCharsets.UTF_8),
                        "predict",
                        "--model",
                        model,
                        "--output",
                        output);
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).startsWith("2 predictions in ");
        List<String> lines = Files.readAllLines(output);
        assertThat(lines).hasSize(2);
        assertThat(JSON.readTree(lines.getFirst()).path("entities")).hasSize(2);
    }

    /// What a word is depends on what is around it, so the tags may differ a little; but every word
    /// has one, and the entities keep their places.
    @Test
    void aTextLongerThanTheModelIsReadInWindows() throws IOException {
        String text = String.join(" ", Collections.nCopies(60, TEXT));
        try (Backend backend = Backends.create(1).backend()) {
            TokenTagger tagger = TokenTagger.load(model, backend, 32);
            TagPrediction tagged = tagger.tag(text);
            assertThat(tagged.windows()).isGreaterThan(10);
            assertThat(tagged.words()).hasSize(60 * 5);
            List<EntitySpan> rome =
                    tagged.entities().entities().stream()
                            .filter(entity -> entity.span().of(text).equals("Rome"))
                            .toList();
            assertThat(rome).hasSizeGreaterThan(55);
            assertThat(rome.get(3).span().start() % (TEXT.length() + 1)).isEqualTo(15);
            assertThat(tagger.withOverlap(0).tag(text).windows()).isLessThan(tagged.windows());
            EntityPrediction pieces =
                    tagger.entities(
                                    List.of(text),
                                    EntityAggregation.of(EntityAggregation.Strategy.SIMPLE),
                                    done -> {})
                            .getFirst();
            int end = 0;
            for (EntitySpan entity : pieces.entities()) {
                assertThat(entity.span().start()).isGreaterThanOrEqualTo(end);
                end = entity.span().end();
            }
            assertThat(pieces.entities()).hasSizeGreaterThan(100);
            assertThat(end).isGreaterThan(text.length() - 10);
        }
    }

    @Test
    void everyWordHasATagHoweverOddItIs() throws IOException {
        Path words = directory.resolve("odd.jsonl");
        String longest = "x".repeat(500);
        Files.writeString(
                words,
                """
                {"tokens": ["Does", "\\u200b", "Kurt", "%s", "like", "Rome", "?"]}
                """
                        .formatted(longest));
        JsonNode answer =
                json(
                        "predict",
                        "--model",
                        model,
                        "--input",
                        words,
                        "--tag-format",
                        "jsonl",
                        "--max-length",
                        "16",
                        "--stride",
                        "3",
                        "--aggregation",
                        "tags",
                        "--json");
        assertThat(answer.path("words"))
                .extracting(word -> word.path("word").asText())
                .containsExactly("Does", "\u200b", "Kurt", longest, "like", "Rome", "?");
        assertThat(answer.path("words")).allMatch(word -> !word.path("tag").asText().isEmpty());
        assertThat(answer.path("windows").asInt()).isGreaterThan(1);
    }

    @Test
    void theHeadAloneCanBeTrained() throws IOException {
        Path head = directory.resolve("head");
        CommandRun run =
                CommandRun.of(
                        "train",
                        "--task",
                        "token-classification",
                        "--train",
                        train,
                        "--validation",
                        train,
                        "--tune",
                        "head",
                        "--epochs",
                        "20",
                        "--learning-rate",
                        "2e-2",
                        "--output",
                        head);
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).contains("645 of 1,439,365 parameters");
        JsonNode report = json("evaluate", "--model", head, "--input", train, "--json");
        assertThat(report.path("accuracy").asDouble())
                .isGreaterThan(report.path("outside_share").asDouble() + 0.1);
    }

    @Test
    void whatCannotBeMeantIsRefused() {
        refused("fewer columns", "--word-column", "--word-column", "1", TEXT);
        refused("too much overlap", "--stride", "--max-length", "16", "--stride", "14", TEXT);
        refused("negative overlap", "--stride", "--stride", "-1", TEXT);
        refused(
                "pieces of words",
                "--aggregation first",
                "--aggregation",
                "first",
                "--input",
                train,
                "--tag-format",
                "columns");
        refused("a pair", "two texts", "--pair", "second", TEXT);
    }

    private static void refused(String what, String expected, Object... words) {
        List<Object> all = new ArrayList<>(List.of("predict", "--model", model));
        all.addAll(List.of(words));
        CommandRun run = CommandRun.of(all.toArray());
        assertThat(run.exitCode()).as(what).isEqualTo(1);
        assertThat(run.err().lines()).as(run.err()).hasSize(1);
        assertThat(run.err()).contains(expected);
    }

    @Test
    void windowsOfAShortTextChangeNothing() {
        try (Backend backend = Backends.create(1).backend()) {
            TokenTagger tagger = TokenTagger.load(model, backend);
            EntityPrediction alone = tagger.entities(TEXT);
            EntityPrediction among =
                    tagger.entities(List.of("", "Hello", TEXT, " "), done -> {}).get(2);
            assertThat(among.text()).isEqualTo(TEXT);
            for (int i = 0; i < alone.entities().size(); i++) {
                EntitySpan expected = alone.entities().get(i);
                EntitySpan found = among.entities().get(i);
                assertThat(found.span()).isEqualTo(expected.span());
                assertThat(found.score()).isEqualTo(expected.score(), within(1e-5));
            }
        }
    }

    @Test
    void tagsThatTheModelDoesNotKnowCountAsWrong() throws IOException {
        Path other = directory.resolve("other.conll");
        Files.writeString(other, "Kurt B-PER\nlikes O\nGo B-LANG\n\n");
        CommandRun run = CommandRun.of("evaluate", "--model", model, "--input", other);
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.err()).contains("B-LANG");
        Files.writeString(other, "Kurt PROPN\nlikes VERB\n\n");
        CommandRun refused = CommandRun.of("evaluate", "--model", model, "--input", other);
        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.err()).contains("other.conll", "line 1", "PROPN", "B-LOC");
    }

    private static JsonNode json(Object... words) throws IOException {
        CommandRun run = CommandRun.of(words);
        assertThat(run.exitCode()).as(run.err()).isZero();
        return JSON.readTree(run.out());
    }

    /// Sentences about people and places.
    private static final class TaggedNames {
        private static final List<String> PEOPLE =
                List.of(
                        "Ada Lovelace",
                        "Alan Turing",
                        "Marie Curie",
                        "Grace Hopper",
                        "Emmy Noether",
                        "Kurt");
        private static final List<String> PLACES =
                List.of("London", "Paris", "Berlin", "Rome", "New York", "Vienna");
        private static final List<String> FORMS =
                List.of(
                        "PER lives in LOC .",
                        "In LOC we met PER .",
                        "The train to LOC is late .",
                        "PER sold the house .",
                        "Does PER like LOC ?");

        static String columns() {
            List<String> lines = new ArrayList<>();
            for (int p = 0; p < PEOPLE.size(); p++) {
                for (int l = 0; l < PLACES.size(); l++) {
                    for (String word : FORMS.get((p + l) % FORMS.size()).split(" ")) {
                        switch (word) {
                            case "PER" -> name(PEOPLE.get(p), "PER", lines);
                            case "LOC" -> name(PLACES.get(l), "LOC", lines);
                            default -> lines.add(word + " O");
                        }
                    }
                    lines.add("");
                }
            }
            return String.join("\n", lines) + "\n";
        }

        private static void name(String name, String type, List<String> lines) {
            String prefix = "B-";
            for (String part : name.split(" ")) {
                lines.add(part + " " + prefix + type);
                prefix = "I-";
            }
        }
    }
}
