package xlmr.eval;

import xlmr.data.TextSpan;

/// A possible answer.
///
/// @param span where it is in the context
/// @param startLogit that of its first token
/// @param endLogit that of its last token
/// @param probability see [AnswerDecoding]
public record AnswerSpan(TextSpan span, double startLogit, double endLogit, double probability) {

    /// By which answers are compared, over all windows.
    public double score() {
        return startLogit + endLogit;
    }
}
