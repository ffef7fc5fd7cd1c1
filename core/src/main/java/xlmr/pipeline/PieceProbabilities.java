package xlmr.pipeline;

import xlmr.eval.Logits;
import xlmr.eval.TokenPredictions;
import xlmr.tokenizer.Encoding;

/// What a tagger says of each piece of a text that it read as it is.
final class PieceProbabilities {
    private PieceProbabilities() {}

    /// @param encoding of the text, without special tokens
    /// @param index of the text in the windows
    /// @param classes K
    /// @param unknownId of the piece for what the tokenizer does not know
    static TokenPredictions of(
            String text,
            Encoding encoding,
            TokenWindows windows,
            float[][] logits,
            int index,
            int classes,
            int unknownId) {
        int tokens = encoding.length();
        float[][] probabilities = new float[tokens][classes];
        boolean[] unknown = new boolean[tokens];
        for (int t = 0; t < tokens; t++) {
            double[] scores = Logits.softmax(windows.row(logits, index, t, classes));
            for (int k = 0; k < scores.length; k++) {
                probabilities[t][k] = (float) scores[k];
            }
            unknown[t] = encoding.ids()[t] == unknownId;
        }
        return new TokenPredictions(
                text,
                probabilities,
                encoding.starts(),
                encoding.ends(),
                encoding.wordIds(),
                unknown);
    }
}
