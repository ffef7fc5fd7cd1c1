package xlmr.report;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import xlmr.eval.EvaluationReport;

/// An evaluation as one page of HTML, complete in itself: what the numbers mean, tables, confusion,
/// calibration, the worst errors.
///
/// ```java
/// EvaluationReport report = classifier.evaluate(examples, done -> {});
/// String html = EvaluationPage.html("my-model", "test.csv", report, row -> examples.get(row).text());
/// ```
public final class EvaluationPage {
    private EvaluationPage() {}

    /// The page.
    ///
    /// @param model what was judged
    /// @param data on what
    /// @param text of an example, by its row; shown beside what the model got wrong
    public static String html(
            String model, String data, EvaluationReport report, IntFunction<String> text) {
        EvaluationSections evaluation = new EvaluationSections(report, text);
        List<Page.Section> sections = new ArrayList<>();
        evaluation.verdicts().ifPresent(sections::add);
        sections.addAll(evaluation.details());
        return Page.html(model, "Evaluation on " + data, sections);
    }
}
