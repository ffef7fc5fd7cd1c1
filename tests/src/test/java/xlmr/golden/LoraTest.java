package xlmr.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import xlmr.autograd.Ops;
import xlmr.autograd.Parameter;
import xlmr.autograd.Workspace;
import xlmr.backend.Backend;
import xlmr.backend.cpu.CpuBackends;
import xlmr.checkpoint.Checkpoint;
import xlmr.data.BatchOrder;
import xlmr.data.EncodedExamples;
import xlmr.model.LoadedModel;
import xlmr.model.LoraModel;
import xlmr.model.LoraSettings;
import xlmr.model.ModelLoader;
import xlmr.model.PeftAdapter;
import xlmr.model.TaskModel;
import xlmr.model.XlmRobertaConfig;
import xlmr.pipeline.AdaptedModels;
import xlmr.train.AdapterWriter;
import xlmr.train.LearningRates;
import xlmr.train.Trainer;
import xlmr.train.TrainingListener;
import xlmr.train.TrainingOptions;
import xlmr.train.Tune;

/// Low-rank adapters against PEFT: a run step by step, its files, and the merged model.
class LoraTest {
    private static final double LOGITS = 3e-5;
    private static final String PEFT = "base_model.model.";
    private static final LoraSettings SETTINGS =
            new LoraSettings(4, 8, List.of("query", "value"), 0);

    @TempDir private Path directory;

    static Stream<Backend> backends() {
        return Fixtures.backends().stream();
    }

    @ParameterizedTest
    @MethodSource("backends")
    void tenStepsAreThoseOfPeft(Backend backend) {
        Checkpoint expected = Checkpoint.open(Fixtures.path("lora/trajectory.safetensors"));
        TaskModel model = untrained(expected);
        List<Double> losses = new ArrayList<>();
        List<Double> norms = new ArrayList<>();
        TrainingListener recorder =
                new TrainingListener() {
                    @Override
                    public void stepDone(Step step) {
                        losses.add(step.loss());
                        norms.add(step.gradientNorm());
                    }
                };
        TrainingOptions options =
                TrainingOptions.defaults()
                        .withTune(new Tune.Lora(SETTINGS))
                        .withEpochs(1)
                        .withBatchSize(8)
                        .withRates(LearningRates.defaults().withBase(0.01).withWarmupRatio(0.2));
        new Trainer(backend, model, options, recorder)
                .fit(examples(80), BatchOrder.sequential(), null, (kept, source) -> {});

        assertSeries("losses", losses, expected, Fixtures.LOSS);
        assertSeries("grad_norms", norms, expected, 3e-5);
        for (Parameter parameter : trained(model)) {
            String name = "final." + inPeft(parameter.name());
            Fixtures.assertClose(name, parameter.value().toArray(), expected.doubles(name), 1e-5);
        }
        double[] adapted = expected.doubles("adapted_logits");
        Fixtures.assertClose("adapted", logits(backend, model), adapted, LOGITS);
        Fixtures.assertClose(
                "merged",
                logits(backend, LoraModel.merge(model)),
                expected.doubles("merged_logits"),
                LOGITS);
    }

    @Test
    void anAdapterOfPeftIsRead() {
        Checkpoint expected = Checkpoint.open(Fixtures.path("lora/trajectory.safetensors"));
        Path base = Fixtures.path("training/start");
        LoadedModel<TaskModel> loaded = PeftAdapter.open(Fixtures.path("lora/adapter")).load(base);
        Backend backend = CpuBackends.scalar();
        Fixtures.assertClose(
                "adapted",
                logits(backend, loaded.model()),
                expected.doubles("adapted_logits"),
                LOGITS);
        TaskModel merged = AdaptedModels.load(base, Fixtures.path("lora/adapter")).model();
        for (Parameter parameter : merged.parameters()) {
            String name = "merged." + parameter.name();
            if (expected.contains(name)) {
                Fixtures.assertClose(
                        name, parameter.value().toArray(), expected.doubles(name), 1e-6);
            }
        }
        assertThat(merged.parameters()).noneMatch(p -> LoraModel.isAdapter(p.name()));
    }

