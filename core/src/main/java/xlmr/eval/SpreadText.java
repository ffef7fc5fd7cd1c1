package xlmr.eval;

import java.util.Locale;
import java.util.SequencedMap;

/// Spreads as a table for a person: a line for each of the main measures.
public final class SpreadText {
    private SpreadText() {}

    /// The table, each line ended by a line feed.
    ///
    /// @param title of the first column
    /// @param spreads of each measure, by what was judged
    public static String of(
            String title, SequencedMap<String, SequencedMap<String, Spread>> spreads) {
        TextTable table = new TextTable();
        table.row(title, "mean", "lowest", "highest", "std. dev.");
        spreads.forEach(
                (set, measures) ->
                        measures.forEach(
                                (name, spread) -> {
                                    if (ReportNumbers.isMain(name)) {
                                        table.row(
                                                set + ": " + name.replace('_', ' '),
                                                four(spread.mean()),
                                                four(spread.lowest()),
                                                four(spread.highest()),
                                                four(spread.standardDeviation()));
                                    }
                                }));
        return table.text();
    }

    private static String four(double value) {
        return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%.4f", value);
    }
}
