package xlmr.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.IntFunction;
import xlmr.eval.Calibration;
import xlmr.eval.ChoiceReport;
import xlmr.eval.ClassScore;
import xlmr.eval.ClassificationReport;
import xlmr.eval.EntityReport;
import xlmr.eval.EvaluationReport;
import xlmr.eval.Fact;
import xlmr.eval.JointReport;
import xlmr.eval.LanguageModelReport;
import xlmr.eval.MultiLabelReport;
import xlmr.eval.RegressionReport;
import xlmr.eval.ReportFacts;
import xlmr.eval.SpanReport;
import xlmr.eval.TagReport;
import xlmr.eval.Verdict;
import xlmr.eval.WrongAnswer;

/// What an evaluation found, as sections of a page.
///
/// @param report what was found
/// @param text of an example, by its row
record EvaluationSections(EvaluationReport report, IntFunction<String> text) {
    private static final int TEXT_SHOWN = 500;

    /// All but the verdicts.
    List<Page.Section> details() {
        List<Page.Section> sections = new ArrayList<>();
        sections.add(numbers());
        switch (report) {
            case ClassificationReport classes -> {
                sections.add(perClass("By class", classes.scores().perClass()));
                sections.add(
                        new ConfusionTable(classes.confusion(), classes.labelNames()).section());
                sections.add(calibration(classes));
            }
            case MultiLabelReport labels -> sections.add(perClass("By label", labels.perLabel()));
            case EntityReport entities -> {
                sections.add(perClass("By type", entities.perType()));
                sections.add(mistakes(entities));
            }
            case TagReport tags -> {
                sections.add(perClass("By tag", tags.scores().perClass()));
                sections.add(new ConfusionTable(tags.confusion(), tags.tagNames()).section());
            }
            case ChoiceReport choices ->
                    sections.add(perClass("By place, counted from 0", choices.places()));
            case SpanReport spans -> answered(spans, sections);
            case RegressionReport numbers -> {}
            case LanguageModelReport model -> {}
            case JointReport joint -> {}
        }
        if (!report.worst().isEmpty()) {
            sections.add(worst());
        }
        return sections;
    }

    /// What the numbers mean, if there is something to say.
    Optional<Page.Section> verdicts() {
        if (report.verdicts().isEmpty()) {
            return Optional.empty();
        }
        Element list = new Element("ul").with("class", "verdicts");
        for (Verdict verdict : report.verdicts()) {
            String severity = verdict.severity().name().toLowerCase(Locale.ROOT);
            list.add(
                    new Element("li")
                            .with("class", severity)
                            .add(Element.of("b", severity))
                            .add(
                                    Page.isolated(
                                            "span", verdict.sentence().replace(" %", "\u00a0%"))));
        }
        return Optional.of(Page.section("verdicts", "What this means", List.of(list)));
    }

    private Page.Section numbers() {
        Element table =
                Page.table(
                        ReportFacts.heading(report) + ".",
                        List.of("number", "#value", "what it says"));
        Element body = new Element("tbody");
        for (Fact fact : ReportFacts.of(report)) {
            body.add(
                    new Element("tr")
                            .add(Page.rowHead(fact.name()))
                            .add(Page.number(fact.value()))
                            .add(Page.words(fact.meaning())));
        }
        return Page.section("numbers", "Numbers", List.of(table.add(body)));
    }

    private static Page.Section perClass(String heading, List<ClassScore> classes) {
        Element table =
                Page.table(
                        "Precision: which share of the predicted is right. Recall: which share of"
                                + " the true is found. F1: their harmonic mean.",
                        List.of("", "#precision", "#recall", "#F1", "#examples", "#predicted"));
        Element body = new Element("tbody");
        for (ClassScore scored : classes) {
            body.add(
                    new Element("tr")
                            .add(Page.rowHead(scored.name()))
                            .add(share(scored.score().precision()))
                            .add(share(scored.score().recall()))
                            .add(share(scored.score().f1()))
                            .add(Page.number(Numbers.count(scored.support())))
                            .add(Page.number(Numbers.count(scored.predicted()))));
        }
        return Page.section("classes", heading, List.of(Page.scrolled(heading, table.add(body))));
    }

    /// A share with a bar behind it.
    private static Element share(double value) {
        Element cell = Page.number(Numbers.four(value));
        return Double.isNaN(value)
                ? cell
                : cell.with("class", "number share")
                        .with("style", String.format(Locale.ROOT, "--share:%.3f", value));
    }

