package xlmr.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import xlmr.backend.Backend;
import xlmr.backend.Backends;
import xlmr.checkpoint.Checkpoint;
import xlmr.data.Example;
import xlmr.data.ExampleOptions;
import xlmr.data.ExampleReader;
import xlmr.eval.EvaluationReport;
import xlmr.eval.JointReport;
import xlmr.eval.RegressionReport;
import xlmr.eval.ReportJson;
import xlmr.model.HeadSpec;
import xlmr.model.LoraSettings;
import xlmr.model.ProblemType;
import xlmr.pipeline.FineTuning;
import xlmr.pipeline.HeadTask;
import xlmr.pipeline.JointFineTuning;
import xlmr.pipeline.NamedHeads;
import xlmr.pipeline.Prediction;
import xlmr.pipeline.SequenceClassificationTraining;
import xlmr.pipeline.TrainingTask;
import xlmr.train.Mixing;
import xlmr.train.RunSaving;
import xlmr.train.TrainingException;
import xlmr.train.TrainingListener;
import xlmr.train.TrainingOptions;
import xlmr.train.Tune;

/// Several heads that train together with their encoder, through the library.
class JointFineTuningTest {
    private static final Path START =
            Path.of(System.getProperty("xlmr.repository", ".."))
                    .resolve("cli/src/main/resources/xlmr/embedded/model");
    private static final TrainingOptions OPTIONS =
            TrainingOptions.defaults().withEpochs(2).withBatchSize(8).withLearningRate(1e-3);

    @TempDir private Path directory;
    private TrainingTask topics;
    private TrainingTask lengths;
    private TrainingTask marks;

    @BeforeEach
    void readExamples() throws IOException {
        ExampleReader reader = new ExampleReader(ExampleOptions.labelled("text", "category"));
        List<Example> all = reader.readAll(Sentences.file(directory, "train.tsv"));
        List<Example> training = IntStream.range(0, 28).mapToObj(i -> all.get(i * 11)).toList();
        List<Example> validation =
                IntStream.range(0, 12).mapToObj(i -> all.get(i * 11 + 5)).toList();
        topics =
                SequenceClassificationTraining.of(
                        training, validation, ProblemType.SINGLE_LABEL_CLASSIFICATION);
        lengths =
                SequenceClassificationTraining.of(
                        numbers(training.subList(0, 20)),
                        numbers(validation),
                        ProblemType.REGRESSION);
        marks =
                SequenceClassificationTraining.of(
                        marks(training.subList(4, 24)),
                        marks(validation),
                        ProblemType.MULTI_LABEL_CLASSIFICATION);
    }

    private static List<Example> numbers(List<Example> examples) {
        return examples.stream()
                .map(one -> Example.of(one.text(), "" + one.text().length() / 50.0))
                .toList();
    }

    private static List<Example> marks(List<Example> examples) {
        return examples.stream()
                .map(
                        one -> {
                            List<String> labels = new ArrayList<>();
                            if (one.text().length() > 40) {
                                labels.add("long");
                            }
                            if (one.text().contains("e")) {
                                labels.add("has e");
                            }
                            return new Example(one.text(), null, labels, "a list", 1);
                        })
                .toList();
    }

    private JointFineTuning job(Path output) {
        return JointFineTuning.of(START, output)
                .with(HeadTask.of("topic", topics))
                .with(
                        HeadTask.of("length", lengths)
                                .withHead(HeadSpec.parse("mean"))
                                .withWeight(0.5))
                .with(HeadTask.of("marks", marks))
                .withOptions(OPTIONS);
    }

    private static JointReport report(JointFineTuning.Result result) {
        return (JointReport) Objects.requireNonNull(result.best().validation());
    }

    private static JointFineTuning.Result run(JointFineTuning job) {
        return run(job, 1, TrainingListener.SILENT);
    }

    private static JointFineTuning.Result run(
            JointFineTuning job, int threads, TrainingListener listener) {
        try (Backend backend = Backends.create(threads).backend()) {
            return job.run(backend, listener);
        }
    }

    @Test
    void headsOfDifferentKindsTrainTogetherAndAnswerTogether() {
        Path output = directory.resolve("joint");
        JointFineTuning.Result result = run(job(output));

        JointReport report = report(result);
        assertThat(report.heads().sequencedKeySet()).containsExactly("topic", "length", "marks");
        assertThat(report.heads().get("length")).isInstanceOf(RegressionReport.class);
        assertThat(result.labels().get("marks")).containsExactly("has e", "long");
        try (Backend backend = Backends.create(1).backend()) {
            NamedHeads heads =
                    NamedHeads.load(output, List.of("topic", "length", "marks"), backend, 0);
            assertThat(heads.warnings()).isEmpty();
            Map<String, Integer> sizes = new LinkedHashMap<>();
            heads.predict("The train to the airport leaves at noon.")
                    .forEach(
                            (name, together) -> {
                                Prediction alone =
                                        heads.classifier(name)
                                                .predict(
                                                        "The train to the airport leaves at noon.");
                                assertThat(together.logits()).isEqualTo(alone.logits());
                                sizes.put(name, together.logits().size());
                            });
            assertThat(sizes).isEqualTo(Map.of("topic", 4, "length", 1, "marks", 2));
        }
    }

