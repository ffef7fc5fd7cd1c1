package xlmr.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import xlmr.data.AnswerFile;
import xlmr.data.DataWarning;
import xlmr.data.Example;
import xlmr.data.Question;
import xlmr.data.QuestionReader;
import xlmr.data.QuestionWarnings;
import xlmr.data.RecordCursor;
import xlmr.eval.AnswerDecoding;
import xlmr.eval.AnswerSpan;
import xlmr.eval.AnsweredQuestion;
import xlmr.eval.PairedAnswers;
import xlmr.eval.SpanReport;
import xlmr.model.Task;
import xlmr.pipeline.AnswerExplainer;
import xlmr.pipeline.ExplanationSettings;
import xlmr.pipeline.QuestionAnswerer;
import xlmr.pipeline.QuestionAnsweringTraining;
import xlmr.pipeline.TrainingTask;

/// `train`, `evaluate` and `predict` for question answering.
@Command
final class AnsweringRunner implements TaskRunner {
    private static final int CHUNK = 256;
    private static final String FILES =
            "question answering, whose files have fields of their own names";

    @Option(
            names = "--max-answer-length",
            paramLabel = "N",
            description = "question-answering: tokens of the longest answer. Default: 30.")
    private int maxAnswerLength = 30;

    @Option(
            names = "--answers",
            paramLabel = "N",
            description = "question-answering: how many answers predict gives. Default: 1.")
    private int answers = 1;

    @Option(
            names = "--no-answer-threshold",
            paramLabel = "X",
            description =
                    "question-answering: a question may have no answer; give none if its score is"
                            + " above that of the best answer by more than X. 0 is usual.")
    private @Nullable Double noAnswerThreshold;

    private WindowOption windows = new WindowOption();

    /// The same with this setting of windows.
    AnsweringRunner within(WindowOption option) {
        windows = option;
        return this;
    }

    @Override
    public TrainingTask training(
            Streams streams, LabelledInput labelled, Path train, @Nullable Path validation) {
        labelled.refuseFor(FILES);
        QuestionReader reader = QuestionReader.labelled();
        List<Question> training = readAll(streams, reader, train);
        List<Question> judged =
                validation == null ? List.of() : readAll(streams, reader, validation);
        for (DataWarning warning : QuestionWarnings.of(training, judged)) {
            streams.warn(warning.sentence());
        }
        boolean impossible = training.stream().anyMatch(Question::impossible);
        return new QuestionAnsweringTraining(
                training, judged, windows.stride(), decoding(impossible));
    }

    @Override
    public void evaluate(
            Call call,
            LabelledInput labelled,
            Path input,
            @Nullable String groupBy,
            EvaluationOutput output) {
        labelled.refuseFor(FILES);
        List<Question> questions =
                readAll(call.streams(), QuestionReader.labelled().withGroupField(groupBy), input);
        boolean impossible = questions.stream().anyMatch(Question::impossible);
        QuestionAnswerer answerer = open(call, decoding(impossible));
        Function<List<Integer>, SpanReport> judge;
        try (Progress progress = Progress.over(call.streams(), "evaluate", questions.size())) {
            judge = answerer.judge(questions, done -> {});
            progress.to(questions.size());
        }
        output.show(
                judge,
                groupBy,
                questions.stream().map(Question::group).toList(),
                row -> questions.get(row).inWords());
    }

    @Override
    public ComparedTexts compare(ComparedModels models, LabelledInput labelled, Path input) {
        labelled.refuseFor(FILES);
        List<Question> questions = readAll(models.streams(), QuestionReader.labelled(), input);
        AnswerDecoding decoding = decoding(questions.stream().anyMatch(Question::impossible));
        List<List<AnsweredQuestion>> said =
                models.each(call -> answered(call, decoding, questions));
        return new ComparedTexts(
                new PairedAnswers.Spans(said.getFirst(), said.getLast(), decoding.threshold()),
                row -> questions.get(row).question());
    }

    @Override
    public ComparedTexts compareAnswers(
            Streams streams, LabelledInput labelled, Path input, Path first, Path second) {
        labelled.refuseFor(FILES);
        List<Question> questions = readAll(streams, QuestionReader.labelled(), input);
        return new ComparedTexts(
                new PairedAnswers.Spans(given(questions, first), given(questions, second), 0),
                row -> questions.get(row).question());
    }

    /// Answers as they were given, none where the file has none.
    private static List<AnsweredQuestion> given(List<Question> questions, Path file) {
        List<String> answers = AnswerFile.spans(file, questions);
        List<AnsweredQuestion> given = new ArrayList<>();
        for (int q = 0; q < answers.size(); q++) {
            given.add(AnsweredQuestion.of(answers.get(q), questions.get(q).answerTexts()));
        }
        return given;
    }

    private List<AnsweredQuestion> answered(
            Call call, AnswerDecoding decoding, List<Question> questions) {
        QuestionAnswerer answerer = open(call, decoding);
        try (Progress progress = Progress.over(call.streams(), "predict", questions.size())) {
            List<AnsweredQuestion> answered = answerer.answered(questions, done -> {});
            progress.to(questions.size());
            return answered;
        }
    }

    @Override
    public Calibrated calibrate(Call call, LabelledInput labelled, List<Path> inputs) {
        throw new CommandException(
                "calibrate: not for question-answering, where a probability is an answer's share"
                        + " among the best stretches of one text, not that of a label");
    }