    private static Page.Section calibration(ClassificationReport report) {
        Calibration calibration = report.calibration();
        String words =
                ("On average the model is %s sure and %s of its answers are right. The expected"
                                + " calibration error (ECE) is %s: by so much a confidence is off, on average;"
                                + " in the worst range by %s. The Brier score is %s (0 is perfect, 2 the"
                                + " worst). In the drawing a dot marks the mean confidence of the answers in a"
                                + " bar: on the dotted line it is as often right as it is sure.")
                        .formatted(
                                Numbers.percent(calibration.meanConfidence()),
                                Numbers.percent(report.accuracy()),
                                Numbers.four(calibration.expectedError()),
                                Numbers.four(calibration.maximumError()),
                                Numbers.four(report.brier()));
        Element table =
                Page.table(
                        "Answers by how sure the model was of them.",
                        List.of("confidence", "#answers", "#mean confidence", "#right"));
        Element body = new Element("tbody");
        for (Calibration.Bin bin : calibration.bins()) {
            String range = String.format(Locale.ROOT, "%.1f \u2013 %.1f", bin.low(), bin.high());
            body.add(
                    new Element("tr")
                            .add(Page.rowHead(range))
                            .add(Page.number(Numbers.count(bin.count())))
                            .add(Page.number(Numbers.percent(bin.confidence())))
                            .add(Page.number(Numbers.percent(bin.accuracy()))));
        }
        Element beside =
                new Element("div")
                        .with("class", "charts")
                        .add(new ReliabilityChart(calibration).figure())
                        .add(Page.scrolled("Calibration by range", table.add(body)));
        return Page.section("calibration", "Calibration", List.of(Element.of("p", words), beside));
    }

    private static Page.Section mistakes(EntityReport report) {
        Element table = Page.table("What became of the true entities.", List.of("", "#entities"));
        Element body = new Element("tbody");
        report.mistakes()
                .named()
                .forEach(
                        (what, count) ->
                                body.add(
                                        new Element("tr")
                                                .add(Page.rowHead(what))
                                                .add(Page.number(Numbers.count(count)))));
        return Page.section("mistakes", "Kinds of mistakes", List.of(table.add(body)));
    }

    private static void answered(SpanReport report, List<Page.Section> sections) {
        SpanReport.Part with = report.withAnswer();
        SpanReport.Part without = report.withoutAnswer();
        if (with == null || without == null) {
            return;
        }
        Element table =
                Page.table(
                        "Questions with and without an answer.",
                        List.of("", "#questions", "#exact match", "#F1"));
        Element body = new Element("tbody");
        body.add(part("with an answer", with), part("without", without));
        sections.add(Page.section("answered", "With and without", List.of(table.add(body))));
    }

    private static Element part(String name, SpanReport.Part part) {
        return new Element("tr")
                .add(Page.rowHead(name))
                .add(Page.number(Numbers.count(part.questions())))
                .add(share(part.exact()))
                .add(share(part.f1()));
    }

    private Page.Section worst() {
        boolean sure = report.worst().stream().noneMatch(w -> Double.isNaN(w.confidence()));
        Element table =
                Page.table(
                        "The %d worst errors%s. Where the model seems to be right, look at the label."
                                .formatted(
                                        report.worst().size(),
                                        sure ? ", those first that the model was surest of" : ""),
                        sure
                                ? List.of("#row", "text", "right", "model said", "#sure")
                                : List.of("#row", "text", "right", "model said"));
        Element body = new Element("tbody");
        for (WrongAnswer wrong : report.worst()) {
            Element row =
                    new Element("tr")
                            .add(Page.number(Integer.toString(wrong.row() + 1)))
                            .add(
                                    Page.words(shortened(text.apply(wrong.row())))
                                            .with("class", "text"))
                            .add(Page.words(shortened(wrong.expected())))
                            .add(Page.words(shortened(wrong.found())));
            body.add(sure ? row.add(Page.number(Numbers.percent(wrong.confidence()))) : row);
        }
        return Page.section(
                "errors",
                "Worst errors",
                List.of(Page.scrolled("Worst errors", table.with("class", "errors").add(body))));
    }

    private static String shortened(String words) {
        if (words.codePointCount(0, words.length()) <= TEXT_SHOWN) {
            return words;
        }
        return words.substring(0, words.offsetByCodePoints(0, TEXT_SHOWN)) + " \u2026";
    }
}
