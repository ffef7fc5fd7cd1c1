package xlmr.pipeline;

import xlmr.data.TextSpan;

/// A word and the tag that a model gives it.
///
/// @param word as it was read
/// @param tag the most probable one
/// @param score its probability
/// @param span where the word is in its text, in UTF-16 code units
public record TaggedWord(String word, String tag, double score, TextSpan span) {}
