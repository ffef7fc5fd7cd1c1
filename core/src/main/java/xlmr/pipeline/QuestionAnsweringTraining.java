package xlmr.pipeline;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import xlmr.data.EncodedExamples;
import xlmr.data.Question;
import xlmr.eval.AnswerDecoding;
import xlmr.eval.AnswerWindow;
import xlmr.eval.AnsweredQuestion;
import xlmr.eval.DecodedAnswer;
import xlmr.eval.SpanReport;
import xlmr.model.Targets;
import xlmr.model.Task;
import xlmr.model.XlmRobertaConfig;
import xlmr.tokenizer.XlmRobertaTokenizer;
import xlmr.train.Evaluation;
import xlmr.train.Trainer;

/// Questions with answers that stand in a text, as in SQuAD.
///
/// @param training to learn from; every window of a long context is an example
/// @param validation to judge by; may be empty
/// @param stride tokens that neighbouring windows of a long context share; empty for a third of a
///   window, at most 128
/// @param decoding how answers are found in the logits
public record QuestionAnsweringTraining(
        List<Question> training,
        List<Question> validation,
        OptionalInt stride,
        AnswerDecoding decoding)
        implements TrainingTask {
    /// With the defaults of the reference's script; questions without an answer are allowed for if
    /// there are any.
    public static QuestionAnsweringTraining of(List<Question> training, List<Question> validation) {
        boolean impossible = training.stream().anyMatch(Question::impossible);
        AnswerDecoding decoding = AnswerDecoding.defaults();
        return new QuestionAnsweringTraining(
                training,
                validation,
                OptionalInt.empty(),
                impossible ? decoding.withNoAnswer(0) : decoding);
    }

    @Override
    public Task task() {
        return Task.QUESTION_ANSWERING;
    }

    @Override
    public boolean hasValidation() {
        return !validation.isEmpty();
    }

    @Override
    public XlmRobertaConfig configure(XlmRobertaConfig pretrained) {
        return pretrained.withArchitecture(Task.QUESTION_ANSWERING.architecture());
    }

    @Override
    public DataCounts counts() {
        return DataCounts.of("questions", training, validation);
    }

    @Override
    public String judged(int row) {
        return validation.get(row).inWords();
    }

    @Override
    public Prepared prepare(
            XlmRobertaConfig config, XlmRobertaTokenizer tokenizer, int maxLength, int threads) {
        EncodedExamples examples =
                QuestionWindows.of(training, tokenizer, maxLength, stride, threads).labelled();
        return new Prepared(examples, judged(tokenizer, maxLength, threads), 0);
    }

    /// How answers are found, and the texts that they are compared with.
    @Override
    public List<String> decidingFacts() {
        List<String> facts = new ArrayList<>();
        facts.add(decoding.toString());
        validation.forEach(question -> facts.addAll(question.answerTexts()));
        return facts;
    }

    private Trainer.@Nullable Validation judged(
            XlmRobertaTokenizer tokenizer, int maxLength, int threads) {
        if (validation.isEmpty()) {
            return null;
        }
        QuestionWindows windows =
                QuestionWindows.of(validation, tokenizer, maxLength, stride, threads);
        return new Trainer.Validation(
                windows.labelled(), logits -> report(windows, logits, decoding), Evaluation::score);
    }

    /// The report of logits for the windows of labelled questions.
    static SpanReport report(QuestionWindows windows, float[][] logits, AnswerDecoding decoding) {
        Targets.Spans targets = windows.targets();
        return SpanReport.of(
                answered(windows, logits, decoding),
                windows.loss(logits, targets, question -> true),
                decoding.threshold());
    }

    /// What logits say of the windows of labelled questions, to be judged.
    static List<AnsweredQuestion> answered(
            QuestionWindows windows, float[][] logits, AnswerDecoding decoding) {
        List<List<AnswerWindow>> answered = windows.answered(logits);
        List<AnsweredQuestion> judged = new ArrayList<>();
        for (int q = 0; q < answered.size(); q++) {
            Question question = windows.questions().get(q);
            DecodedAnswer answer = decoding.ranked(question.context(), answered.get(q));
            String text =
                    answer.best().isEmpty()
                            ? ""
                            : answer.best().getFirst().span().of(question.context());
            judged.add(
                    new AnsweredQuestion(
                            text, noAnswerScore(answer, decoding), question.answerTexts()));
        }
        return judged;
    }

    private static double noAnswerScore(DecodedAnswer answer, AnswerDecoding decoding) {
        return decoding.noAnswerAllowed() ? answer.noAnswerScore() : Double.NEGATIVE_INFINITY;
    }
}
