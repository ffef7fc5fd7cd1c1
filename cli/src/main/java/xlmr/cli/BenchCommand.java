package xlmr.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import xlmr.backend.Backend;
import xlmr.backend.Backends;
import xlmr.data.BatchOrder;
import xlmr.data.EncodedExamples;
import xlmr.data.Example;
import xlmr.data.LabelSet;
import xlmr.model.ModelLoader;
import xlmr.model.ProblemType;
import xlmr.model.Targets;
import xlmr.model.TaskModel;
import xlmr.model.XlmRobertaConfig;
import xlmr.pipeline.TextClassifier;
import xlmr.tokenizer.Encoding;
import xlmr.tokenizer.EncodingOptions;
import xlmr.tokenizer.XlmRobertaTokenizer;
import xlmr.train.EpochResult;
import xlmr.train.Inference;
import xlmr.train.Trainer;
import xlmr.train.TrainingListener;
import xlmr.train.TrainingOptions;
import xlmr.train.Tune;

/// Measures this program on the workloads on which others are measured, and prints one JSON line.
@Command(
        name = "bench",
        hidden = true,
        description = {
            "Measure a workload and print one JSON line: ragged, fixed, single, finetune, head,"
                    + " tokenize or coldstart.",
            "The workloads are those of benchmarks/README.md, which also runs other programs on"
                    + " them."
        })
final class BenchCommand implements Runnable {
    private static final int CLASSES = 7;
    private static final int FIXED_ROWS = 8;
    private static final int FIXED_LENGTH = 128;

    private final Streams streams;
    private final long started = System.nanoTime();

    @Parameters(index = "0", description = "The workload.")
    private String workload = "";

    @Option(names = "--model", required = true, description = "Checkpoint directory.")
    private Path model = Path.of("");

    @Option(names = "--data", description = "SIB-200: a folder a language.")
    private Path data = Path.of("../shared/data/sib200");

    @Option(names = "--threads", description = "Threads (default: all cores).")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--repeats", description = "Counted runs after one warm-up (default: 5).")
    private int repeats = 5;

    BenchCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public void run() {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("workload", workload);
        line.put("peer", "xlmr");
        line.put("threads", threads);
        try (Backend backend = Backends.create(threads).backend()) {
            line.put("backend", backend.name());
            switch (workload) {
                case "fixed" -> fixed(backend, line);
                case "ragged" -> ragged(backend, line);
                case "single" -> single(backend, line);
                case "finetune" -> train(backend, Tune.FULL, line);
                case "head" -> train(backend, Tune.HEAD, line);
                case "tokenize" -> tokenize(line);
                case "coldstart" -> coldStart(backend, line);
                default ->
                        throw new CommandException(
                                "bench: expected ragged, fixed, single, finetune, head, tokenize or"
                                        + " coldstart, found '"
                                        + workload
                                        + "'");
            }
        }
        line.put("rss_mib", PeakMemory.bytes().orElse(-1L << 20) / (double) (1 << 20));
        Json.printLine(streams.out(), line);
    }

    private void fixed(Backend backend, Map<String, Object> line) {
        SplittableRandom random = new SplittableRandom(0);
        List<int[]> rows = new ArrayList<>();
        for (int b = 0; b < FIXED_ROWS; b++) {
            rows.add(random.ints(FIXED_LENGTH, 5, 200).toArray());
        }
        EncodedExamples examples = new EncodedExamples(rows, null);
        Inference inference = new Inference(backend, classifier(Tune.HEAD));
        double[] seconds = measure(() -> inference.logits(examples, done -> {}));
        put(line, "tokens_per_s", FIXED_ROWS * FIXED_LENGTH, seconds);
    }

    private void ragged(Backend backend, Map<String, Object> line) {
        EncodedExamples examples = encoded(BenchSentences.read(data, "test", 256), 512);
        Inference inference = new Inference(backend, classifier(Tune.HEAD));
        double[] seconds = measure(() -> inference.logits(examples, done -> {}));
        put(line, "sentences_per_s", examples.size(), seconds);
        line.put("real_tokens", Arrays.stream(examples.lengths()).sum());
    }

