package xlmr.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import xlmr.backend.Backend;
import xlmr.backend.Backends;
import xlmr.data.ChoiceReader;
import xlmr.data.Example;
import xlmr.data.ExampleOptions;
import xlmr.data.ExampleReader;
import xlmr.data.MaskingRule;
import xlmr.data.QuestionReader;
import xlmr.data.TaggedOptions;
import xlmr.data.TaggedReader;
import xlmr.eval.EvaluationReport;
import xlmr.eval.ReportJson;
import xlmr.model.HeadSpec;
import xlmr.model.LoraSettings;
import xlmr.model.ProblemType;
import xlmr.optim.ScheduleShape;
import xlmr.pipeline.CausalLanguageModelTraining;
import xlmr.pipeline.FineTuning;
import xlmr.pipeline.MaskedLanguageModelTraining;
import xlmr.pipeline.MultipleChoiceTraining;
import xlmr.pipeline.QuestionAnsweringTraining;
import xlmr.pipeline.SequenceClassificationTraining;
import xlmr.pipeline.TokenClassificationTraining;
import xlmr.pipeline.TrainingTask;
import xlmr.train.LearningRates;
import xlmr.train.RunFolders;
import xlmr.train.RunSaving;
import xlmr.train.TrainingException;
import xlmr.train.TrainingListener;
import xlmr.train.TrainingOptions;
import xlmr.train.Tune;

/// A run that was stopped and goes on ends with the bits of one that was not, whatever trains.
class ResumedRunsTest {
    private static final Path START =
            Path.of(System.getProperty("xlmr.repository", ".."))
                    .resolve("cli/src/main/resources/xlmr/embedded/model");

    /// Stops a run from outside.
    private static final class Stopped extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    @TempDir private Path directory;
    private List<Example> training;
    private List<Example> validation;

    @BeforeEach
    void readExamples() throws IOException {
        ExampleReader reader = new ExampleReader(ExampleOptions.labelled("text", "category"));
        List<Example> all = reader.readAll(Sentences.file(directory, "train.tsv"));
        training = IntStream.range(0, 20).mapToObj(i -> all.get(i * 13)).toList();
        validation = IntStream.range(0, 8).mapToObj(i -> all.get(i * 13 + 5)).toList();
    }

