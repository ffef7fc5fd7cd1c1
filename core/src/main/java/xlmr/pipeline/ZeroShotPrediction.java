package xlmr.pipeline;

import java.util.List;

/// What a text is about, of labels that the model was not trained for.
///
/// @param text as given
/// @param candidates the labels, the most probable first
/// @param truncatedTokens of the text that did not fit the maximum length beside a hypothesis, of
///   all labels together
public record ZeroShotPrediction(String text, List<Candidate> candidates, int truncatedTokens) {
    /// Copies the list.
    public ZeroShotPrediction {
        candidates = List.copyOf(candidates);
    }

    /// One label.
    ///
    /// @param score its probability: among all labels, or with several labels a text that of the
    ///   label by itself
    /// @param logits what the model says of text and hypothesis, in the order of its own labels
    public record Candidate(String label, double score, List<Float> logits) {
        /// Copies the list.
        public Candidate {
            logits = List.copyOf(logits);
        }
    }

    /// The most probable label.
    public Candidate best() {
        return candidates.getFirst();
    }
}
