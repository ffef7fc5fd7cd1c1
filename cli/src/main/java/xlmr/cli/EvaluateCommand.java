package xlmr.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import xlmr.eval.EvaluationReport;
import xlmr.eval.LogitsFile;
import xlmr.eval.ReportJson;
import xlmr.eval.ReportText;

/// Compares predictions with the right labels.
@Command(
        name = "evaluate",
        description =
                "Compare a model's predictions with the right labels, and say what the numbers mean.",
        footer = {
            "",
            "Examples:",
            "  xlmr evaluate --model DIR --input test.tsv --text-column text --label-column category",
            "  xlmr evaluate --logits predictions.json"
        })
final class EvaluateCommand implements Runnable {
    private static final int ROWS_SHOWN = 3;

    private final Streams streams;

    @Option(
            names = "--logits",
            paramLabel = "FILE.json",
            description =
                    "Judge numbers that were made elsewhere: a JSON object with 'logits' (rows of numbers) and"
                            + " 'label_ids' (the right class of each row).")
    private @Nullable Path logits;

    @Option(names = "--json", description = "One JSON object instead of words and tables.")
    private boolean json;

    EvaluateCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public void run() {
        if (logits == null) {
            throw new CommandException("give --logits FILE.json");
        }
        LogitsFile file = LogitsFile.read(logits);
        if (!json) {
            streams.out().print(file.explanation(ROWS_SHOWN).text());
            streams.out().println();
        }
        print(file.report());
    }

    private void print(EvaluationReport report) {
        if (json) {
            Json.printLine(streams.out(), ReportJson.of(report));
        } else {
            streams.out().print(ReportText.of(report));
        }
    }
}
