package xlmr.tokenizer.huggingface;

/// The Unicode property White_Space, which is Rust's `char::is_whitespace`. Java's own predicates
/// differ: `Character.isWhitespace` leaves out U+0085 and the no-break spaces and takes
/// U+001C..U+001F in.
final class WhiteSpace {
    private WhiteSpace() {}

    static boolean is(int codePoint) {
        if (codePoint < 0x85) {
            return codePoint == ' ' || codePoint >= 0x09 && codePoint <= 0x0D;
        }
        return switch (codePoint) {
            case 0x85, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000 -> true;
            default -> codePoint >= 0x2000 && codePoint <= 0x200A;
        };
    }
}
