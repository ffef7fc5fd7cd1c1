package xlmr.report;

import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import xlmr.eval.EvaluationReport;
import xlmr.eval.Fact;
import xlmr.eval.ReportFacts;
import xlmr.eval.Verdict;
import xlmr.model.Task;
import xlmr.pipeline.DataCounts;
import xlmr.train.EpochResult;

/// The model card, `README.md`: what a model is, in the form that the Hugging Face Hub reads, with
/// its metadata in YAML before the words.
final class ModelCard {
    /// A card with this line was written by a run, and another run may write it again.
    static final String MARK =
            "<!-- Written by xlmr train, which writes it again unless this line is removed. -->";

    private final RunSummary run;
    private final Form form;
    private final String language;
    private final StringBuilder card = new StringBuilder();

    /// What a directory holds, by which other programs can use it or not.
    enum Form {
        /// A model that `transformers` has a class for.
        MODEL,
        /// A model with a head that only xlmr knows.
        OWN_HEAD,
        /// An adapter alone, in PEFT's files.
        ADAPTER,
        /// A head alone, beside an encoder.
        HEAD
    }

    private ModelCard(RunSummary run, Form form, String language) {
        this.run = run;
        this.form = form;
        this.language = language;
    }

    /// The card.
    ///
    /// @param language as the Hub names it, such as `multilingual`
    static String of(RunSummary run, Form form, String language) {
        return new ModelCard(run, form, language).write();
    }

    private String write() {
        metadata();
        card.append('\n').append(MARK).append("\n\n");
        line("# %s", plain(run.source().name()));
        line("");
        Task task = run.result().task();
        line(
                "%s with XLM-RoBERTa, fine-tuned from %s with %s.",
                TaskWords.of(task), code(run.source().model()), plain(run.source().program()));
        results();
        data();
        training();
        use(task);
        limits();
        return card.toString();
    }

    private void metadata() {
        Task task = run.result().task();
        line("---");
        line(
                "library_name: %s",
                switch (form) {
                    case MODEL -> "transformers";
                    case OWN_HEAD, HEAD -> "xlmr";
                    case ADAPTER -> "peft";
                });
        line("pipeline_tag: %s", TaskWords.pipelineTag(task));
        line("language:");
        line("- %s", language);
        if (run.source().onHub()) {
            line("base_model: %s", quoted(run.source().model()));
        }
        line("tags:");
        line("- xlm-roberta");
        line("- xlmr");
        run.report().ifPresent(this::index);
        line("---");
    }

    private void index(EvaluationReport report) {
        Task task = run.result().task();
        Map<String, Double> metrics = HuggingFaceMetrics.of(report);
        if (metrics.isEmpty()) {
            return;
        }
        line("metrics:");
        metrics.keySet().forEach(name -> line("- %s", type(name)));
        String validation = validation();
        line("model-index:");
        line("- name: %s", quoted(run.source().name()));
        line("  results:");
        line("  - task:");
        line("      type: %s", TaskWords.pipelineTag(task));
        line("      name: %s", TaskWords.of(task));
        line("    dataset:");
        line("      name: %s", quoted(validation));
        line("      type: %s", quoted(validation));
        line("      split: validation");
        line("    metrics:");
        metrics.forEach(
                (name, value) -> {
                    line("    - type: %s", type(name));
                    line("      name: %s", name);
                    line("      value: %s", value);
                });
    }

    /// The Hub knows one metric F1, however it is averaged.
    private static String type(String name) {
        return name.startsWith("f1") ? "f1" : name;
    }

    private void results() {
        line("");
        line("## Results");
        line("");
        EvaluationReport report = run.report().orElse(null);
        if (report == null) {
            line(
                    "It was not judged: there was no validation data. Its last training loss is"
                            + " %s.",
                    Numbers.four(run.best().trainingLoss()));
            return;
        }
        line("On %s: %s.", code(validation()), plain(ReportFacts.heading(report)));
        line("");
        line("| number | value | what it says |");
        line("| --- | ---: | --- |");
        for (Fact fact : ReportFacts.of(report)) {
            line("| %s | %s | %s |", plain(fact.name()), fact.value(), plain(fact.meaning()));
        }
        line("");
        for (Verdict verdict : report.verdicts()) {
            line(
                    "- %s: %s",
                    verdict.severity().name().toLowerCase(Locale.ROOT), plain(verdict.sentence()));
        }
        line("");
        line("`report.html` shows more: curves, tables by class, the worst errors.");
    }

