package xlmr.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import xlmr.data.AnswerFile;
import xlmr.data.ChoiceQuestion;
import xlmr.data.ChoiceReader;
import xlmr.data.ChoiceWarnings;
import xlmr.data.DataWarning;
import xlmr.data.ExampleReader;
import xlmr.data.RecordCursor;
import xlmr.eval.ChoiceReport;
import xlmr.eval.PairedAnswers;
import xlmr.model.Task;
import xlmr.pipeline.CalibrationFitting;
import xlmr.pipeline.ChoiceAnswerer;
import xlmr.pipeline.ChoiceExplainer;
import xlmr.pipeline.ChosenAnswer;
import xlmr.pipeline.ExplanationSettings;
import xlmr.pipeline.MultipleChoiceTraining;
import xlmr.pipeline.TrainingTask;

/// `train`, `evaluate` and `predict` for multiple choice.
@Command
final class ChoosingRunner implements TaskRunner {
    private static final int CHUNK = 512;

    @Override
    public TrainingTask training(
            Streams streams, LabelledInput labelled, Path train, @Nullable Path validation) {
        List<ChoiceQuestion> training = labelledQuestions(streams, labelled, train);
        List<ChoiceQuestion> judged =
                validation == null ? List.of() : labelledQuestions(streams, labelled, validation);
        for (DataWarning warning : ChoiceWarnings.of(training, judged)) {
            streams.warn(warning.sentence());
        }
        return new MultipleChoiceTraining(training, judged);
    }

    @Override
    public void evaluate(
            Call call,
            LabelledInput labelled,
            Path input,
            @Nullable String groupBy,
            EvaluationOutput output) {
        List<ChoiceQuestion> questions =
                labelledQuestions(call.streams(), labelled, input, groupBy);
        ChoiceAnswerer answerer = open(call);
        Function<List<Integer>, ChoiceReport> judge;
        try (Progress progress = Progress.over(call.streams(), "evaluate", questions.size())) {
            judge = answerer.judge(questions, progress::to);
        }
        output.show(
                judge,
                groupBy,
                questions.stream().map(ChoiceQuestion::group).toList(),
                row -> questions.get(row).inWords());
    }

    @Override
    public ComparedTexts compare(ComparedModels models, LabelledInput labelled, Path input) {
        List<ChoiceQuestion> questions = labelledQuestions(models.streams(), labelled, input);
        List<int[]> said = models.each(call -> chosen(call, questions));
        return compared(questions, said.getFirst(), said.getLast());
    }

    @Override
    public ComparedTexts compareAnswers(
            Streams streams, LabelledInput labelled, Path input, Path first, Path second) {
        List<ChoiceQuestion> questions = labelledQuestions(streams, labelled, input);
        return compared(
                questions,
                AnswerFile.choices(first, questions).stream().mapToInt(i -> i).toArray(),
                AnswerFile.choices(second, questions).stream().mapToInt(i -> i).toArray());
    }

    private static ComparedTexts compared(
            List<ChoiceQuestion> questions, int[] first, int[] second) {
        return new ComparedTexts(
                new PairedAnswers.Choices(
                        questions.stream()
                                .mapToInt(question -> question.label().orElseThrow())
                                .toArray(),
                        first,
                        second),
                row -> questions.get(row).inWords());
    }

    private static int[] chosen(Call call, List<ChoiceQuestion> questions) {
        ChoiceAnswerer answerer = open(call);
        try (Progress progress = Progress.over(call.streams(), "predict", questions.size())) {
            return answerer.answerAll(questions, progress::to).stream()
                    .mapToInt(ChosenAnswer::choice)
                    .toArray();
        }
    }

    @Override
    public Calibrated calibrate(Call call, LabelledInput labelled, List<Path> inputs) {
        List<ChoiceQuestion> questions = new ArrayList<>();
        inputs.forEach(file -> questions.addAll(labelledQuestions(call.streams(), labelled, file)));
        ChoiceAnswerer answerer = open(call);
        try (Progress progress = Progress.over(call.streams(), "calibrate", questions.size())) {
            return new Calibrated(
                    CalibrationFitting.fit(answerer, questions, progress::to), answerer.model());
        }
    }

    @Override
    public void explain(
            Call call,
            TextInput input,
            ExplanationSettings settings,
            ExplainRequest request,
            ExplanationSink sink)
            throws IOException {
        OptionalInt choice = choice(request.label());
        ChoiceExplainer explainer = ChoiceExplainer.of(open(call)).with(settings);
        try (Questions questions = questions(call.streams(), input)) {
            List<ChoiceQuestion> chunk = questions.next();
            while (!chunk.isEmpty()) {
                for (ChoiceQuestion question : chunk) {
                    sink.accept(explainer.explain(question, choice));
                }
                chunk = questions.next();
            }
        }
    }

    private static OptionalInt choice(@Nullable String label) {
        if (label == null) {
            return OptionalInt.empty();
        }
        if (!label.matches("[0-9]{1,6}")) {
            throw new CommandException(
                    "--label: expected the number of a choice, counted from 0, found '%s'"
                            .formatted(label));
        }
        return OptionalInt.of(Integer.parseInt(label));
    }

    @Override
    public void predict(Call call, TextInput input, @Nullable Path output) {
        Tally tally = new Tally();
        try (Questions questions = questions(call.streams(), input)) {
            ChoiceAnswerer answerer = open(call);
            if (output == null && !call.json()) {
                answer(answerer, questions, call.streams(), answer -> print(call, answer), tally);
            } else {
                JsonLines.write(
                        call.streams(),
                        output,
                        "answers",
                        sink ->
                                answer(
                                        answerer,
                                        questions,
                                        call.streams(),
                                        answer -> sink.accept(fields(answer)),
                                        tally));
            }
        }
        if (tally.truncated > 0) {
            call.streams()
                    .warn(
                            "%d of %d questions are longer than the maximum length and were cut"
                                    .formatted(tally.truncated, tally.questions));
        }
    }

