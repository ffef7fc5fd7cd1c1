package xlmr.eval;

import java.util.ArrayList;
import java.util.List;
import xlmr.eval.Verdict.Code;

/// Collects what there is to say about a report.
final class VerdictList {

    private final List<Verdict> verdicts = new ArrayList<>();

    void error(Code code, String sentence, Object... arguments) {
        add(code, Severity.ERROR, sentence, arguments);
    }

    void warn(Code code, String sentence, Object... arguments) {
        add(code, Severity.WARNING, sentence, arguments);
    }

    void note(Code code, String sentence, Object... arguments) {
        add(code, Severity.NOTE, sentence, arguments);
    }

    /// Says that a loss is not finite, if it was computed and is not.
    ///
    /// @param known whether there is a loss at all
    void notFinite(double loss, boolean known) {
        if (known && !Double.isFinite(loss)) {
            error(
                    Code.NOT_FINITE_LOGITS,
                    "Some logits are NaN or infinite: the model has diverged or its weights are"
                            + " broken, and its loss means nothing.");
        }
    }

    /// What was said, the gravest first.
    List<Verdict> gravestFirst() {
        return ClassificationVerdicts.gravestFirst(verdicts);
    }

    private void add(Code code, Severity severity, String sentence, Object... arguments) {
        verdicts.add(new Verdict(code, severity, sentence.formatted(arguments)));
    }
}
