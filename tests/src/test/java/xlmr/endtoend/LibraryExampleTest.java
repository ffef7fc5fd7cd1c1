package xlmr.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import xlmr.backend.Backend;
import xlmr.backend.Backends;
import xlmr.data.Example;
import xlmr.data.ExampleOptions;
import xlmr.data.ExampleReader;
import xlmr.data.TaggedOptions;
import xlmr.data.TaggedReader;
import xlmr.data.TaggedSentence;
import xlmr.eval.LogitsFile;
import xlmr.model.TaskHead;
import xlmr.model.XlmRobertaConfig;
import xlmr.pipeline.FineTuning;
import xlmr.pipeline.Prediction;
import xlmr.pipeline.TaggedWord;
import xlmr.pipeline.TextClassifier;
import xlmr.pipeline.TokenClassificationTraining;
import xlmr.pipeline.TokenTagger;
import xlmr.train.TrainingListener;
import xlmr.train.TrainingOptions;
import xlmr.train.Tune;

/// The Java calls of the README, as they stand there, on the model that comes with xlmr.
class LibraryExampleTest {
    @TempDir Path directory;
    private Path start;

    @BeforeEach
    void layOutTheModel() throws IOException {
        start = Files.createDirectory(directory.resolve("start"));
        for (String name : List.of("config.json", "model.safetensors", "sentencepiece.bpe.model")) {
            try (var resource =
                    LibraryExampleTest.class.getResourceAsStream("/xlmr/embedded/model/" + name)) {
                assertThat(resource).isNotNull();
                Files.copy(resource, start.resolve(name));
            }
        }
    }

    @Test
    void fineTunesAndPredicts() throws IOException {
        ExampleReader reader = new ExampleReader(ExampleOptions.labelled("text", "category"));
        List<Example> training = reader.readAll(Sentences.file(directory, "train.tsv"));
        List<Example> validation = reader.readAll(Sentences.file(directory, "validation.tsv"));
        Path model = directory.resolve("my-model");
        try (Backend backend = Backends.create(2).backend()) {
            FineTuning.of(start, model)
                    .withOptions(TrainingOptions.defaults().withLearningRate(5e-4))
                    .run(training, validation, backend, TrainingListener.SILENT);
            TextClassifier classifier = TextClassifier.load(model, backend);
            Prediction prediction = classifier.predict("Quand part le prochain train ?");
            assertThat(prediction.label()).isEqualTo("travel");
            assertThat(prediction.probabilities()).hasSize(4);
            assertThat(classifier.evaluate(validation, done -> {}).verdicts()).isNotEmpty();
        }
    }

    @Test
    void trainsTheHeadAlone() throws IOException {
        ExampleReader reader = new ExampleReader(ExampleOptions.labelled("text", "category"));
        List<Example> training = reader.readAll(Sentences.first(directory, "train.tsv", 16));
        List<String> losses = new ArrayList<>();
        try (Backend backend = Backends.create(2).backend()) {
            FineTuning.of(start, directory.resolve("head"))
                    .withOptions(TrainingOptions.defaults().withTune(Tune.HEAD))
                    .run(
                            training,
                            List.of(),
                            backend,
                            new TrainingListener() {
                                @Override
                                public void microBatchDone(double loss) {
                                    losses.add("%.3f".formatted(loss));
                                }
                            });
        }
        assertThat(losses).hasSize(3);
    }

    /// As docs/tagging.md has it.
    @Test
    void learnsToTagAndTags() throws IOException {
        Path file = directory.resolve("train.conll");
        Files.writeString(file, "Ada B-PER\nsleeps O\n. O\n\nRome B-LOC\nsleeps O\n. O\n");
        List<TaggedSentence> train = new TaggedReader(TaggedOptions.tagged()).readAll(file);
        Path model = directory.resolve("my-tagger");
        try (Backend backend = Backends.create(2).backend()) {
            FineTuning.of(start, model)
                    .withOptions(TrainingOptions.defaults().withEpochs(20).withLearningRate(1e-3))
                    .run(
                            TokenClassificationTraining.of(train, List.of()),
                            backend,
                            TrainingListener.SILENT);
            TokenTagger tagger = TokenTagger.load(model, backend);
            assertThat(tagger.tag("Rome sleeps.").words())
                    .extracting(TaggedWord::tag)
                    .containsExactly("B-LOC", "O", "O");
            assertThat(tagger.entities("Ada sleeps.").entities())
                    .extracting(entity -> entity.label() + " at " + entity.span().start())
                    .containsExactly("PER at 0");
        }
    }

    @Test
    void namesTheHeadOfEachTask() {
        assertThat(TaskHead.all(XlmRobertaConfig.read(start)))
                .extracting(TaskHead::reference)
                .contains("XLMRobertaForSequenceClassification", "XLMRobertaForMaskedLM");
    }

    @Test
    void explainsLogitsOfOtherPrograms() throws IOException {
        Path file = directory.resolve("predictions.json");
        Files.writeString(
                file, "{\"logits\": [[1.5, -0.5], [0.2, 0.9], [2, 1]], \"label_ids\": [0, 1, 1]}");
        LogitsFile numbers = LogitsFile.read(file);
        assertThat(numbers.explanation(3).text()).contains("logits");
        assertThat(numbers.report().accuracy()).isEqualTo(2.0 / 3);
    }
}
