package xlmr.tokenizer.sentencepiece;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import xlmr.tokenizer.piece.Utf8;

/// Piece ids to text (`SentencePieceProcessor::Decode`): control pieces vanish, unknown ones become
/// the unknown surface, U+2581 becomes a space except at the beginning, bytes become characters
/// again, and U+FFFD for each byte that is part of none.
final class PieceDecoder {
    private final SentencePieceModel model;
    private final boolean dropFirstSpace;
    private final boolean dropAllFirstSpaces;

    PieceDecoder(SentencePieceModel model) {
        this.model = model;
        NormalizerRules rules = model.normalizer();
        this.dropFirstSpace = rules.addDummyPrefix() || rules.removeExtraWhitespaces();
        this.dropAllFirstSpaces = rules.removeExtraWhitespaces();
    }

    String decode(int[] ids) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        boolean atBegin = true;
        boolean droppedSpace = false;
        int i = 0;
        while (i < ids.length) {
            int id = checked(ids[i]);
            if (model.types()[id] == PieceType.BYTE) {
                i = decodeBytes(ids, i, out);
                continue;
            }
            if (droppedSpace || out.size() > 0) {
                atBegin = false;
            }
            droppedSpace = decodePiece(id, atBegin, out);
            i++;
        }
        String text = out.toString(StandardCharsets.UTF_8);
        NormalizerRules after = model.denormalizer();
        if (after == null || after.charsmap() == null) {
            return text;
        }
        NormalizedText denormalized = new NormalizedText();
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        denormalized.use(bytes, bytes.length);
        new Normalizer(after, null).normalize(denormalized);
        return new String(denormalized.normalized, 0, denormalized.length, StandardCharsets.UTF_8);
    }

    /// Appends a piece; returns whether the one space at the beginning was dropped.
    private boolean decodePiece(int id, boolean atBegin, ByteArrayOutputStream out) {
        byte type = model.types()[id];
        if (type == PieceType.CONTROL) {
            return false;
        }
        if (type == PieceType.UNKNOWN) {
            out.writeBytes(model.unknownSurface().getBytes(StandardCharsets.UTF_8));
            return false;
        }
        byte[] piece = model.pieces().text(id).getBytes(StandardCharsets.UTF_8);
        int at = 0;
        boolean dropped = false;
        if (atBegin && dropFirstSpace && Utf8.isMetaAt(piece, 0, piece.length)) {
            at = Utf8.META_LENGTH;
            dropped = !dropAllFirstSpaces;
        }
        while (at < piece.length) {
            if (Utf8.isMetaAt(piece, at, piece.length)) {
                out.write(' ');
                at += Utf8.META_LENGTH;
            } else {
                out.write(piece[at++]);
            }
        }
        return dropped;
    }

    /// Appends a run of byte pieces and returns the index after it.
    private int decodeBytes(int[] ids, int from, ByteArrayOutputStream out) {
        int to = from;
        while (to < ids.length && model.types()[checked(ids[to])] == PieceType.BYTE) {
            to++;
        }
        byte[] bytes = new byte[to - from];
        for (int i = from; i < to; i++) {
            bytes[i - from] =
                    (byte) Integer.parseInt(model.pieces().text(ids[i]).substring(3, 5), 16);
        }
        int at = 0;
        while (at < bytes.length) {
            int length = Utf8.characterLength(bytes, at, bytes.length);
            if (length == 0) {
                out.writeBytes(NormalizedText.REPLACEMENT);
                at++;
            } else {
                out.write(bytes, at, length);
                at += length;
            }
        }
        return to;
    }

    private int checked(int id) {
        if (id < 0 || id >= model.size()) {
            throw new IndexOutOfBoundsException(
                    "piece id " + id + " is not in 0 .. " + (model.size() - 1));
        }
        return id;
    }
}