    @Override
    public void explain(
            Call call,
            TextInput input,
            ExplanationSettings settings,
            ExplainRequest request,
            ExplanationSink sink)
            throws IOException {
        AnswerExplainer explainer = AnswerExplainer.of(open(call, decoding(false))).with(settings);
        try (Questions questions = questions(call.streams(), input)) {
            List<Question> chunk = questions.next();
            while (!chunk.isEmpty()) {
                for (Question question : chunk) {
                    sink.accept(explainer.explain(question, request.part()));
                }
                chunk = questions.next();
            }
        }
    }

    @Override
    public void predict(Call call, TextInput input, @Nullable Path output) {
        QuestionAnswerer answerer = open(call, decoding(false));
        JsonLines.write(
                call.streams(),
                output,
                "answers",
                sink -> {
                    try (Questions questions = questions(call.streams(), input)) {
                        List<Question> chunk = questions.next();
                        while (!chunk.isEmpty()) {
                            for (QuestionAnswerer.GivenAnswer answer :
                                    answerer.answerAll(chunk, done -> {})) {
                                if (output == null && !call.json()) {
                                    print(call.streams(), answer);
                                } else {
                                    sink.accept(fields(answer));
                                }
                            }
                            chunk = questions.next();
                        }
                    }
                });
    }

    /// Questions as they are read; to be closed.
    private interface Questions extends AutoCloseable {
        /// Some more; none after the last.
        List<Question> next() throws IOException;

        @Override
        void close();
    }

    /// A JSON file holds questions with their contexts; arguments and tables hold pairs of texts.
    private static Questions questions(Streams streams, TextInput input) {
        Path file = input.file();
        if (file != null && file.toString().matches(".*\\.jsonl?")) {
            RecordCursor<Question> cursor = QuestionReader.unlabelled().open(file);
            return new Questions() {
                @Override
                public List<Question> next() {
                    List<Question> chunk = new ArrayList<>();
                    while (chunk.size() < CHUNK && cursor.hasNext()) {
                        chunk.add(cursor.next());
                    }
                    return chunk;
                }

                @Override
                public void close() {
                    cursor.close();
                }
            };
        }
        TextInput.Texts texts = input.open(streams, false);
        return new Questions() {
            @Override
            public List<Question> next() {
                return texts.next(CHUNK).stream().map(AnsweringRunner::question).toList();
            }

            @Override
            public void close() {
                texts.close();
            }
        };
    }

    private static Question question(Example example) {
        String context = example.textPair();
        if (context == null) {
            throw new CommandException(
                    "a question needs the text that answers it: --pair CONTEXT, --text-pair-column"
                            + " for a table, or a JSON file of questions (see"
                            + " docs/question-answering.md)");
        }
        return Question.of(example.text(), context);
    }

    private QuestionAnswerer open(Call call, AnswerDecoding decoding) {
        QuestionAnswerer.Settings settings =
                new QuestionAnswerer.Settings(
                        call.maxLength() == 0 ? 384 : call.maxLength(), windows.stride(), decoding);
        Path adapter = call.adapter();
        QuestionAnswerer answerer =
                adapter == null
                        ? QuestionAnswerer.load(call.directory(), call.backend(), settings)
                        : QuestionAnswerer.loadAdapted(
                                call.directory(), adapter, call.backend(), settings);
        TrainedHead.require(answerer.report(), call.home(), Task.QUESTION_ANSWERING);
        return answerer;
    }

    private AnswerDecoding decoding(boolean impossible) {
        if (maxAnswerLength < 1 || answers < 1) {
            throw new CommandException(
                    "--max-answer-length and --answers: expected at least 1 and 1, found %d and %d"
                            .formatted(maxAnswerLength, answers));
        }
        AnswerDecoding decoding =
                AnswerDecoding.defaults()
                        .withMaxTokens(maxAnswerLength)
                        .withCount(Math.max(20, answers));
        if (noAnswerThreshold != null) {
            return decoding.withNoAnswer(noAnswerThreshold);
        }
        return impossible ? decoding.withNoAnswer(0) : decoding;
    }

    private static List<Question> readAll(Streams streams, QuestionReader reader, Path file) {
        if (file.toString().equals("-")) {
            return reader.readAll(streams.in(), "standard input");
        }
        return reader.readAll(file);
    }

    private void print(Streams streams, QuestionAnswerer.GivenAnswer given) {
        if (given.text().isEmpty()) {
            streams.out()
                    .printf(
                            "%-24s %s%n",
                            "(no answer)", Printable.line(given.question().question()));
            return;
        }
        given.answer().distinct().stream()
                .limit(answers)
                .forEach(
                        answer ->
                                streams.out()
                                        .printf(
                                                "%5.1f %%  %-24s %s%n",
                                                100 * answer.probability(),
                                                Printable.line(
                                                        answer.span()
                                                                .of(given.question().context())),
                                                Printable.line(given.question().question())));
    }

    private Map<String, Object> fields(QuestionAnswerer.GivenAnswer given) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("id", given.question().id());
        fields.put("question", given.question().question());
        fields.put("answer", given.text());
        List<Map<String, Object>> best = new ArrayList<>();
        given.answer().distinct().stream()
                .limit(answers)
                .forEach(answer -> best.add(span(answer, given.question().context())));
        fields.put("answers", best);
        fields.put("windows", given.windows().size());
        if (noAnswerThreshold != null) {
            fields.put("no_answer_score", given.answer().noAnswerScore());
            fields.put("no_answer_probability", given.answer().noAnswerProbability());
        }
        return fields;
    }

    private static Map<String, Object> span(AnswerSpan answer, String context) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("text", answer.span().of(context));
        fields.put("start", answer.span().start());
        fields.put("end", answer.span().end());
        fields.put("probability", answer.probability());
        fields.put("start_logit", answer.startLogit());
        fields.put("end_logit", answer.endLogit());
        return fields;
    }
}