    private static final class Tally {
        private long questions;
        private long truncated;
    }

    private interface Sink<E extends Exception> {
        void accept(ChosenAnswer answer) throws E;
    }

    private static <E extends Exception> void answer(
            ChoiceAnswerer answerer,
            Questions questions,
            Streams streams,
            Sink<E> sink,
            Tally tally)
            throws E {
        List<ChoiceQuestion> chunk = questions.next();
        while (!chunk.isEmpty()) {
            List<ChosenAnswer> answers;
            try (Progress progress = Progress.over(streams, "predict", chunk.size())) {
                answers = answerer.answerAll(chunk, progress::to);
            }
            for (ChosenAnswer answer : answers) {
                tally.questions++;
                tally.truncated += answer.truncatedTokens() > 0 ? 1 : 0;
                sink.accept(answer);
            }
            chunk = questions.next();
        }
    }

    /// Questions as they are read; to be closed.
    private record Questions(Iterator<ChoiceQuestion> all, Runnable end) implements AutoCloseable {
        /// Some more; none after the last.
        List<ChoiceQuestion> next() {
            List<ChoiceQuestion> chunk = new ArrayList<>();
            while (chunk.size() < CHUNK && all.hasNext()) {
                chunk.add(all.next());
            }
            return chunk;
        }

        @Override
        public void close() {
            end.run();
        }
    }

    /// Arguments are one question: the context, then the choices. A file and standard input hold
    /// any number of them.
    private static Questions questions(Streams streams, TextInput input) {
        List<String> words = input.arguments();
        Path file = input.file();
        if (words.isEmpty()) {
            if (input.pair() != null) {
                throw notAPair();
            }
            ChoiceReader reader = ChoiceReader.unlabelled().withFormat(input.format());
            RecordCursor<ChoiceQuestion> cursor =
                    file == null || file.equals(ExampleReader.STANDARD_INPUT)
                            ? reader.open(streams.in(), "standard input")
                            : reader.open(file);
            return new Questions(cursor, cursor::close);
        }
        if (file != null) {
            throw new CommandException("give texts as arguments or a file with --input, not both");
        }
        if (input.pair() != null || words.size() < 3) {
            throw notAPair();
        }
        ChoiceQuestion question =
                ChoiceQuestion.of(words.getFirst(), "", words.subList(1, words.size()));
        return new Questions(List.of(question).iterator(), () -> {});
    }

    private static CommandException notAPair() {
        return new CommandException(
                "multiple choice: expected as arguments the context and two or more choices, as in"
                        + " predict \"The tap was open.\" \"Water flowed.\" \"The train left.\", or"
                        + " a file of questions with --input");
    }

    private static List<ChoiceQuestion> labelledQuestions(
            Streams streams, LabelledInput labelled, Path file) {
        return labelledQuestions(streams, labelled, file, null);
    }

    private static List<ChoiceQuestion> labelledQuestions(
            Streams streams, LabelledInput labelled, Path file, @Nullable String groupBy) {
        labelled.refuseColumnsFor("multiple choice, whose files have fields of their own names");
        ChoiceReader reader =
                ChoiceReader.labelled().withFormat(labelled.format()).withGroupField(groupBy);
        if (file.equals(ExampleReader.STANDARD_INPUT)) {
            return reader.readAll(streams.in(), "standard input");
        }
        return reader.readAll(file);
    }

    private static ChoiceAnswerer open(Call call) {
        ChoiceAnswerer answerer = load(call);
        TrainedHead.require(answerer.report(), call.home(), Task.MULTIPLE_CHOICE);
        return call.calibration()
                .over(
                        call.streams(),
                        answerer.model(),
                        call.home(),
                        answerer,
                        answerer::withCalibration);
    }

    private static ChoiceAnswerer load(Call call) {
        Path adapter = call.adapter();
        return adapter == null
                ? ChoiceAnswerer.load(call.directory(), call.backend(), call.maxLength())
                : ChoiceAnswerer.loadAdapted(
                        call.directory(), adapter, call.backend(), call.maxLength());
    }

    private static void print(Call call, ChosenAnswer answer) {
        ChoiceQuestion question = answer.question();
        call.streams()
                .out()
                .println(
                        Printable.line(
                                question.question().isEmpty()
                                        ? question.context()
                                        : question.context() + " " + question.question()));
        for (int k = 0; k < question.choices().size(); k++) {
            call.streams()
                    .out()
                    .printf(
                            "%s %5.1f %%  %s%n",
                            k == answer.choice() ? ">" : " ",
                            100 * answer.probabilities().get(k),
                            Printable.line(question.choices().get(k)));
        }
    }

    private static Map<String, Object> fields(ChosenAnswer answer) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("line", answer.question().line());
        fields.put("context", answer.question().context());
        if (!answer.question().question().isEmpty()) {
            fields.put("question", answer.question().question());
        }
        fields.put("choices", answer.question().choices());
        fields.put("choice", answer.choice());
        fields.put("answer", answer.text());
        fields.put("probabilities", answer.probabilities());
        fields.put("logits", answer.logits());
        if (answer.truncatedTokens() > 0) {
            fields.put("truncated_tokens", answer.truncatedTokens());
        }
        return fields;
    }
}
