package xlmr.tokenizer.huggingface;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a `tokenizer.json` says.
///
/// @param addedTokens tokens looked for in the text
/// @param normalizers applied one after the other
/// @param preTokenizers applied one after the other
/// @param single ids around one text, [#TEXT_A] where it goes
/// @param pair ids around two texts, [#TEXT_A] and [#TEXT_B] where they go
/// @param decoder how tokens become text again, or null for none
/// @param vocabulary the pieces
/// @param size number of ids, added tokens included
/// @param warnings what is odd about the file
record TokenizerSpec(
        List<AddedToken> addedTokens,
        List<NormalizerStep> normalizers,
        List<PreTokenizerStep> preTokenizers,
        int[] single,
        int[] pair,
        PreTokenizerStep.@Nullable Metaspace decoder,
        UnigramVocabulary vocabulary,
        int size,
        List<String> warnings) {
    static final int TEXT_A = -1;
    static final int TEXT_B = -2;
}
