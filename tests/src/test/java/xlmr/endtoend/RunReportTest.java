package xlmr.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/// What `train` leaves beside the model, and the page of `evaluate --report`, held against the JSON
/// of the same run; with texts and a label that would like to be markup.
class RunReportTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String HOSTILE_TEXT =
            "<script>alert('x')</script> </td><img src=http://evil.example/x.png> & \"so\" on";
    private static final String HOSTILE_LABEL = "<b onclick=\"x()\">|&pipe";

    @TempDir static Path directory;
    private static Path model;
    private static Path validation;
    private static JsonNode log;

    @BeforeAll
    static void train() throws Exception {
        model = directory.resolve("my <model>");
        Path training = directory.resolve("train.tsv");
        List<String> lines =
                new ArrayList<>(
                        Files.readAllLines(Sentences.first(directory, "train.tsv", 96)).stream()
                                .map(line -> line.replace("\tweather", "\t" + HOSTILE_LABEL))
                                .toList());
        Files.write(training, lines);
        validation = directory.resolve("validation.tsv");
        List<String> judged =
                new ArrayList<>(
                        Files.readAllLines(Sentences.first(directory, "validation.tsv", 24))
                                .stream()
                                .map(line -> line.replace("\tweather", "\t" + HOSTILE_LABEL))
                                .toList());
        String[] columns = judged.getFirst().split("\t", -1);
        for (String label : List.of("food", "money", "travel", HOSTILE_LABEL)) {
            String[] row = new String[columns.length];
            for (int c = 0; c < columns.length; c++) {
                row[c] =
                        switch (columns[c]) {
                            case "text" -> HOSTILE_TEXT;
                            case "category" -> label;
                            default -> "en";
                        };
            }
            judged.add(String.join("\t", row));
        }
        Files.write(validation, judged);
        CommandRun run =
                CommandRun.of(
                        "train",
                        "--train",
                        training,
                        "--validation",
                        validation,
                        "--label-column",
                        "category",
                        "--epochs",
                        "3",
                        "--learning-rate",
                        "5e-4",
                        "--max-length",
                        "100",
                        "--threads",
                        "1",
                        "--output",
                        model);
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).contains("report.html shows how it went");
        log = read("training.json");
    }

    private static JsonNode read(String name) throws IOException {
        return JSON.readTree(model.resolve(name).toFile());
    }

    private static JsonNode best() {
        return StreamSupport.stream(log.path("epochs").spliterator(), false)
                .filter(epoch -> epoch.path("best").asBoolean())
                .reduce((earlier, later) -> later)
                .orElseThrow();
    }

    /// Strictly, as XML: HTML forgives what an XML parser does not.
    private static Document parse(Path page) throws Exception {
        String html = Files.readString(page);
        assertThat(html).startsWith("<!DOCTYPE html>\n<html lang=\"en\">");
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        return factory.newDocumentBuilder()
                .parse(new InputSource(new StringReader(html.substring(html.indexOf("<html")))));
    }

    private static List<Element> all(Document page, String name) {
        NodeList nodes = page.getElementsByTagName(name);
        List<Element> elements = new ArrayList<>();
        for (int i = 0; i < nodes.getLength(); i++) {
            elements.add((Element) nodes.item(i));
        }
        return elements;
    }

    private static Element section(Document page, String id) {
        return all(page, "section").stream()
                .filter(section -> section.getAttribute("id").equals(id))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no section " + id));
    }

    /// The cells of the rows of a section's first table.
    private static List<List<String>> rows(Element section) {
        NodeList rows = section.getElementsByTagName("tr");
        List<List<String>> table = new ArrayList<>();
        for (int r = 0; r < rows.getLength(); r++) {
            List<String> cells = new ArrayList<>();
            for (Node cell = rows.item(r).getFirstChild();
                    cell != null;
                    cell = cell.getNextSibling()) {
                if (cell instanceof Element) {
                    cells.add(cell.getTextContent());
                }
            }
            table.add(cells);
        }
        return table;
    }

    private static String four(JsonNode number) {
        return String.format(Locale.ROOT, "%.4f", number.asDouble());
    }

    @Test
    void thePageSaysWhatTheReportSays() throws Exception {
        Document page = parse(model.resolve("report.html"));
        JsonNode report = best().path("validation");
        assertThat(section(page, "result").getTextContent())
                .contains(four(report.path("accuracy")), four(report.path("macro_f1")))
                .contains(four(report.path("loss")), four(report.path("majority_accuracy")));
        List<List<String>> classes = rows(section(page, "classes"));
        List<List<String>> confusion = rows(section(page, "confusion"));
        for (int k = 0; k < 4; k++) {
            String label = report.path("labels").path(k).asText();
            JsonNode scores = report.path("per_class").path(label);
            assertThat(classes.get(k + 1))
                    .containsExactly(
                            label,
                            four(scores.path("precision")),
                            four(scores.path("recall")),
                            four(scores.path("f1")),
                            scores.path("support").asText(),
                            scores.path("predicted").asText());
            assertThat(confusion.get(k + 1).getFirst()).isEqualTo(label);
            for (int predicted = 0; predicted < 4; predicted++) {
                assertThat(confusion.get(k + 1).get(predicted + 1))
                        .isEqualTo(report.path("confusion").path(k).path(predicted).asText());
            }
        }
        assertThat(section(page, "calibration").getTextContent())
                .contains(four(report.path("expected_calibration_error")));
        for (JsonNode verdict : report.path("verdicts")) {
            assertThat(section(page, "verdicts").getTextContent().replace('\u00a0', ' '))
                    .contains(verdict.path("sentence").asText());
        }
        assertThat(rows(section(page, "curves"))).hasSize(1 + log.path("epochs").size());
        assertThat(rows(section(page, "settings")))
                .contains(List.of("learning rate", "0.0005"), List.of("seed", "0"));
    }

    @Test
    void theWorstErrorsAreShownAsTextTheSurestFirst() throws Exception {
        Document page = parse(model.resolve("report.html"));
        List<List<String>> errors = rows(section(page, "errors"));
        JsonNode confusion = best().path("validation").path("confusion");
        int wrong = 0;
        for (int actual = 0; actual < 4; actual++) {
            for (int predicted = 0; predicted < 4; predicted++) {
                wrong += actual == predicted ? 0 : confusion.path(actual).path(predicted).asInt();
            }
        }
        assertThat(errors).hasSize(1 + wrong);
        // Four rows of one text with four labels: three are wrong, whatever the model says.
        assertThat(errors.stream().filter(row -> row.contains(HOSTILE_TEXT))).hasSize(3);
        List<Double> sure =
                errors.stream()
                        .skip(1)
                        .map(row -> row.getLast().replaceAll("[^0-9.]", ""))
                        .map(Double::valueOf)
                        .toList();
        assertThat(sure).isSortedAccordingTo((a, b) -> Double.compare(b, a));
    }

    @Test
    void nothingOfThePageIsElsewhereAndNothingRuns() throws Exception {
        Document page = parse(model.resolve("report.html"));
        List<String> names = List.of("script", "img", "link", "iframe", "object", "base", "form");
        for (Element element : all(page, "*")) {
            assertThat(element.getTagName()).isNotIn(names);
            for (int i = 0; i < element.getAttributes().getLength(); i++) {
                Node attribute = element.getAttributes().item(i);
                assertThat(attribute.getNodeName()).doesNotStartWith("on");
                if (List.of("href", "src", "xlink:href", "action")
                        .contains(attribute.getNodeName())) {
                    assertThat(attribute.getNodeValue()).startsWith("#");
                }
            }
        }
        assertThat(all(page, "style").getFirst().getTextContent())
                .doesNotContain("url(", "@import", "http");
        List<String> ids =
                all(page, "section").stream().map(section -> section.getAttribute("id")).toList();
        assertThat(ids).doesNotHaveDuplicates();
        for (Element link : all(page, "a")) {
            assertThat(ids).contains(link.getAttribute("href").substring(1));
        }
        for (Element table : all(page, "table")) {
            assertThat(table.getElementsByTagName("caption").getLength()).isEqualTo(1);
        }
        for (Element drawing : all(page, "svg")) {
            assertThat(drawing.hasAttribute("aria-label") || drawing.hasAttribute("aria-hidden"))
                    .isTrue();
        }
    }

    @Test
    void resultsHaveTheShapeOfHuggingFacesTrainer() throws IOException {
        JsonNode all = read("all_results.json");
        JsonNode report = best().path("validation");
        assertThat(all.path("eval_accuracy").asDouble())
                .isEqualTo(report.path("accuracy").asDouble());
        assertThat(all.path("eval_f1").asDouble()).isEqualTo(report.path("macro_f1").asDouble());
        assertThat(all.path("eval_loss").asDouble()).isEqualTo(report.path("loss").asDouble());
        assertThat(all.path("epoch").asDouble()).isEqualTo(3);
        assertThat(all.path("train_samples").asInt()).isEqualTo(96);
        assertThat(all.path("eval_samples").asInt()).isEqualTo(28);
        assertThat(all.path("train_runtime").asDouble()).isPositive();
        double mean = 0;
        for (JsonNode epoch : log.path("epochs")) {
            mean += epoch.path("training_loss").asDouble() / 3;
        }
        assertThat(all.path("train_loss").asDouble()).isCloseTo(mean, within(1e-9));
        read("train_results.json")
                .properties()
                .forEach(entry -> assertThat(all.get(entry.getKey())).isEqualTo(entry.getValue()));
    }

    @Test
    void theTrainersStateHasALineForEachStepAndEachEvaluation() throws IOException {
        JsonNode state = read("trainer_state.json");
        assertThat(state.path("global_step").asInt()).isEqualTo(18);
        assertThat(state.path("max_steps").asInt()).isEqualTo(18);
        assertThat(state.path("best_global_step").asInt())
                .isEqualTo(6 * best().path("epoch").asInt());
        int steps = 0;
        int evaluations = 0;
        double last = 0;
        for (JsonNode line : state.path("log_history")) {
            steps += line.has("loss") ? 1 : 0;
            evaluations += line.has("eval_loss") ? 1 : 0;
            assertThat(line.path("step").asDouble()).isGreaterThanOrEqualTo(last);
            last = line.path("step").asDouble();
        }
        assertThat(steps).isEqualTo(18);
        assertThat(evaluations).isEqualTo(3);
    }

    @Test
    void theModelCardHoldsNoMarkupOfItsDataAndIsNotWrittenOverOnceItIsSomebodys()
            throws IOException {
        Path card = model.resolve("README.md");
        assertThat(card).content().startsWith("---\nlibrary_name: transformers\n");
        assertThat(card).content().contains("pipeline_tag: text-classification");
        assertThat(card)
                .content()
                .doesNotContain("<b onclick", "<script")
                .contains("value: " + best().path("validation").path("accuracy").asDouble());
    }

    @Test
    void tensorBoardsFileIsThere() throws IOException {
        try (Stream<Path> files = Files.walk(model.resolve("runs"))) {
            assertThat(files.filter(Files::isRegularFile))
                    .hasSize(1)
                    .allSatisfy(
                            file -> {
                                assertThat(file.getFileName().toString()).contains("tfevents");
                                assertThat(Files.size(file)).isGreaterThan(18 * 80);
                            });
        }
    }

    @Test
    void evaluateWritesTheSamePageOfItsReport() throws Exception {
        Path file = directory.resolve("evaluation.html");
        CommandRun run =
                CommandRun.of(
                        "evaluate",
                        "--model",
                        model,
                        "--input",
                        validation,
                        "--label-column",
                        "category",
                        "--max-length",
                        "100",
                        "--json",
                        "--report",
                        file);
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        Document page = parse(file);
        Document trained = parse(model.resolve("report.html"));
        for (String id : List.of("verdicts", "numbers", "classes", "confusion", "errors")) {
            assertThat(section(page, id).getTextContent())
                    .isEqualTo(section(trained, id).getTextContent());
        }
        assertThat(JSON.readTree(run.out()).path("accuracy").asDouble())
                .isEqualTo(best().path("validation").path("accuracy").asDouble());
    }

    @Test
    void whatIsNotWantedIsNotWritten() throws IOException {
        Path output = directory.resolve("plain");
        Path training = Sentences.first(directory, "train.tsv", 32);
        List<Object> words =
                List.of(
                        "train",
                        "--train",
                        training,
                        "--label-column",
                        "category",
                        "--tune",
                        "head",
                        "--epochs",
                        "1",
                        "--output",
                        output,
                        "--no-tensorboard");
        assertThat(CommandRun.of(words.toArray()).exitCode()).isZero();
        assertThat(output.resolve("report.html")).exists();
        assertThat(output.resolve("runs")).doesNotExist();
        assertThat(output.resolve("eval_results.json")).doesNotExist();
        Files.writeString(output.resolve("README.md"), "my own words");
        CommandRun again =
                CommandRun.of(Stream.concat(words.stream(), Stream.of("--no-report")).toArray());
        assertThat(again.exitCode()).isZero();
        assertThat(again.err()).contains("README.md").contains("stays as it is");
        assertThat(output.resolve("README.md")).hasContent("my own words");
        assertThat(output.resolve("report.html")).doesNotExist();
    }
}
