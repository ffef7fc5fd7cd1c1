package xlmr.cli;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import xlmr.data.Example;
import xlmr.data.MaskingRule;
import xlmr.eval.LanguageModelReport;
import xlmr.model.Task;
import xlmr.pipeline.CausalLanguageModelTraining;
import xlmr.pipeline.ExplanationSettings;
import xlmr.pipeline.LanguageModelEvaluation;
import xlmr.pipeline.MaskedLanguageModelTraining;
import xlmr.pipeline.TrainingTask;

/// `train`, `evaluate` and `predict` for masked and causal language models.
@Command
final class LanguageModelRunner implements TaskRunner {
    private static final int CANDIDATES = 5;

    @Option(
            names = "--mask-probability",
            paramLabel = "X",
            description = "masked-lm: share of the tokens that have to be guessed. Default: 0.15.")
    private double maskProbability = 0.15;

    @Option(
            names = "--whole-words",
            description = "masked-lm: all pieces of a word have to be guessed together.")
    private boolean wholeWords;

    @Option(
            names = "--mask-seed",
            paramLabel = "N",
            description = "masked-lm: another number, other masks. Default: 0.")
    private long maskSeed;

    private Task task = Task.MASKED_LM;

    /// The same for one of the two tasks.
    LanguageModelRunner of(Task which) {
        task = which;
        return this;
    }

    @Override
    public TrainingTask training(
            Streams streams, LabelledInput labelled, Path train, @Nullable Path validation) {
        List<Example> training = labelled.readTexts(streams, train);
        List<Example> judged =
                validation == null ? List.of() : labelled.readTexts(streams, validation);
        return task == Task.CAUSAL_LM
                ? new CausalLanguageModelTraining(training, judged)
                : new MaskedLanguageModelTraining(training, judged, rule(), maskSeed);
    }

    @Override
    public void evaluate(
            Call call,
            LabelledInput labelled,
            Path input,
            @Nullable String groupBy,
            EvaluationOutput output) {
        if (groupBy != null) {
            throw new CommandException(
                    "--group-by: not for %s; evaluate a file of each group".formatted(task.word()));
        }
        List<Example> texts = labelled.readTexts(call.streams(), input);
        LanguageModelEvaluation evaluation =
                new LanguageModelEvaluation(call.directory(), rule(), maskSeed, call.maxLength());
        LanguageModelReport report;
        try (Progress progress = Progress.over(call.streams(), "evaluate", texts.size())) {
            report = evaluation.run(task, texts, call.backend(), progress::to);
        }
        output.show(report, row -> texts.get(row).text());
    }

    @Override
    public ComparedTexts compare(ComparedModels models, LabelledInput labelled, Path input) {
        throw new CommandException(
                "compare: a model for %s gives no answers to compare; evaluate says how well each guesses tokens"
                        .formatted(task.word()));
    }

    @Override
    public ComparedTexts compareAnswers(
            Streams streams, LabelledInput labelled, Path input, Path first, Path second) {
        throw new CommandException(
                "compare: a model for %s gives no answers to compare; evaluate says how well each guesses tokens"
                        .formatted(task.word()));
    }

    @Override
    public Calibrated calibrate(Call call, LabelledInput labelled, List<Path> inputs) {
        throw new CommandException(
                "calibrate: not for %s; it is for labels, tags and choices".formatted(task.word()));
    }

    @Override
    public void explain(
            Call call,
            TextInput input,
            ExplanationSettings settings,
            ExplainRequest request,
            ExplanationSink sink) {
        throw new CommandException(
                "explain: not for %s; it explains labels, tags, numbers, choices and answers"
                        .formatted(task.word()));
    }

    @Override
    public void predict(Call call, TextInput input, @Nullable Path output) {
        if (output != null) {
            throw new CommandException(
                    "--output: not for language models; use --json and send standard output to a"
                            + " file");
        }
        try (TextInput.Texts texts = input.open(call.streams(), true)) {
            switch (task) {
                case CAUSAL_LM ->
                        new GeneratedTexts(call.streams(), call.json())
                                .write(call.directory(), call.backend(), texts);
                case MASKED_LM ->
                        new FilledMasks(call.streams(), call.json(), CANDIDATES)
                                .write(call.directory(), call.backend(), texts);
                case SEQUENCE_CLASSIFICATION,
                        TOKEN_CLASSIFICATION,
                        QUESTION_ANSWERING,
                        MULTIPLE_CHOICE ->
                        throw new AssertionError(task);
            }
        }
    }

    private MaskingRule rule() {
        try {
            return new MaskingRule(maskProbability, wholeWords);
        } catch (IllegalArgumentException e) {
            throw new CommandException("--mask-probability: " + e.getMessage());
        }
    }
}
