package xlmr.tokenizer.sentencepiece;

import org.jspecify.annotations.Nullable;

/// How a model prepares its text: the fields of `NormalizerSpec` that inference needs.
///
/// @param name the rule's name, such as `nmt_nfkc`; for display only
/// @param charsmap replacements, or null for none
/// @param addDummyPrefix whether a space is put before the text
/// @param removeExtraWhitespaces whether runs of spaces become one and those at the ends go
/// @param escapeWhitespaces whether a space becomes U+2581
/// @param whitespaceAsSuffix whether the dummy space is put after the text instead
public record NormalizerRules(
        String name,
        @Nullable Charsmap charsmap,
        boolean addDummyPrefix,
        boolean removeExtraWhitespaces,
        boolean escapeWhitespaces,
        boolean whitespaceAsSuffix) {}