    /// Each head's report comes from the weights that are saved: no head is a step behind.
    @Test
    void theSavedHeadsAreThoseThatWereJudged() {
        Path output = directory.resolve("joint");
        JointFineTuning.Result result = run(job(output));
        JointReport report = report(result);
        try (Backend backend = Backends.create(1).backend()) {
            NamedHeads heads = NamedHeads.load(output, report.heads().keySet(), backend, 0);
            List<Example> examples = ((SequenceClassificationTraining) topics).validation();
            EvaluationReport again = heads.classifier("topic").evaluate(examples, done -> {});
            assertThat(ReportJson.of(again))
                    .isEqualTo(ReportJson.of(Objects.requireNonNull(report.heads().get("topic"))));
        }
    }

    /// The same sampling, dropout, rates and bits: the other heads are judged, and nothing else.
    @Test
    void aHeadBesideHeadsOfWeightZeroTrainsAsIfAlone() throws IOException {
        Path alone = directory.resolve("alone");
        try (Backend backend = Backends.create(1).backend()) {
            FineTuning.of(START, alone)
                    .withHead(HeadSpec.parse("attention"))
                    .withOptions(OPTIONS)
                    .run(topics, backend, TrainingListener.SILENT);
        }
        Path joint = directory.resolve("joint");
        JointFineTuning job =
                JointFineTuning.of(START, joint)
                        .with(HeadTask.of("length", lengths).withWeight(0))
                        .with(HeadTask.of("topic", topics).withHead(HeadSpec.parse("attention")))
                        .withOptions(OPTIONS);
        // The head that does not train gets no better, so that the same epoch is the best.
        run(job);

        Checkpoint expected = Checkpoint.open(alone);
        Checkpoint encoder = Checkpoint.open(joint);
        Checkpoint head = Checkpoint.open(joint.resolve("heads/topic/head.safetensors"));
        int compared = 0;
        for (String name : expected.names()) {
            boolean ofEncoder = name.startsWith("roberta.");
            float[] found =
                    ofEncoder
                            ? encoder.floats(name.substring("roberta.".length()))
                            : head.floats(name);
            assertThat(found).as(name).isEqualTo(expected.floats(name));
            compared += ofEncoder ? 0 : 1;
        }
        assertThat(joint.resolve("heads/length")).as("drawn at random").doesNotExist();
        assertThat(compared).as("arrays of the head").isEqualTo(head.names().size()).isPositive();
    }

    @Test
    void anyNumberOfThreadsGivesTheSameBits() throws IOException {
        Path one = directory.resolve("one");
        Path three = directory.resolve("three");
        run(job(one).withMixing(Mixing.UNIFORM));
        run(job(three).withMixing(Mixing.UNIFORM), 3, TrainingListener.SILENT);
        assertSameFiles(one, three);
    }

    /// Stops a run from outside.
    private static final class Stopped extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    private static TrainingListener stoppingAfter(int last) {
        return new TrainingListener() {
            @Override
            public void stepDone(Step step) {
                if (step.number() == last) {
                    throw new Stopped();
                }
            }
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"full", "head", "top:1", "gradual", "lora"})
    void aRunThatWasStoppedGoesOnToTheSameBits(String tune) throws IOException {
        TrainingOptions options =
                OPTIONS.withTune(
                        tune.equals("lora")
                                ? new Tune.Lora(LoraSettings.parse("r=2,dropout=0.1"))
                                : Tune.parse(tune));
        Path whole = directory.resolve("whole");
        Mixing mixing = Mixing.temperature(3);
        run(job(whole).withOptions(options).withMixing(mixing));
        Path stopped = directory.resolve("stopped");
        JointFineTuning again =
                job(stopped)
                        .withOptions(options)
                        .withMixing(mixing)
                        .withSaving(RunSaving.everyEpoch(stopped).withEverySteps(2).resuming());
        for (int stop : new int[] {3, 7, 9, 14, 17}) {
            assertThatThrownBy(() -> run(again, 1, stoppingAfter(stop)))
                    .as("stop after %d", stop)
                    .isInstanceOf(Stopped.class);
        }
        JointFineTuning.Result found = run(again);
        assertThat(found.epochs()).hasSize(2);
        assertSameFiles(whole, stopped);
    }

