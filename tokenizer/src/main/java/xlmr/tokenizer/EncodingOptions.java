package xlmr.tokenizer;

/// How texts are encoded. Start from [#defaults()] and change what differs.
///
/// @param maxLength most tokens of an encoding, special tokens included; 0 for no limit
/// @param truncation which text is cut at that limit
/// @param truncationSide where it is cut
/// @param stride tokens that each overflowing part repeats of its neighbour
/// @param overflow whether what was cut off is kept, in [Encoding#overflow()]
/// @param specialTokens whether `<s>` and `</s>` are added
/// @param inlineTokens what special tokens mean that are written in the text
/// @param padding to which length encodings are filled up
/// @param padToMultipleOf that length is rounded up to a multiple of this; 0 or 1 for none
/// @param paddingSide where encodings are filled up
public record EncodingOptions(
        int maxLength,
        Truncation truncation,
        Side truncationSide,
        int stride,
        boolean overflow,
        boolean specialTokens,
        InlineTokens inlineTokens,
        Padding padding,
        int padToMultipleOf,
        Side paddingSide) {
    private static final EncodingOptions DEFAULTS =
            new EncodingOptions(
                    0,
                    Truncation.LONGEST_FIRST,
                    Side.RIGHT,
                    0,
                    false,
                    true,
                    InlineTokens.AS_REFERENCE,
                    Padding.NONE,
                    0,
                    Side.RIGHT);

    /// Checks the numbers.
    public EncodingOptions {
        if (maxLength < 0 || stride < 0 || padToMultipleOf < 0) {
            throw new IllegalArgumentException(
                    "encoding options: maxLength, stride and padToMultipleOf must not be negative,"
                            + " found %d, %d and %d".formatted(maxLength, stride, padToMultipleOf));
        }
    }

    /// No limit, special tokens added, no padding.
    public static EncodingOptions defaults() {
        return DEFAULTS;
    }

    /// The same with another limit.
    public EncodingOptions withMaxLength(int value) {
        return new EncodingOptions(
                value,
                truncation,
                truncationSide,
                stride,
                overflow,
                specialTokens,
                inlineTokens,
                padding,
                padToMultipleOf,
                paddingSide);
    }

    /// The same with another way to cut.
    public EncodingOptions withTruncation(Truncation value) {
        return new EncodingOptions(
                maxLength,
                value,
                truncationSide,
                stride,
                overflow,
                specialTokens,
                inlineTokens,
                padding,
                padToMultipleOf,
                paddingSide);
    }

    /// The same, cut at another side.
    public EncodingOptions withTruncationSide(Side value) {
        return new EncodingOptions(
                maxLength,
                truncation,
                value,
                stride,
                overflow,
                specialTokens,
                inlineTokens,
                padding,
                padToMultipleOf,
                paddingSide);
    }

    /// The same, keeping what is cut off in parts that overlap by `value` tokens.
    public EncodingOptions withOverflow(int value) {
        return new EncodingOptions(
                maxLength,
                truncation,
                truncationSide,
                value,
                true,
                specialTokens,
                inlineTokens,
                padding,
                padToMultipleOf,
                paddingSide);
    }

    /// The same with or without special tokens.
    public EncodingOptions withSpecialTokens(boolean value) {
        return new EncodingOptions(
                maxLength,
                truncation,
                truncationSide,
                stride,
                overflow,
                value,
                inlineTokens,
                padding,
                padToMultipleOf,
                paddingSide);
    }

    /// The same with another meaning of special tokens in the text.
    public EncodingOptions withInlineTokens(InlineTokens value) {
        return new EncodingOptions(
                maxLength,
                truncation,
                truncationSide,
                stride,
                overflow,
                specialTokens,
                value,
                padding,
                padToMultipleOf,
                paddingSide);
    }

    /// The same, filled up to another length.
    public EncodingOptions withPadding(Padding value) {
        return new EncodingOptions(
                maxLength,
                truncation,
                truncationSide,
                stride,
                overflow,
                specialTokens,
                inlineTokens,
                value,
                padToMultipleOf,
                paddingSide);
    }

    /// The same, filled up to a multiple of `value`.
    public EncodingOptions withPadToMultipleOf(int value) {
        return new EncodingOptions(
                maxLength,
                truncation,
                truncationSide,
                stride,
                overflow,
                specialTokens,
                inlineTokens,
                padding,
                value,
                paddingSide);
    }

    /// The same, filled up at another side.
    public EncodingOptions withPaddingSide(Side value) {
        return new EncodingOptions(
                maxLength,
                truncation,
                truncationSide,
                stride,
                overflow,
                specialTokens,
                inlineTokens,
                padding,
                padToMultipleOf,
                value);
    }
}
