package xlmr.cli;

import java.nio.file.Path;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import xlmr.eval.EvaluationReport;
import xlmr.eval.ReportJson;
import xlmr.eval.ReportText;
import xlmr.report.EvaluationPage;
import xlmr.report.RunFiles;

/// Where `evaluate` shows what it found: as words or JSON on standard output, and as a page.
///
/// @param json whether standard output is for a script
/// @param page file of the page, or null for none
/// @param model what was judged, for the page
/// @param data on what
record EvaluationOutput(
        Streams streams, boolean json, @Nullable Path page, String model, String data) {
    /// Shows a report, and writes the page if there is to be one.
    ///
    /// @param text of an example, by its row
    void show(EvaluationReport report, IntFunction<String> text) {
        if (json) {
            Json.printLine(streams.out(), ReportJson.of(report));
        } else {
            streams.out().print(ReportText.of(report));
        }
        writePage(report, text);
    }

    /// Writes the page if there is to be one.
    void writePage(EvaluationReport report, IntFunction<String> text) {
        if (page == null) {
            return;
        }
        RunFiles.write(page, EvaluationPage.html(model, data, report, text));
        if (!json) {
            streams.out().printf("%n%s shows it with the worst errors%n", page);
        }
    }
}
