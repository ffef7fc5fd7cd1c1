package xlmr.report;

import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import xlmr.eval.EvaluationReport;
import xlmr.pipeline.DataCounts;
import xlmr.train.EpochResult;
import xlmr.train.Notice;
import xlmr.train.TrainingHistory;
import xlmr.train.TrainingListener;

/// A run as one page of HTML, complete in itself: how it went, how good the model is, on what it
/// was trained and how.
public final class TrainingPage {
    private static final DateTimeFormatter DAY =
            DateTimeFormatter.ofPattern("d MMMM yyyy, HH:mm", Locale.ENGLISH);

    private final RunSummary run;
    private final TrainingHistory history;

    private TrainingPage(RunSummary run) {
        this.run = run;
        this.history = run.history();
    }

    /// The page.
    public static String html(RunSummary run) {
        return new TrainingPage(run).html();
    }

    private String html() {
        List<Page.Section> sections = new ArrayList<>();
        sections.add(result());
        if (!history.notices().isEmpty()) {
            sections.add(noticed());
        }
        EvaluationReport report = run.report().orElse(null);
        if (report == null) {
            sections.add(curves());
        } else {
            EvaluationSections evaluation = new EvaluationSections(report, run.data()::judged);
            evaluation.verdicts().ifPresent(sections::add);
            sections.add(curves());
            sections.addAll(evaluation.details());
        }
        sections.add(data());
        sections.add(settings());
        String subtitle =
                "%s, fine-tuned from %s, %s"
                        .formatted(
                                TaskWords.of(run.result().task()),
                                run.source().model(),
                                DAY.format(history.begin().atZone(ZoneId.systemDefault())));
        return Page.html(run.source().name(), subtitle, sections);
    }

    private Page.Section result() {
        Element cards = new Element("dl").with("class", "cards");
        EpochResult best = run.best();
        run.report()
                .ifPresent(
                        report -> {
                            Headline headline = Headline.of(report);
                            cards.add(score(headline.first(), headline.guess()));
                            if (headline.second().known()) {
                                cards.add(
                                        card(
                                                headline.second().name(),
                                                Numbers.four(headline.second().value()),
                                                "on the validation data"));
                            }
                            if (!Double.isNaN(report.loss())) {
                                cards.add(
                                        score(
                                                new Headline.Score("loss", report.loss()),
                                                headline.guessedLoss()));
                            }
                        });
        cards.add(
                card(
                        "training loss",
                        Numbers.four(best.trainingLoss()),
                        "mean of epoch %d".formatted(best.number())));
        cards.add(
                card(
                        "epoch kept",
                        Integer.toString(best.number()),
                        best.validation() == null
                                ? "the last; no validation data"
                                : "of %d, the best".formatted(run.result().epochs().size())));
        cards.add(card("time", Numbers.duration(history.seconds()), timed()));
        return Page.section("result", "Result", List.of(cards));
    }

    /// Of a run that went on only the last part was timed.
    private String timed() {
        int all = history.steps().size();
        int heard = history.stepsHeard().size();
        return heard == all
                ? "%s steps".formatted(Numbers.count(all))
                : "since it went on: %s of %s steps"
                        .formatted(Numbers.count(heard), Numbers.count(all));
    }

    private static Element score(Headline.Score score, Headline.Score guess) {
        return card(
                score.name(),
                Numbers.four(score.value()),
                guess.known()
                        ? "%s: %s".formatted(guess.name(), Numbers.four(guess.value()))
                        : "on the validation data");
    }

    private static Element card(String name, String value, String note) {
        return new Element("div")
                .add(Element.of("dt", name))
                .add(Element.of("dd", value).with("class", "value"))
                .add(Element.of("dd", note).with("class", "note"));
    }

    private Page.Section noticed() {
        Element list = new Element("ul").with("class", "verdicts");
        for (Notice notice : history.notices()) {
            list.add(
                    new Element("li")
                            .with("class", "warning")
                            .add(Element.of("b", "step " + Numbers.count(notice.step())))
                            .add(Page.isolated("span", notice.sentence())));
        }
        return Page.section("noticed", "Noticed while it ran", List.of(list));
    }

    private Page.Section curves() {
        double clip = run.settings().path("clip").asDouble(0);
        Element charts =
                new Element("div")
                        .with("class", "charts")
                        .add(TrainingCurves.figures(history, clip));
        return Page.section("curves", "Curves", List.of(charts, epochs()));
    }

