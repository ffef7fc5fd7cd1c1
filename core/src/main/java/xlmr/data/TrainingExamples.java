package xlmr.data;

import xlmr.model.Targets;
import xlmr.tensor.TokenBatch;

/// Examples as a trainer asks for them, some at a time. Most are the same whenever they are shown
/// ([EncodedExamples]); a masked language model sees other masks each time.
public interface TrainingExamples {
    /// Number of examples.
    int size();

    /// Tokens of each example.
    int[] lengths();

    /// Some examples, packed in the order given, and what the model should say of them.
    ///
    /// @param microBatch counts the micro-batches of the run, for what is drawn at random
    /// @param padId the model's id of `<pad>`
    Labelled labelled(int[] rows, long microBatch, int padId);

    /// Tokens and what the model should say of them.
    record Labelled(TokenBatch tokens, Targets targets) {}
}
