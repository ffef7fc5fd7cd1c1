package xlmr.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import xlmr.backend.Backend;
import xlmr.checkpoint.JsonDocument;
import xlmr.data.DataWarning;
import xlmr.eval.SpreadText;
import xlmr.pipeline.CrossValidation;
import xlmr.pipeline.FineTuning;
import xlmr.pipeline.RepeatedTraining;
import xlmr.pipeline.SeriesJson;
import xlmr.pipeline.SeriesRun;
import xlmr.pipeline.TestSet;
import xlmr.pipeline.TrainingSeries;
import xlmr.pipeline.TrainingTask;
import xlmr.train.FrozenFeatures;

/// `train --seeds` and `train --folds`: several runs, their spread as a table and in `seeds.json`
/// or `folds.json` beside the model.
///
/// @param output as the user named it
/// @param options what the series is
/// @param json whether the result is for a script
record SeriesTraining(Streams streams, Path output, SeriesOptions options, boolean json) {
    /// Runs all of it.
    ///
    /// @param job whose output is the place where models are staged
    /// @param target where they are published
    /// @param records hear of all runs, and which is kept
    /// @return the run whose model was kept
    SeriesRun run(
            FineTuning job,
            TrainingTask data,
            List<TestSet> tests,
            Backend backend,
            ModelOutput target,
            RunRecords records,
            List<DataWarning> warnings) {
        PrintStream lines = json ? streams.err() : streams.out();
        TrainingSeries series;
        try (SeriesDisplay display =
                new SeriesDisplay(
                        streams, lines, job.options().epochs(), target, records, warnings)) {
            if (options.folds().isPresent()) {
                series =
                        new CrossValidation(job, options.folds().getAsInt())
                                .run(data, backend, display);
            } else {
                RepeatedTraining runs = RepeatedTraining.of(job, options.seeds()).withTests(tests);
                series =
                        (options.keepRuns() ? runs.keepingAll() : runs).run(data, backend, display);
            }
        }
        ObjectNode result = SeriesJson.of(series);
        JsonDocument.write(output.resolve(name(series) + ".json"), result);
        if (json) {
            Json.printLine(streams.out(), result);
        } else {
            report(series);
        }
        return series.kept();
    }

    private static String name(TrainingSeries series) {
        return switch (series.kind()) {
            case SEEDS -> "seeds";
            case FOLDS -> "folds";
        };
    }

    private void report(TrainingSeries series) {
        int runs = series.runs().size();
        String title =
                switch (series.kind()) {
                    case SEEDS ->
                            "%d runs, seeds %d to %d"
                                    .formatted(
                                            runs,
                                            series.runs().getFirst().seed(),
                                            series.runs().getLast().seed());
                    case FOLDS -> "%d folds, judged on the part held out".formatted(runs);
                };
        streams.out().printf("%n%s", SpreadText.of(title, series.spreads()));
        features(series.features());
        SeriesRun kept = series.kept();
        String holds =
                switch (series.kind()) {
                    case FOLDS ->
                            "a model trained on all examples; the table says what it is worth";
                    case SEEDS -> holdsSeed(series, kept);
                };
        streams.out().printf("%s holds %s%n", output, holds);
    }

    private void features(FrozenFeatures.Saved features) {
        if (features.remembered() > 0) {
            streams.out()
                    .printf(
                            Locale.ROOT,
                            "what the frozen encoder says of %,d texts was computed once, in %.1f"
                                    + " s, and used again %,d times: about %.1f s saved%n",
                            features.computed(),
                            features.seconds(),
                            features.remembered(),
                            features.savedSeconds());
        }
    }

    private String holdsSeed(TrainingSeries series, SeriesRun kept) {
        if (options.keepRuns()) {
            return "the models of all runs, %s to %s; %s is the best"
                    .formatted(
                            series.runs().getFirst().name(),
                            series.runs().getLast().name(),
                            kept.name());
        }
        return "the model of %s, %s"
                .formatted(
                        kept.name(),
                        kept.reports().containsKey(SeriesRun.VALIDATION)
                                ? "the best on the validation texts"
                                : "the first: without validation texts nothing may choose");
    }
}
