package xlmr.tokenizer.sentencepiece;

import org.jspecify.annotations.Nullable;
import xlmr.tokenizer.piece.PieceTable;

/// A model file, read and checked: the fields of `ModelProto` that inference needs.
///
/// @param type how it segments
/// @param pieces texts of the pieces, by id
/// @param scores logarithms of probabilities, by id
/// @param types [PieceType] numbers, by id
/// @param normalizer how text is prepared
/// @param denormalizer replacements after decoding, or null for none
/// @param byteFallback whether unknown characters become byte pieces
/// @param unknownId the one piece of type unknown
/// @param unknownSurface what an unknown piece is decoded to
/// @param bosPiece text of the beginning-of-sentence piece
/// @param eosPiece text of the end-of-sentence piece
/// @param padPiece text of the padding piece
public record SentencePieceModel(
        ModelType type,
        PieceTable pieces,
        float[] scores,
        byte[] types,
        NormalizerRules normalizer,
        @Nullable NormalizerRules denormalizer,
        boolean byteFallback,
        int unknownId,
        String unknownSurface,
        String bosPiece,
        String eosPiece,
        String padPiece) {
    /// Number of pieces.
    public int size() {
        return pieces.size();
    }
}
