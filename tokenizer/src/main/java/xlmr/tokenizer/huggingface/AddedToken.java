package xlmr.tokenizer.huggingface;

/// A token that is looked for in the text before the model sees it.
///
/// @param id its id
/// @param content its text
/// @param special whether decoding can leave it out
/// @param singleWord whether it counts only between characters that are no letters
/// @param leftStrip whether it takes the white space before it
/// @param rightStrip whether it takes the white space after it
/// @param normalized whether it is looked for in the normalized text
record AddedToken(
        int id,
        String content,
        boolean special,
        boolean singleWord,
        boolean leftStrip,
        boolean rightStrip,
        boolean normalized) {}