    private void data() {
        DataCounts counts = run.data().counts();
        line("");
        line("## Data");
        line("");
        line(
                "Trained on %s: %s %s.",
                code(run.source().training()), Numbers.count(counts.training()), counts.unit());
        if (!counts.trainingLabels().isEmpty()) {
            line("");
            line("| label | training | validation |");
            line("| --- | ---: | ---: |");
            counts.labels()
                    .forEach(
                            label ->
                                    line(
                                            "| %s | %d | %d |",
                                            plain(label),
                                            counts.trainingLabels().getOrDefault(label, 0L),
                                            counts.validationLabels().getOrDefault(label, 0L)));
        }
    }

    private void training() {
        line("");
        line("## Training");
        line("");
        EpochResult best = run.best();
        line(
                "Epoch %d of %d is kept. It took %s%s.",
                best.number(),
                run.result().epochs().size(),
                Numbers.duration(run.history().seconds()),
                run.history().stepsHeard().size() == run.history().steps().size()
                        ? ""
                        : " since it was resumed");
        line("");
        line("| setting | value |");
        line("| --- | --- |");
        run.settings()
                .properties()
                .forEach(
                        entry ->
                                line(
                                        "| %s | %s |",
                                        plain(entry.getKey().replace('_', ' ')),
                                        plain(Numbers.setting(entry.getValue()))));
    }

    private void use(Task task) {
        line("");
        line("## Use");
        line("");
        String words = needsFile(task) ? "--input FILE" : "\"A text.\"";
        line(
                "    xlmr predict %s %s",
                switch (form) {
                    case MODEL, OWN_HEAD -> "--model DIR";
                    case ADAPTER -> "--model BASE --adapter DIR";
                    case HEAD -> "--model ENCODER --head-name " + oneLine(run.source().name());
                },
                words);
        line("");
        switch (form) {
            case MODEL -> {}
            case OWN_HEAD ->
                    line("Its head is not one of `transformers`, which cannot load it whole.");
            case ADAPTER -> line("or with `peft`, on the model that it was trained on.");
            case HEAD -> line("It is a head alone: the encoder is in the directory above `heads`.");
        }
        if (form != Form.MODEL) {
            return;
        }
        line("or with `transformers`:");
        line("");
        line("```python");
        switch (task) {
            case SEQUENCE_CLASSIFICATION, TOKEN_CLASSIFICATION, MASKED_LM, CAUSAL_LM -> {
                line("from transformers import pipeline");
                line("");
                line("model = pipeline(\"%s\", model=\"DIR\")", TaskWords.pipelineTag(task));
                line("model(\"%s\")", task == Task.MASKED_LM ? "A <mask> text." : "A text.");
            }
            case QUESTION_ANSWERING, MULTIPLE_CHOICE -> {
                String model = "AutoModelFor" + task.architecture().replace("XLMRobertaFor", "");
                line("from transformers import %s, AutoTokenizer", model);
                line("");
                line("tokenizer = AutoTokenizer.from_pretrained(\"DIR\")");
                line("model = %s.from_pretrained(\"DIR\")", model);
            }
        }
        line("```");
    }

    private static boolean needsFile(Task task) {
        return task == Task.MULTIPLE_CHOICE || task == Task.QUESTION_ANSWERING;
    }

    private void limits() {
        line("");
        line("## Limits");
        line("");
        line(
                "The numbers hold for texts like those it was judged on. %s",
                run.report().isPresent()
                        ? "The epoch was chosen by the same data, so expect a little less on"
                                + " others."
                        : "Judge it on texts of your own before you trust it.");
    }

    private String validation() {
        String validation = run.source().validation();
        return validation == null ? "validation" : validation;
    }

    private void line(String format, @Nullable Object... arguments) {
        card.append(format.formatted(arguments)).append('\n');
    }

    /// A text in YAML: JSON's quotes are also YAML's.
    private static String quoted(String text) {
        return "\"%s\"".formatted(oneLine(text).replace("\\", "\\\\").replace("\"", "\\\""));
    }

    /// Names come from data: on one line, and without meaning in Markdown or HTML.
    private static String plain(String text) {
        return oneLine(text)
                .replace("&", "&amp;")
                .replace("<", "&lt;")
                .replaceAll("([\\\\`*_\\[\\]|~])", "\\\\$1");
    }

    private static String code(String text) {
        return "`%s`".formatted(oneLine(text).replace('`', ' '));
    }

    private static String oneLine(String text) {
        return text.replaceAll("[\\p{Cc}\\x{85}\\x{2028}\\x{2029}\\x{D800}-\\x{DFFF}]", " ");
    }
}
