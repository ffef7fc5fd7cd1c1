package xlmr.tokenizer.sentencepiece;

/// What a piece is for; the numbers of `SentencePiece.Type`.
public final class PieceType {
    public static final byte NORMAL = 1;
    public static final byte UNKNOWN = 2;
    public static final byte CONTROL = 3;
    public static final byte USER_DEFINED = 4;
    public static final byte UNUSED = 5;
    public static final byte BYTE = 6;

    private PieceType() {}
}
