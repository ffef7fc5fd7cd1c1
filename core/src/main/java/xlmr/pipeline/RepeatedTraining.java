package xlmr.pipeline;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.Stream;
import xlmr.backend.Backend;
import xlmr.eval.EvaluationReport;
import xlmr.tokenizer.XlmRobertaTokenizer;
import xlmr.train.FrozenFeatures;

/// The same training with several seeds, one after the other: how much of a score is chance.
///
/// ```java
/// TrainingSeries series =
///         RepeatedTraining.of(job, 5).run(task, backend, SeriesListener.SILENT);
/// series.spreads().get("validation").get("macro_f1").mean();
/// ```
///
/// @param job whose seed is the first; its output gets the best model, by the validation score.
///   Where there is no validation, it is the first seed's: nothing else may choose
/// @param seeds how many
/// @param tests that each run's model is judged on
/// @param keepAll keep every run's model, each in a folder such as `seed-3` of the output, and none
///   in the output itself
public record RepeatedTraining(FineTuning job, int seeds, List<TestSet> tests, boolean keepAll) {
    /// Keeps the best, without tests.
    public static RepeatedTraining of(FineTuning job, int seeds) {
        return new RepeatedTraining(job, seeds, List.of(), false);
    }

    /// Checks the number.
    public RepeatedTraining {
        if (seeds < 2) {
            throw new IllegalArgumentException(
                    "seeds: expected at least 2 runs, found %d".formatted(seeds));
        }
        tests = List.copyOf(tests);
    }

    /// The same, with test sets.
    public RepeatedTraining withTests(List<TestSet> value) {
        return new RepeatedTraining(job, seeds, value, keepAll);
    }

    /// The same, with every run's model kept.
    public RepeatedTraining keepingAll() {
        return new RepeatedTraining(job, seeds, tests, true);
    }

    /// Trains once for each seed.
    ///
    /// @throws IllegalArgumentException if there is nothing that the runs could be judged on
    public TrainingSeries run(TrainingTask task, Backend backend, SeriesListener listener) {
        if (tests.isEmpty() && !task.hasValidation()) {
            throw new IllegalArgumentException(
                    "seeds: expected validation or test examples to judge the runs by, found none");
        }
        XlmRobertaTokenizer own = job.tokenizer();
        FineTuning shared =
                job.withSaving(null)
                        .withTokenizer(own == null ? XlmRobertaTokenizer.load(job.model()) : own);
        List<TestSet.Ready> ready =
                tests.stream().map(test -> test.prepared(shared, backend.threads())).toList();
        FrozenFeatures features = new FrozenFeatures();
        List<SeriesRun> runs = new ArrayList<>();
        int best = 0;
        for (int i = 0; i < seeds; i++) {
            long seed = job.options().seed() + i;
            String name = "seed-" + seed;
            FineTuning one =
                    shared.withOutput(job.output().resolve(name))
                            .withOptions(job.options().withSeed(seed));
            FineTuning.Result result =
                    one.run(task, backend, listener.begins(name, i + 1, seeds), features);
            SeriesRun run = new SeriesRun(name, seed, result, reports(one, result, ready, backend));
            runs.add(run);
            boolean better = i == 0 || score(run) > score(runs.get(best));
            best = better ? i : best;
            if (!keepAll) {
                settle(one.output(), better);
            }
            listener.done(run, keepAll || better);
        }
        return new TrainingSeries(
                TrainingSeries.Kind.SEEDS, runs, runs.get(best), features.saved());
    }

    private static SequencedMap<String, EvaluationReport> reports(
            FineTuning job, FineTuning.Result result, List<TestSet.Ready> tests, Backend backend) {
        SequencedMap<String, EvaluationReport> reports = new LinkedHashMap<>();
        EvaluationReport validation = result.best().validation();
        if (validation != null) {
            reports.put(SeriesRun.VALIDATION, validation);
        }
        tests.forEach(test -> reports.put(test.name(), test.judge(job, result, backend)));
        return reports;
    }

    private double score(SeriesRun run) {
        EvaluationReport validation = run.result().best().validation();
        return validation == null ? 0 : job.options().metric().score(validation);
    }

    /// Moves the files of a run's model up into the output, or deletes them.
    private void settle(Path folder, boolean keep) {
        try (Stream<Path> walked = Files.walk(folder)) {
            List<Path> files = walked.sorted(Comparator.reverseOrder()).toList();
            for (Path file : files) {
                if (keep && Files.isRegularFile(file)) {
                    Path place = job.output().resolve(folder.relativize(file).toString());
                    Files.createDirectories(place.resolveSibling("."));
                    Files.move(file, place, StandardCopyOption.REPLACE_EXISTING);
                } else {
                    Files.delete(file);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
