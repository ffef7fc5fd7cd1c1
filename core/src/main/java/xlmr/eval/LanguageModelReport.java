package xlmr.eval;

import java.util.List;

/// The evaluation of a model that predicts pieces of text: the masked ones, or each from those
/// before it.
///
/// @param examples the number of texts
/// @param predicted the number of pieces that were to be predicted
/// @param loss mean cross-entropy over these pieces, in nats
/// @param accuracy the share of them that is the model's first guess
/// @param vocabulary the number of pieces to choose from
/// @param verdicts what all this means
public record LanguageModelReport(
        int examples,
        long predicted,
        double loss,
        double accuracy,
        int vocabulary,
        List<Verdict> verdicts)
        implements EvaluationReport {

    public LanguageModelReport {
        verdicts = List.copyOf(verdicts);
    }

    /// Sums over all pieces as a report.
    ///
    /// @param examples the number of texts, at least 1
    /// @param predicted the number of pieces that were to be predicted, at least 1
    /// @param lossSum the sum of their cross-entropies, in nats
    /// @param right how many were the model's first guess
    /// @param vocabulary the number of pieces to choose from
    public static LanguageModelReport of(
            int examples, long predicted, double lossSum, long right, int vocabulary) {
        if (examples < 1 || predicted < 1 || right < 0 || right > predicted || vocabulary < 2) {
            throw new IllegalArgumentException(
                    "language model report: expected pieces, and no more of them right, found %d in %d texts, %d right, a vocabulary of %d"
                            .formatted(predicted, examples, right, vocabulary));
        }
        LanguageModelReport unjudged =
                new LanguageModelReport(
                        examples,
                        predicted,
                        lossSum / predicted,
                        (double) right / predicted,
                        vocabulary,
                        List.of());
        return new LanguageModelReport(
                examples,
                predicted,
                unjudged.loss(),
                unjudged.accuracy(),
                vocabulary,
                LanguageModelVerdicts.of(unjudged));
    }

    /// exp of the loss: among how many equally likely pieces a guess would be as hard.
    public double perplexity() {
        return Math.exp(loss);
    }
}
