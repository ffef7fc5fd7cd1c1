package xlmr.tokenizer.sentencepiece;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import xlmr.tokenizer.TokenizerException;
import xlmr.tokenizer.piece.PieceTable;
import xlmr.tokenizer.piece.PieceTrie;

/// A SentencePiece model in use: text to piece ids and back (`sentencepiece_processor.cc`). Ids are
/// those of the model; [xlmr.tokenizer.XlmRobertaTokenizer] makes XLM-R's ids of them. Immutable.
public final class SentencePieceProcessor {
    private final SentencePieceModel model;
    private final PieceTrie trie;
    private final Map<String, Integer> reserved = new HashMap<>();
    private final int[] byteIds = new int[256];
    private final Normalizer normalizer;
    private final Segmenter segmenter;
    private final PieceDecoder decoder;

    /// Prepares a model.
    ///
    /// @throws IllegalArgumentException if two pieces have the same text, or a byte piece is
    ///   missing
    public SentencePieceProcessor(SentencePieceModel model) {
        this.model = model;
        PieceTable pieces = model.pieces();
        boolean withUnused = model.type() != ModelType.UNIGRAM;
        int[] texts = new int[model.size()];
        int textCount = 0;
        int[] symbols = new int[model.size()];
        int symbolCount = 0;
        for (int id = 0; id < model.size(); id++) {
            switch (model.types()[id]) {
                case PieceType.NORMAL -> texts[textCount++] = id;
                case PieceType.USER_DEFINED -> {
                    texts[textCount++] = id;
                    symbols[symbolCount++] = id;
                }
                case PieceType.UNUSED -> {
                    if (withUnused) {
                        texts[textCount++] = id;
                    } else {
                        reserve(id);
                    }
                }
                default -> reserve(id);
            }
        }
        this.trie = PieceTrie.of(pieces, texts, textCount);
        if (trie.firstDuplicate() >= 0) {
            throw duplicate(trie.firstDuplicate());
        }
        PieceTrie symbolTrie = PieceTrie.of(pieces, symbols, symbolCount);
        Arrays.fill(byteIds, model.unknownId());
        if (model.byteFallback()) {
            findByteIds();
        }
        this.normalizer = new Normalizer(model.normalizer(), symbolCount == 0 ? null : symbolTrie);
        this.segmenter = segmenter(symbolTrie);
        this.decoder = new PieceDecoder(model);
    }

    /// Loads a model file.
    ///
    /// @throws TokenizerException that names the file and the reason, if it is no usable model
    public static SentencePieceProcessor load(Path file) {
        SentencePieceModel model = ModelFile.read(file);
        try {
            return new SentencePieceProcessor(model);
        } catch (IllegalArgumentException e) {
            throw TokenizerException.of(file, String.valueOf(e.getMessage()), e);
        }
    }

    private Segmenter segmenter(PieceTrie symbols) {
        int unknownId = model.unknownId();
        return switch (model.type()) {
            case UNIGRAM -> new UnigramSegmenter(model, trie);
            case BPE -> new BpeSegmenter(trie, symbols, model.scores(), model.types(), unknownId);
            case CHAR -> new CharacterSegmenter(trie, symbols, unknownId);
            case WORD ->
                    new WordSegmenter(trie, model.normalizer().whitespaceAsSuffix(), unknownId);
        };
    }

    private void reserve(int id) {
        if (reserved.putIfAbsent(model.pieces().text(id), id) != null) {
            throw duplicate(id);
        }
    }

    private IllegalArgumentException duplicate(int id) {
        return new IllegalArgumentException(
                "piece " + id + " '" + model.pieces().text(id) + "' has the text of another piece");
    }

    private void findByteIds() {
        for (int b = 0; b < 256; b++) {
            String text = "<0x%02X>".formatted(b);
            Integer id = reserved.get(text);
            if (id == null || model.types()[id] != PieceType.BYTE) {
                throw new IllegalArgumentException("the byte piece " + text + " is missing");
            }
            byteIds[b] = id;
        }
    }

    /// The model behind.
    public SentencePieceModel model() {
        return model;
    }

    /// Number of pieces.
    public int size() {
        return model.size();
    }

    /// The text of a piece.
    public String piece(int id) {
        return model.pieces().text(id);
    }

