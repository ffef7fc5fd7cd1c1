package xlmr.eval;

import xlmr.data.TextSpan;

/// An entity that a model marks in a text.
///
/// @param label its type, or the label of a single token as the model has it (`B-PER`)
/// @param score the mean probability of its label
/// @param span where it is in the text
/// @param firstToken its first token, as counted in [TokenPredictions]
/// @param lastToken its last token
public record EntitySpan(
        String label, double score, TextSpan span, int firstToken, int lastToken) {}
