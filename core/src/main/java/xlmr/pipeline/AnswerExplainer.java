package xlmr.pipeline;

import java.util.ArrayList;
import java.util.List;
import xlmr.data.DataException;
import xlmr.data.Question;
import xlmr.eval.AnswerSpan;
import xlmr.eval.AnswerWindow;
import xlmr.tokenizer.Encoding;

/// Says what each token of a question and its context contributes to the answer's score.
///
/// What is explained is the start logit of the best answer, its end logit, or their sum, in the
/// window of the context in which the answer was found. Immutable; one explainer serves many
/// threads.
///
/// @param answerer that answers
/// @param settings how contributions are found
public record AnswerExplainer(QuestionAnswerer answerer, ExplanationSettings settings) {
    private static final int START = 0;
    private static final int END = 1;

    /// Integrated gradients from a text of `<pad>`.
    public static AnswerExplainer of(QuestionAnswerer answerer) {
        return new AnswerExplainer(answerer, ExplanationSettings.defaults());
    }

    /// The same with other settings.
    public AnswerExplainer with(ExplanationSettings value) {
        return new AnswerExplainer(answerer, value);
    }

    /// Where an answer was found.
    ///
    /// @param window among those of its question
    /// @param first its first token there
    /// @param last its last
    private record Found(int window, int first, int last) {}

    /// Explains the best answer, whether it is given or none is.
    ///
    /// @param part which of its logits
    /// @throws DataException if the context has no token
    public Explanation explain(Question question, ExplainedNumber.Part part) {
        QuestionWindows windows = answerer.windows(List.of(question));
        QuestionAnswerer.GivenAnswer given =
                answerer.answerAll(List.of(question), done -> {}).getFirst();
        if (given.answer().best().isEmpty()) {
            throw question.problem("has no answer to explain: its context has no tokens");
        }
        AnswerSpan best = given.answer().best().getFirst();
        Found place = find(given.windows(), best);
        List<NumberPlace> places = new ArrayList<>();
        if (part != ExplainedNumber.Part.END) {
            places.add(new NumberPlace(place.first(), START));
        }
        if (part != ExplainedNumber.Part.START) {
            places.add(new NumberPlace(place.last(), END));
        }
        Encoding encoding = windows.encodings().get(place.window());
        ExplainedModel model = answerer.explained();
        ExplainedModel.Found found =
                model.explain(encoding.ids(), encoding.specialTokensMask(), places, settings);
        return new Explanation(
                settings.method(),
                question.question().strip(), // as it is read
                question.context(),
                new ExplainedNumber.Answer(part, best.span().of(question.context()), best.span()),
                switch (part) {
                    case START -> best.startLogit();
                    case END -> best.endLogit();
                    case BOTH -> best.score();
                },
                Double.NaN,
                model.tokens(encoding, found.scores()),
                found.completeness(),
                0);
    }

    /// The tokens with these logits at the ends of the answer, whose span has no space around it.
    private static Found find(List<AnswerWindow> windows, AnswerSpan answer) {
        for (int w = 0; w < windows.size(); w++) {
            AnswerWindow window = windows.get(w);
            int first = -1;
            for (int t = 0; t < window.size(); t++) {
                if (!window.inContext()[t]) {
                    continue;
                }
                if (first < 0
                        && window.startLogits()[t] == (float) answer.startLogit()
                        && window.starts()[t] <= answer.span().start()
                        && window.ends()[t] >= answer.span().start()) {
                    first = t;
                }
                if (first >= 0
                        && window.endLogits()[t] == (float) answer.endLogit()
                        && window.starts()[t] <= answer.span().end()
                        && window.ends()[t] >= answer.span().end()) {
                    return new Found(w, first, t);
                }
            }
        }
        throw new AssertionError("an answer is of one of its windows");
    }
}