    /// The id of a piece's text, or the unknown id.
    public int id(String piece) {
        Integer id = reserved.get(piece);
        if (id != null) {
            return id;
        }
        byte[] bytes = piece.getBytes(StandardCharsets.UTF_8);
        int found = trie.find(bytes, 0, bytes.length);
        return found >= 0 ? found : model.unknownId();
    }

    /// Encodes a text; lone surrogates count as three bytes that are not UTF-8.
    public Pieces encode(String text) {
        SourceText source = new SourceText();
        source.set(text);
        return encode(source.bytes(), source.length(), new Workspace());
    }

    /// Encodes `utf8[0 .. length)`; bytes that are not UTF-8 become U+FFFD.
    public Pieces encode(byte[] utf8, int length, Workspace workspace) {
        workspace.suffix = model.normalizer().whitespaceAsSuffix();
        NormalizedText text = workspace.text;
        text.use(utf8, length);
        normalizer.normalize(text);
        workspace.cuts.clear();
        segmenter.segment(workspace);
        return collect(workspace);
    }

    /// The normalized text.
    public String normalize(String text) {
        SourceText source = new SourceText();
        source.set(text);
        NormalizedText normalized = new NormalizedText();
        normalized.use(source.bytes(), source.length());
        normalizer.normalize(normalized);
        return new String(normalized.normalized, 0, normalized.length, StandardCharsets.UTF_8);
    }

    /// The `count` best segmentations with their scores, the best first.
    ///
    /// @throws TokenizerException if the model is not a unigram model
    public List<ScoredPieces> nBest(String text, int count) {
        if (!(segmenter instanceof UnigramSegmenter unigram)) {
            throw new TokenizerException(
                    "n-best needs a unigram model, and this one is " + model.type());
        }
        SourceText source = new SourceText();
        source.set(text);
        Workspace workspace = new Workspace();
        workspace.text.use(source.bytes(), source.length());
        normalizer.normalize(workspace.text);
        UnigramLattice lattice = new UnigramLattice(unigram, workspace.text);
        return lattice.best(count).stream()
                .map(
                        path -> {
                            workspace.cuts.clear();
                            path.appendTo(workspace.cuts);
                            Pieces pieces = collect(workspace);
                            return new ScoredPieces(
                                    Arrays.copyOf(pieces.ids(), pieces.size()), path.score());
                        })
                .toList();
    }

    /// The text of piece ids.
    ///
    /// @throws IndexOutOfBoundsException if an id is no piece
    public String decode(int[] ids) {
        return decoder.decode(ids);
    }

    /// A segmentation and the sum of its scores.
    public record ScoredPieces(int[] ids, float score) {}

    /// Joins runs of unknown pieces to one, or writes their bytes, and finds the source of each
    /// piece.
    private Pieces collect(Workspace workspace) {
        Cuts cuts = workspace.cuts;
        int[] origins = workspace.text.origins;
        byte[] normalized = workspace.text.normalized;
        Pieces pieces = workspace.pieces;
        pieces.clear();
        int unknownId = model.unknownId();
        boolean byteFallback = model.byteFallback();
        boolean afterUnknown = false;
        int begin = 0;
        for (int i = 0; i < cuts.size; i++) {
            int id = cuts.ids[i];
            int end = cuts.ends[i];
            boolean unknown = id == unknownId;
            if (unknown && byteFallback) {
                // the character's last byte piece stands for all of it, those before for nothing
                for (int at = begin; at < end; at++) {
                    int sourceEnd = at == end - 1 ? origins[end] : origins[begin];
                    pieces.add(
                            byteIds[normalized[at] & 0xFF], origins[begin], sourceEnd, at, at + 1);
                }
            } else if (unknown && afterUnknown) {
                pieces.extendLast(origins[end], end);
            } else {
                pieces.add(id, origins[begin], origins[end], begin, end);
            }
            afterUnknown = unknown;
            begin = end;
        }
        return pieces;
    }

    /// The piece's type, a [PieceType] number.
    byte type(int id) {
        return model.types()[id];
    }

    /// The id of a control piece such as `<s>`, or -1 if the model has none of this text.
    public int controlId(@Nullable String piece) {
        Integer id = piece == null ? null : reserved.get(piece);
        return id != null && type(id) == PieceType.CONTROL ? id : -1;
    }
}
