package xlmr.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import xlmr.eval.EvaluationReport;
import xlmr.eval.GroupedReport;
import xlmr.eval.ReportJson;
import xlmr.eval.ReportText;
import xlmr.pipeline.GroupedEvaluation;
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
        show(report, null, text);
    }

    /// The same group by group, too.
    ///
    /// @param grouped null for no groups
    void show(EvaluationReport report, @Nullable GroupedReport grouped, IntFunction<String> text) {
        if (json) {
            ObjectNode object = ReportJson.of(report);
            addGroups(object, grouped);
            Json.printLine(streams.out(), object);
        } else {
            streams.out().print(ReportText.of(report));
            printGroups(grouped);
        }
        writePage(report, text);
    }

    /// Judges all examples, and group by group if that was asked for.
    ///
    /// @param judge some examples, by their places
    /// @param groupBy what the groups are; null for none
    /// @param groups of each example
    /// @param text of an example, by its row
    void show(
            Function<List<Integer>, ? extends EvaluationReport> judge,
            @Nullable String groupBy,
            List<@Nullable String> groups,
            IntFunction<String> text) {
        EvaluationReport whole = judge.apply(IntStream.range(0, groups.size()).boxed().toList());
        show(
                whole,
                groupBy == null ? null : GroupedEvaluation.of(groupBy, groups, whole, judge),
                text);
    }

    /// Adds what was found group by group to a report.
    void addGroups(ObjectNode object, @Nullable GroupedReport grouped) {
        if (grouped != null) {
            object.put("group_by", grouped.by());
            object.set("groups", grouped.json());
        }
    }

    /// Prints what was found group by group.
    void printGroups(@Nullable GroupedReport grouped) {
        if (grouped != null) {
            streams.out().println();
            streams.out().print(grouped.text());
        }
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
