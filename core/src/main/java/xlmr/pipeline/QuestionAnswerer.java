package xlmr.pipeline;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import xlmr.backend.Backend;
import xlmr.checkpoint.LoadReport;
import xlmr.data.Question;
import xlmr.eval.AnswerDecoding;
import xlmr.eval.AnswerWindow;
import xlmr.eval.AnsweredQuestion;
import xlmr.eval.DecodedAnswer;
import xlmr.eval.SpanReport;
import xlmr.eval.SquadVersion;
import xlmr.model.LoadedModel;
import xlmr.model.Targets;
import xlmr.model.Task;
import xlmr.model.TaskModel;
import xlmr.tokenizer.XlmRobertaTokenizer;
import xlmr.train.Inference;

/// Answers questions with a stretch of a given text, of any length. Immutable; one answerer serves
/// many threads.
///
/// ```java
/// QuestionAnswerer answerer = QuestionAnswerer.load(Path.of("my-model"), backend);
/// GivenAnswer answer = answerer.answer("Who wrote it?", "It was written by Ada.");
/// ```
public final class QuestionAnswerer {
    private final Backend backend;
    private final TaskModel model;
    private final XlmRobertaTokenizer tokenizer;
    private final LoadReport report;
    private final Inference inference;
    private final Settings settings;

    private QuestionAnswerer(
            Backend backend,
            LoadedModel<TaskModel> loaded,
            XlmRobertaTokenizer tokenizer,
            Settings settings) {
        this.backend = backend;
        this.model = loaded.model();
        this.report = loaded.report();
        this.tokenizer = tokenizer;
        this.inference = new Inference(backend, model);
        this.settings = settings;
    }

    /// How long contexts are cut, and how answers are found.
    ///
    /// @param maxLength tokens of a window; 0 or more than the model has positions: as many as it
    ///   has
    /// @param stride tokens that neighbouring windows share; empty for a third of a window, at most
    ///   128
    /// @param decoding of the logits
    public record Settings(int maxLength, OptionalInt stride, AnswerDecoding decoding) {
        /// Windows of 384 tokens that share 128, as in the reference's script.
        public static Settings defaults() {
            return new Settings(384, OptionalInt.empty(), AnswerDecoding.defaults());
        }
    }

    /// What is answered.
    ///
    /// @param question as asked
    /// @param text the answer, a stretch of the context; empty if there is none
    /// @param answer where it stands, the next best, and how sure it is
    /// @param windows what the model said of each part of the context
    public record GivenAnswer(
            Question question, String text, DecodedAnswer answer, List<AnswerWindow> windows) {
        /// Copies the list.
        public GivenAnswer {
            windows = List.copyOf(windows);
        }
    }

    /// Opens a model directory with the default settings.
    public static QuestionAnswerer load(Path directory, Backend backend) {
        return load(directory, backend, Settings.defaults());
    }

    /// Opens a model directory.
    public static QuestionAnswerer load(Path directory, Backend backend, Settings settings) {
        return load(directory, null, backend, settings);
    }

    /// Opens a base model with a low-rank adapter in PEFT's files, which is merged into it.
    ///
    /// @param base directory of the model that the adapter was trained on
    /// @param adapter directory with `adapter_config.json`
    /// @throws xlmr.checkpoint.CheckpointException if the adapter does not fit the base, or is for
    ///   another task
    public static QuestionAnswerer loadAdapted(
            Path base, Path adapter, Backend backend, Settings settings) {
        return load(base, adapter, backend, settings);
    }

    private static QuestionAnswerer load(
            Path directory, @Nullable Path adapter, Backend backend, Settings settings) {
        LoadedModel<TaskModel> loaded =
                AdaptedModels.load(Task.QUESTION_ANSWERING, directory, adapter);
        return new QuestionAnswerer(backend, loaded, XlmRobertaTokenizer.load(directory), settings);
    }

    /// What became of the checkpoint's arrays: a head reported as new answers at random.
    public LoadReport report() {
        return report;
    }

    /// Answers one question.
    public GivenAnswer answer(String question, String context) {
        return answerAll(List.of(Question.of(question, context)), done -> {}).getFirst();
    }

    /// Answers many questions, in their order.
    ///
    /// @param progress is told the number of windows done
    public List<GivenAnswer> answerAll(List<Question> questions, IntConsumer progress) {
        QuestionWindows windows = windows(questions);
        float[][] logits = inference.logits(windows.examples(), progress);
        List<List<AnswerWindow>> answered = windows.answered(logits);
        List<GivenAnswer> answers = new ArrayList<>();
        for (int q = 0; q < questions.size(); q++) {
            Question question = questions.get(q);
            DecodedAnswer answer = settings.decoding().ranked(question.context(), answered.get(q));
            String text = answer.best().isEmpty() ? "" : answer.text(question.context());
            answers.add(new GivenAnswer(question, text, answer, answered.get(q)));
        }
        return answers;
    }

    /// How well it answers labelled questions.
    ///
    /// @param progress is told the number of windows done
    public SpanReport evaluate(List<Question> questions, IntConsumer progress) {
        List<Integer> all = IntStream.range(0, questions.size()).boxed().toList();
        return judge(questions, progress).apply(all);
    }

    /// Reads labelled questions once, to judge any of the answers afterwards: all, or group by
    /// group.
    ///
    /// @param progress is told the number of windows done
    /// @return the report of some of the questions, by their places
    public Function<List<Integer>, SpanReport> judge(
            List<Question> questions, IntConsumer progress) {
        QuestionWindows windows = windows(questions);
        float[][] logits = inference.logits(windows.examples(), progress);
        List<AnsweredQuestion> answered =
                QuestionAnsweringTraining.answered(windows, logits, settings.decoding());
        SquadVersion version = SquadVersion.of(answered);
        Targets.Spans targets = windows.targets();
        return rows -> {
            Set<Integer> wanted = Set.copyOf(rows);
            return SpanReport.of(
                    rows.stream().map(answered::get).toList(),
                    version,
                    windows.loss(logits, targets, wanted::contains),
                    settings.decoding().threshold());
        };
    }

    /// What it answers to labelled questions, to be compared with what another does.
    ///
    /// @param progress is told the number of windows done
    public List<AnsweredQuestion> answered(List<Question> questions, IntConsumer progress) {
        QuestionWindows windows = windows(questions);
        float[][] logits = inference.logits(windows.examples(), progress);
        return QuestionAnsweringTraining.answered(windows, logits, settings.decoding());
    }

    ExplainedModel explained() {
        return new ExplainedModel(backend, model, tokenizer, inference);
    }

    QuestionWindows windows(List<Question> questions) {
        int most = model.config().maxTokens();
        int limit = settings.maxLength() <= 0 ? most : Math.min(most, settings.maxLength());
        return QuestionWindows.of(
                questions, tokenizer, limit, settings.stride(), backend.threads());
    }
}
