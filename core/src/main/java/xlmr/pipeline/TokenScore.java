package xlmr.pipeline;

/// What one token contributes to an answer.
///
/// @param piece as the vocabulary writes it, `▁Wie`
/// @param sequence 0 for the first text, 1 for the second; -1 for `<s>` and `</s>`
/// @param start where it begins in its text, as a UTF-16 index; 0 for `<s>` and `</s>`
/// @param end where it ends in its text, as a UTF-16 index; 0 for `<s>` and `</s>`
/// @param score above 0 for the label, below 0 against it; with attention rollout a share
public record TokenScore(String piece, int sequence, int start, int end, double score) {}