    @Test
    void anotherWeightOrMixingIsAnotherRun() {
        Path output = directory.resolve("output");
        JointFineTuning job = job(output).withSaving(RunSaving.everyEpoch(output).resuming());
        assertThatThrownBy(() -> run(job, 1, stoppingAfter(12))).isInstanceOf(Stopped.class);
        assertThatThrownBy(() -> run(job.withMixing(Mixing.UNIFORM)))
                .isInstanceOf(TrainingException.class)
                .hasMessageContaining("mixing: proportional then, uniform now");
        List<HeadTask> heads = job.heads().stream().map(head -> head.withWeight(1)).toList();
        JointFineTuning heavier =
                new JointFineTuning(
                        START, output, heads, OPTIONS, Mixing.PROPORTIONAL, 0, null, job.saving());
        assertThatThrownBy(() -> run(heavier))
                .isInstanceOf(TrainingException.class)
                .hasMessageContaining("head length, weight: 0.5 then, 1.0 now");
    }

    /// The adapter is of all heads, and each has it with it; the encoder's weights are the base's.
    @Test
    void headsTravelWithTheAdapterThatTheyTrainedWith() throws IOException {
        Path output = directory.resolve("joint");
        run(job(output).withOptions(OPTIONS.withTune(new Tune.Lora(LoraSettings.parse("r=2")))));
        Checkpoint before = Checkpoint.open(START);
        Checkpoint after = Checkpoint.open(output);
        String words = "embeddings.word_embeddings.weight";
        String stored = before.names().contains(words) ? words : "roberta." + words;
        assertThat(after.floats(words)).isEqualTo(before.floats(stored));
        Checkpoint one =
                Checkpoint.open(output.resolve("heads/topic/adapter/adapter_model.safetensors"));
        Checkpoint other =
                Checkpoint.open(output.resolve("heads/marks/adapter/adapter_model.safetensors"));
        List<String> matrices =
                one.names().stream().filter(name -> name.contains(".lora_")).toList();
        assertThat(matrices).isNotEmpty();
        for (String name : matrices) {
            assertThat(other.floats(name)).as(name).isEqualTo(one.floats(name));
        }
        try (Backend backend = Backends.create(1).backend()) {
            NamedHeads heads = NamedHeads.load(output, List.of("topic", "marks"), backend, 0);
            assertThat(heads.warnings()).isEmpty();
            assertThat(heads.classifier("topic").model().encoder().layers())
                    .as("of both heads, in one pass")
                    .isEqualTo(heads.classifier("marks").model().encoder().layers());
        }
    }

    /// Of a frozen encoder heads of the same kind ask for a text once, whatever they learn of it.
    @Test
    void headsThatReadTheSameTextsShareWhatTheEncoderSays() {
        List<Integer> computed = new ArrayList<>();
        TrainingListener counting =
                new TrainingListener() {
                    @Override
                    public void featuresComputed(int done, int total) {
                        if (done == total) {
                            computed.add(total);
                        }
                    }
                };
        JointFineTuning job =
                JointFineTuning.of(START, directory.resolve("frozen"))
                        .with(HeadTask.of("topic", topics))
                        .with(HeadTask.of("length", lengths))
                        .with(HeadTask.of("marks", marks).withHead(HeadSpec.parse("mean")))
                        .withOptions(OPTIONS.withTune(Tune.HEAD));
        run(job, 1, counting);
        assertThat(computed).as("topic's 28 texts hold length's").containsExactly(28, 20);
    }

    @Test
    void whatCannotBeIsRefused() {
        JointFineTuning none = JointFineTuning.of(START, directory.resolve("x"));
        assertThatThrownBy(() -> run(none)).hasMessage("heads: expected at least one, found none");
        JointFineTuning two = none.with(HeadTask.of("a", topics));
        assertThatThrownBy(() -> two.with(HeadTask.of("a", lengths)))
                .hasMessage("heads: expected a name for each, found 'a' twice");
        assertThatThrownBy(() -> two.with(HeadTask.of("a/b", lengths)))
                .hasMessageContaining("expected letters, digits, - and _");
        assertThatThrownBy(() -> run(none.with(HeadTask.of("a", topics).withWeight(0))))
                .hasMessageContaining("at least one with a weight above 0");
        assertThatThrownBy(() -> run(none.with(HeadTask.of("a", topics).withWeight(-1))))
                .hasMessageContaining("weight of the head 'a'");
        TrainingOptions smoothed = OPTIONS.withLoss(OPTIONS.loss().withLabelSmoothing(0.1));
        assertThatThrownBy(() -> run(job(directory.resolve("x")).withOptions(smoothed)))
                .hasMessageStartingWith("head 'length': class weights, label smoothing");
    }

    private static void assertSameFiles(Path expected, Path found) throws IOException {
        int files = 0;
        try (Stream<Path> walked = Files.walk(expected)) {
            for (Path file : walked.filter(Files::isRegularFile).toList()) {
                assertThat(found.resolve(expected.relativize(file).toString()))
                        .hasSameBinaryContentAs(file);
                files++;
            }
        }
        assertThat(files).isGreaterThan(8);
    }
}