    @Test
    void whatIsWrittenIsReadAgainToTheBit() {
        Path base = Fixtures.path("training/start");
        TaskModel model = PeftAdapter.open(Fixtures.path("lora/adapter")).load(base).model();
        Path written = directory.resolve("adapter");
        new AdapterWriter(written, base.toString()).write(model, SETTINGS);
        TaskModel again = PeftAdapter.open(written).load(base).model();
        Backend backend = CpuBackends.scalar();
        assertThat(logits(backend, again)).isEqualTo(logits(backend, model));
        Checkpoint own = Checkpoint.open(written.resolve("adapter_model.safetensors"));
        Checkpoint theirs =
                Checkpoint.open(Fixtures.path("lora/adapter/adapter_model.safetensors"));
        assertThat(own.names()).containsExactlyInAnyOrderElementsOf(theirs.names());
    }

    @Test
    void aNewAdapterChangesNothing() {
        Path base = Fixtures.path("training/start");
        TaskModel plain = ModelLoader.task(base, ModelLoader.FROZEN).model();
        Backend backend = CpuBackends.scalar();
        TaskModel adapted = LoraModel.attach(plain, LoraSettings.parse("r=2,targets=key"), 3);
        assertThat(logits(backend, adapted)).isEqualTo(logits(backend, plain));
        Parameter a =
                adapted.parameters().stream()
                        .filter(p -> p.name().endsWith("key.lora_A.weight"))
                        .findFirst()
                        .orElseThrow();
        float bound = (float) (1 / Math.sqrt(48));
        float largest = 0;
        for (float value : a.value().toArray()) {
            largest = Math.max(largest, Math.abs(value));
        }
        assertThat(largest).isBetween(0.8f * bound, bound);
    }

    /// As the fixture's run begins: its adapters and its head.
    private static TaskModel untrained(Checkpoint expected) {
        Path base = Fixtures.path("training/start");
        Predicate<String> trainable =
                new Tune.Lora(SETTINGS)
                        .trainable(XlmRobertaConfig.read(base.resolve("config.json")));
        TaskModel loaded = ModelLoader.sequenceClassifier(base, null, trainable, 0).model();
        TaskModel model = LoraModel.attach(loaded, SETTINGS, 0);
        for (Parameter parameter : trained(model)) {
            float[] start = expected.floats("initial." + inPeft(parameter.name()));
            CpuBackends.scalar().write(start, parameter.value());
        }
        return model;
    }

    private static List<Parameter> trained(TaskModel model) {
        Predicate<String> trainable = new Tune.Lora(SETTINGS).trainable(model.config());
        return model.parameters().stream().filter(p -> trainable.test(p.name())).toList();
    }

    /// The name of a parameter in PEFT's own model, as the fixture has it.
    private static String inPeft(String name) {
        return PEFT
                + name.replaceFirst("^classifier\\.", "classifier.modules_to_save.default.")
                        .replaceFirst("(lora_[AB])\\.", "$1.default.");
    }

    private static float[] logits(Backend backend, TaskModel model) {
        EncodedExamples rows = examples(8);
        int[] all = IntStream.range(0, 8).toArray();
        Ops ops = Ops.inference(backend, new Workspace(backend));
        return model.forward(ops, rows.batch(all, 1)).toArray(); // [8, K]
    }

    private static void assertSeries(
            String name, List<Double> found, Checkpoint expected, double limit) {
        double[] values = expected.doubles(name);
        assertThat(found).as(name).hasSize(values.length);
        for (int i = 0; i < values.length; i++) {
            assertThat(found.get(i)).as("%s[%d]", name, i).isCloseTo(values[i], within(limit));
        }
    }

    /// The fixture's rows, from the first again after the last.
    private static EncodedExamples examples(int count) {
        return TrainingExamplesFixture.of(
                Checkpoint.open(Fixtures.path("training/data.safetensors")), count);
    }
}