    static Stream<Arguments> choices() {
        TrainingOptions options =
                TrainingOptions.defaults().withEpochs(3).withBatchSize(8).withLearningRate(1e-3);
        LearningRates rates = options.rates();
        return Stream.of(
                Arguments.of("full", options, "roberta"),
                Arguments.of("head", options.withTune(Tune.HEAD), "mlp:16"),
                Arguments.of("top:1", options.withTune(new Tune.Top(1)), "bilstm:8"),
                Arguments.of("bias", options.withTune(Tune.BIASES), "mix:mean"),
                Arguments.of(
                        "lora",
                        options.withTune(
                                new Tune.Lora(LoraSettings.parse("r=2,dropout=0.1,targets=query"))),
                        "roberta"),
                Arguments.of("gradual", options.withTune(Tune.parse("gradual")), "attention"),
                Arguments.of(
                        "plateau",
                        options.withRates(rates.withSchedule(ScheduleShape.PLATEAU))
                                .withBatching(options.batching().withAccumulation(2)),
                        "roberta"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("choices")
    void goesOnToTheSameBits(String name, TrainingOptions options, String head) throws IOException {
        TrainingTask task =
                SequenceClassificationTraining.of(
                        training, validation, ProblemType.SINGLE_LABEL_CLASSIFICATION);
        assertGoesOn(task, options, HeadSpec.parse(head));
    }

    @Test
    void languageModelsGoOn() throws IOException {
        TrainingOptions options =
                TrainingOptions.defaults().withEpochs(2).withBatchSize(8).withLearningRate(1e-3);
        assertGoesOn(
                new MaskedLanguageModelTraining(
                        training, validation, new MaskingRule(0.15, false), 3),
                options,
                null);
        assertGoesOn(new CausalLanguageModelTraining(training, List.of()), options, null);
    }

    static Stream<Arguments> tasks() {
        return Stream.of(TaskFiles.values())
                .flatMap(
                        files ->
                                Stream.of(
                                        Arguments.of(files, Tune.FULL),
                                        Arguments.of(files, Tune.HEAD),
                                        Arguments.of(
                                                files,
                                                new Tune.Lora(
                                                        LoraSettings.parse(
                                                                "r=2,dropout=0.1,targets=value")))));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("tasks")
    void everyTaskGoesOn(TaskFiles files, Tune tune) throws IOException {
        TrainingOptions options =
                TrainingOptions.defaults()
                        .withEpochs(2)
                        .withBatchSize(8)
                        .withLearningRate(1e-3)
                        .withTune(tune);
        assertGoesOn(task(files, files.in(directory)), options, null);
    }

    private static TrainingTask task(TaskFiles files, Path file) {
        return switch (files) {
            case TAGS -> {
                var all = new TaggedReader(TaggedOptions.tagged()).readAll(file);
                yield TokenClassificationTraining.of(all, all.subList(0, 8));
            }
            case QUESTIONS -> {
                var all = QuestionReader.labelled().readAll(file);
                yield QuestionAnsweringTraining.of(all, all.subList(0, 8));
            }
            case CHOICES -> {
                var all = ChoiceReader.labelled().readAll(file);
                yield new MultipleChoiceTraining(all, all.subList(0, 8));
            }
            case NUMBERS -> {
                var all = new ExampleReader(ExampleOptions.labelled("text", "label")).readAll(file);
                yield SequenceClassificationTraining.of(
                        all, all.subList(0, 8), ProblemType.REGRESSION);
            }
        };
    }

    /// Stops after each of several updates, the epoch's last and a saved one among them.
    private void assertGoesOn(TrainingTask task, TrainingOptions options, HeadSpec head)
            throws IOException {
        Path whole = Files.createTempDirectory(directory, "whole");
        FineTuning job = job(whole, options, head);
        FineTuning.Result expected = run(job, task, TrainingListener.SILENT);
        int perEpoch = Math.ceilDiv(3, options.batching().accumulation());
        Path stopped = Files.createTempDirectory(directory, "stopped");
        FineTuning again =
                job(stopped, options, head)
                        .withSaving(RunSaving.everyEpoch(stopped).withEverySteps(2).resuming());
        List<Long> begun = new ArrayList<>();
        for (int stop = 1; stop < perEpoch * options.epochs(); stop += 2) {
            TrainingListener stopping = stoppingAfter(stop, begun);
            assertThatThrownBy(() -> run(again, task, stopping)).isInstanceOf(Stopped.class);
        }
        FineTuning.Result found = run(again, task, stoppingAfter(Long.MAX_VALUE, begun));
        assertThat(begun).as("states that were gone on from").isNotEmpty().isSorted();
        assertSameModel(whole, stopped);
        assertThat(reports(found)).isEqualTo(reports(expected));
        FineTuning.Result finished = run(again, task, TrainingListener.SILENT);
        assertThat(reports(finished)).as("of the finished run").isEqualTo(reports(expected));
        assertThat(new RunFolders(stopped).last().orElseThrow())
                .isDirectoryNotContaining("glob:**/{weights,optimizer}.safetensors");
    }

    private static TrainingListener stoppingAfter(long last, List<Long> begun) {
        return new TrainingListener() {
            @Override
            public void resumed(Resumption resumption) {
                begun.add(resumption.step());
            }

            @Override
            public void stepDone(Step step) {
                if (step.number() == last) {
                    throw new Stopped();
                }
            }
        };
    }

    private static FineTuning job(Path output, TrainingOptions options, HeadSpec head) {
        FineTuning job = FineTuning.of(START, output).withOptions(options);
        return head == null ? job : job.withHead(head);
    }

    private static FineTuning.Result run(
            FineTuning job, TrainingTask task, TrainingListener listener) {
        try (Backend backend = Backends.create(1).backend()) {
            return job.run(task, backend, listener);
        }
    }

    private static List<String> reports(FineTuning.Result result) {
        return result.epochs().stream()
                .map(
                        epoch -> {
                            EvaluationReport report = epoch.validation();
                            return "%d %s %s %s"
                                    .formatted(
                                            epoch.number(),
                                            epoch.trainingLoss(),
                                            epoch.best(),
                                            report == null ? "" : ReportJson.of(report));
                        })
                .toList();
    }

    private static void assertSameModel(Path expected, Path found) throws IOException {
        try (Stream<Path> files = Files.walk(expected)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertThat(found.resolve(expected.relativize(file).toString()))
                        .hasSameBinaryContentAs(file);
            }
        }
    }

    @Test
    void otherSettingsAndOtherDataAreRefused() throws IOException {
        TrainingOptions options = TrainingOptions.defaults().withEpochs(2).withTune(Tune.HEAD);
        Path output = directory.resolve("output");
        TrainingTask task =
                SequenceClassificationTraining.of(
                        training, validation, ProblemType.SINGLE_LABEL_CLASSIFICATION);
        FineTuning job = job(output, options, null).resumable();
        run(job, task, TrainingListener.SILENT);
        assertThatThrownBy(
                        () ->
                                run(
                                        job.withOptions(options.withEpochs(3).withSeed(1)),
                                        task,
                                        TrainingListener.SILENT))
                .isInstanceOf(TrainingException.class)
                .hasMessageContaining("epochs: 2 then, 3 now; seed: 0 then, 1 now");
        List<Example> swapped = new ArrayList<>(training.reversed());
        TrainingTask other =
                SequenceClassificationTraining.of(
                        swapped, validation, ProblemType.SINGLE_LABEL_CLASSIFICATION);
        assertThatThrownBy(() -> run(job, other, TrainingListener.SILENT))
                .isInstanceOf(TrainingException.class)
                .hasMessageContaining("training data: ");
    }
}