    private void single(Backend backend, Map<String, Object> line) {
        EncodedExamples all = encoded(BenchSentences.read(data, "test", 100), 512);
        Inference inference = new Inference(backend, classifier(Tune.HEAD));
        List<EncodedExamples> one =
                all.sequences().stream()
                        .map(ids -> new EncodedExamples(List.of(ids), null))
                        .toList();
        one.forEach(examples -> inference.logits(examples, done -> {}));
        double[] seconds = new double[one.size()];
        for (int i = 0; i < seconds.length; i++) {
            long begin = System.nanoTime();
            inference.logits(one.get(i), done -> {});
            seconds[i] = (System.nanoTime() - begin) / 1e9;
        }
        Arrays.sort(seconds);
        line.put("p50_ms", seconds[seconds.length / 2] * 1e3);
        line.put("p95_ms", seconds[(int) (seconds.length * 0.95)] * 1e3);
    }

    private void train(Backend backend, Tune tune, Map<String, Object> line) {
        List<Example> rows = BenchSentences.read(data, "train", 64);
        LabelSet labels = LabelSet.fromExamples(rows);
        EncodedExamples texts = encoded(rows, 512);
        EncodedExamples examples =
                new EncodedExamples(texts.sequences(), new Targets.Classes(labels.idsOf(rows)));
        TrainingOptions options =
                TrainingOptions.defaults()
                        .withEpochs(repeats + 1)
                        .withLearningRate(2e-5)
                        .withTune(tune);
        List<EpochResult> epochs =
                new Trainer(backend, classifier(tune), options, TrainingListener.SILENT)
                        .fit(examples, BatchOrder.sequential(), null, (best, source) -> {});
        double[] seconds =
                epochs.stream().skip(1).mapToDouble(EpochResult::seconds).sorted().toArray();
        put(line, "samples_per_s", examples.size(), seconds);
        line.put("first_epoch_samples_per_s", examples.size() / epochs.getFirst().seconds());
    }

    private void tokenize(Map<String, Object> line) {
        List<String> texts =
                BenchSentences.read(data, "test", 0).stream().map(Example::text).toList();
        double megabytes =
                texts.stream()
                                .mapToLong(
                                        text ->
                                                text.getBytes(
                                                                java.nio.charset.StandardCharsets
                                                                        .UTF_8)
                                                        .length)
                                .sum()
                        / 1e6;
        XlmRobertaTokenizer tokenizer = XlmRobertaTokenizer.load(model);
        EncodingOptions options = EncodingOptions.defaults();
        double[] seconds = measure(() -> tokenizer.encodeAll(texts, options, threads));
        line.put("reference", tokenizer.reference().toString());
        line.put("MB", megabytes);
        put(line, "MB_per_s", megabytes, seconds);
    }

    private void coldStart(Backend backend, Map<String, Object> line) {
        Example one = BenchSentences.first(data, "test");
        TextClassifier.load(model, backend).predict(one.text());
        line.put("seconds_in_main", (System.nanoTime() - started) / 1e9);
        ProcessHandle.current()
                .info()
                .startInstant()
                .ifPresent(
                        start ->
                                line.put(
                                        "seconds",
                                        java.time.Duration.between(start, java.time.Instant.now())
                                                        .toMillis()
                                                / 1e3));
    }

    private TaskModel classifier(Tune tune) {
        XlmRobertaConfig config =
                XlmRobertaConfig.read(model.resolve("config.json"))
                        .forClassification(
                                java.util.stream.IntStream.range(0, CLASSES)
                                        .mapToObj(k -> "LABEL_" + k)
                                        .toList(),
                                ProblemType.SINGLE_LABEL_CLASSIFICATION);
        return ModelLoader.sequenceClassifier(model, config, tune.trainable(config), 0).model();
    }

    private EncodedExamples encoded(List<Example> examples, int maxLength) {
        List<Encoding> encodings =
                XlmRobertaTokenizer.load(model)
                        .encodeAll(
                                examples.stream().map(Example::text).toList(),
                                EncodingOptions.defaults().withMaxLength(maxLength),
                                threads);
        return new EncodedExamples(encodings.stream().map(Encoding::ids).toList(), null);
    }

    /// Seconds of each counted run, the fastest first.
    private double[] measure(Runnable work) {
        work.run();
        double[] seconds = new double[repeats];
        for (int i = 0; i < repeats; i++) {
            long begin = System.nanoTime();
            work.run();
            seconds[i] = (System.nanoTime() - begin) / 1e9;
        }
        Arrays.sort(seconds);
        return seconds;
    }

    private static void put(
            Map<String, Object> line, String name, double amount, double[] seconds) {
        line.put(name, amount / seconds[seconds.length / 2]);
        line.put("best_" + name, amount / seconds[0]);
    }
}
