package xlmr.pipeline;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import xlmr.eval.ReportNumbers;
import xlmr.eval.Spread;

/// A series of trainings as one JSON object, for scripts: `kind`, `runs` (each with `name`, `seed`,
/// `best_epoch`, `epochs`, `seconds` and `scores`, by what was judged and measure), `kept`, and
/// `summary` (by what was judged and measure: `mean`, `lowest`, `highest`, `standard_deviation`).
public final class SeriesJson {
    private SeriesJson() {}

    /// The object, its fields in a fixed order.
    public static ObjectNode of(TrainingSeries series) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put(
                "kind",
                switch (series.kind()) {
                    case SEEDS -> "seeds";
                    case FOLDS -> "folds";
                });
        ArrayNode runs = json.putArray("runs");
        series.runs().forEach(run -> runs.add(run(run)));
        json.put("kept", series.kept().name());
        ObjectNode summary = json.putObject("summary");
        series.spreads()
                .forEach(
                        (set, measures) -> {
                            ObjectNode ofSet = summary.putObject(set);
                            measures.forEach((name, spread) -> ofSet.set(name, spread(spread)));
                        });
        return json;
    }

    private static ObjectNode run(SeriesRun run) {
        ObjectNode json =
                JsonNodeFactory.instance
                        .objectNode()
                        .put("name", run.name())
                        .put("seed", run.seed())
                        .put("best_epoch", run.result().best().number())
                        .put("epochs", run.result().epochs().size())
                        .put("seconds", run.seconds());
        ObjectNode scores = json.putObject("scores");
        run.reports()
                .forEach(
                        (set, report) -> {
                            ObjectNode ofSet = scores.putObject(set);
                            ReportNumbers.of(report).forEach(ofSet::put);
                        });
        return json;
    }

    private static ObjectNode spread(Spread spread) {
        ObjectNode json =
                JsonNodeFactory.instance
                        .objectNode()
                        .put("mean", spread.mean())
                        .put("lowest", spread.lowest())
                        .put("highest", spread.highest());
        if (Double.isNaN(spread.standardDeviation())) {
            return json.putNull("standard_deviation");
        }
        return json.put("standard_deviation", spread.standardDeviation());
    }
}