    private Element epochs() {
        List<String> columns = new ArrayList<>(List.of("epoch", "#training loss"));
        EvaluationReport last = run.report().orElse(null);
        Headline names = last == null ? null : Headline.of(last);
        if (names != null) {
            columns.add("#validation loss");
            columns.add(Page.NUMBER + names.first().name());
            if (names.second().known()) {
                columns.add(Page.NUMBER + names.second().name());
            }
        }
        columns.add("#seconds");
        Element body = new Element("tbody");
        for (EpochResult epoch : run.result().epochs()) {
            Element row =
                    new Element("tr")
                            .add(Page.rowHead(Integer.toString(epoch.number())))
                            .add(Page.number(Numbers.four(epoch.trainingLoss())));
            EvaluationReport report = epoch.validation();
            if (report != null) {
                Headline headline = Headline.of(report);
                row.add(Page.number(Numbers.four(report.loss())));
                row.add(Page.number(Numbers.four(headline.first().value())));
                if (headline.second().known()) {
                    row.add(Page.number(Numbers.four(headline.second().value())));
                }
            }
            row.add(Page.number(String.format(Locale.ROOT, "%.1f", epoch.seconds())));
            boolean kept = epoch.number() == run.best().number();
            body.add(kept ? row.with("class", "best") : row);
        }
        Element table =
                Page.table(
                        "Epoch by epoch; the one that is kept is marked. Seconds are those of"
                                + " training, without evaluation.",
                        columns);
        return Page.scrolled("Epochs", table.add(body));
    }

    private Page.Section data() {
        DataCounts counts = run.data().counts();
        List<Element> contents = new ArrayList<>();
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put(
                "training",
                "%s, %s"
                        .formatted(
                                run.source().training(),
                                Numbers.count(counts.training()) + " " + counts.unit()));
        String validation = run.source().validation();
        facts.put(
                "validation",
                validation == null
                        ? "none"
                        : "%s, %s"
                                .formatted(
                                        validation,
                                        Numbers.count(counts.validation()) + " " + counts.unit()));
        if (run.result().truncated() > 0) {
            facts.put(
                    "cut at the maximum length",
                    Numbers.count(run.result().truncated()) + " for training");
        }
        contents.add(pairs("What the model saw.", facts));
        if (!counts.trainingLabels().isEmpty()) {
            contents.add(Page.scrolled("Labels", labels(counts)));
        }
        return Page.section("data", "Data", contents);
    }

    private static Element labels(DataCounts counts) {
        Element table =
                Page.table(
                        "How often each label occurs.",
                        List.of("label", "#training", "#share", "#validation", "#share"));
        Element body = new Element("tbody");
        long training = counts.trainingLabels().values().stream().mapToLong(n -> n).sum();
        long validation = counts.validationLabels().values().stream().mapToLong(n -> n).sum();
        counts.labels()
                .forEach(
                        label -> {
                            long trained = counts.trainingLabels().getOrDefault(label, 0L);
                            long judged = counts.validationLabels().getOrDefault(label, 0L);
                            body.add(
                                    new Element("tr")
                                            .add(Page.rowHead(label))
                                            .add(Page.number(Numbers.count(trained)))
                                            .add(share(trained, training))
                                            .add(Page.number(Numbers.count(judged)))
                                            .add(share(judged, validation)));
                        });
        return table.add(body);
    }

    private static Element share(long part, long whole) {
        return Page.number(Numbers.percent(whole == 0 ? Double.NaN : (double) part / whole));
    }

    private Page.Section settings() {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("started from", run.source().model());
        TrainingListener.Plan plan = history.plan();
        if (plan != null) {
            facts.put("trained", plan.trained());
            facts.put(
                    "parameters",
                    "%s of %s trained"
                            .formatted(
                                    Numbers.count(plan.trainedParameters()),
                                    Numbers.count(plan.parameters())));
        }
        facts.put(
                "new, from random numbers",
                run.result().report().initialized().isEmpty()
                        ? "nothing"
                        : String.join(
                                ", ",
                                run.result().report().initialized().stream()
                                        .map(Object::toString)
                                        .toList()));
        run.settings()
                .properties()
                .forEach(
                        entry ->
                                facts.put(
                                        entry.getKey().replace('_', ' '),
                                        Numbers.setting(entry.getValue())));
        facts.put("program", run.source().program());
        facts.put("computed by", run.source().backend());
        facts.put(
                "Java",
                "%s %s, %s %s"
                        .formatted(
                                System.getProperty("java.vm.name"),
                                System.getProperty("java.runtime.version"),
                                System.getProperty("os.name"),
                                System.getProperty("os.arch")));
        return Page.section(
                "settings",
                "Settings",
                List.of(
                        Page.scrolled(
                                "Settings",
                                pairs("All settings; training.json has them, too.", facts))));
    }

    private static Element pairs(String caption, Map<String, String> facts) {
        Element body = new Element("tbody");
        facts.forEach(
                (name, value) ->
                        body.add(new Element("tr").add(Page.rowHead(name)).add(Page.words(value))));
        return new Element("table").add(Element.of("caption", caption)).add(body);
    }
}
