package xlmr.tokenizer;

import java.io.IOException;
import java.lang.Character.UnicodeScript;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import xlmr.tokenizer.huggingface.ScoreParsing;
import xlmr.tokenizer.huggingface.TokenizerJsonSubset;
import xlmr.tokenizer.sentencepiece.ModelFileSubset;
import xlmr.tokenizer.sentencepiece.ModelType;
import xlmr.tokenizer.sentencepiece.PieceType;
import xlmr.tokenizer.sentencepiece.SentencePieceModel;
import xlmr.tokenizer.sentencepiece.SentencePieceProcessor;

/// The part of a vocabulary that a collection of texts needs: which ids stay, and the tokenizer's
/// files with those alone. Ids keep their order, so the special tokens stay where XLM-R has them:
/// `<s> <pad> </s> <unk>` first, `<mask>` last.
///
/// The texts that it was made from are cut into the same pieces as before: the best segmentation is
/// still there, and its rivals only get fewer. For that to hold where characters are unknown, too,
/// the piece with the lowest score stays, which the score of the unknown piece follows from (where
/// there is a SentencePiece file). [#compare] looks whether it is so.
public final class VocabularySubset {
    private static final String MODEL_FILE = "sentencepiece.bpe.model";
    private static final String JSON_FILE = "tokenizer.json";
    private static final int SPECIAL_IDS = 4;
    private static final EncodingOptions WHOLE = EncodingOptions.defaults();

    private final Path directory;
    private final List<XlmRobertaTokenizer> tokenizers;
    private final @Nullable SentencePieceModel pieces;
    private final BitSet kept = new BitSet();
    private final int[] newIds;
    private int size;

    private VocabularySubset(Path directory) {
        this.directory = directory;
        this.tokenizers = tokenizers(directory);
        Path file = directory.resolve(MODEL_FILE);
        this.pieces = Files.exists(file) ? SentencePieceProcessor.load(file).model() : null;
        if (pieces != null && pieces.type() != ModelType.UNIGRAM) {
            throw TokenizerException.of(
                    file,
                    "is a model of type %s; only a unigram model can lose pieces"
                            .formatted(pieces.type()));
        }
        this.newIds = new int[tokenizers.getFirst().vocabularySize()];
    }

    /// The ids that some texts need, of the tokenizer in a directory.
    ///
    /// @param texts are read once
    /// @param characters which pieces of one character stay besides
    /// @throws TokenizerException if there is no usable tokenizer, or its files contradict each
    ///   other
    public static VocabularySubset of(
            Path directory, Iterable<String> texts, KeptCharacters characters) {
        VocabularySubset subset = new VocabularySubset(directory);
        subset.refuseOtherPieces();
        for (String text : texts) {
            for (XlmRobertaTokenizer tokenizer : subset.tokenizers) {
                for (int id : tokenizer.encode(text, WHOLE).ids()) {
                    subset.kept.set(id);
                }
            }
        }
        subset.keepCharacters(characters);
        subset.keepSpecialTokens();
        subset.number();
        return subset;
    }

    /// Of both files where there are both: they differ on rare texts.
    private static List<XlmRobertaTokenizer> tokenizers(Path directory) {
        List<XlmRobertaTokenizer> tokenizers = new ArrayList<>();
        Path json = directory.resolve(JSON_FILE);
        Path model = directory.resolve(MODEL_FILE);
        if (Files.exists(json)) {
            tokenizers.add(XlmRobertaTokenizer.ofTokenizerJson(json, ScoreParsing.EXACT));
        }
        if (Files.exists(model) || tokenizers.isEmpty()) {
            tokenizers.add(XlmRobertaTokenizer.load(directory, TokenizerReference.SENTENCEPIECE));
        }
        return tokenizers;
    }

    private void refuseOtherPieces() {
        if (tokenizers.size() < 2) {
            return;
        }
        XlmRobertaTokenizer one = tokenizers.getFirst();
        XlmRobertaTokenizer other = tokenizers.getLast();
        int common = Math.min(one.vocabularySize(), other.vocabularySize());
        for (int id = 0; id < common; id++) {
            if (!one.piece(id).equals(other.piece(id))) {
                throw TokenizerException.of(
                        directory.resolve(JSON_FILE),
                        "token %d is '%s', but '%s' by %s; remove the file that is wrong"
                                .formatted(id, one.piece(id), other.piece(id), MODEL_FILE));
            }
        }
        if (one.vocabularySize() < other.vocabularySize()) {
            throw TokenizerException.of(
                    directory.resolve(JSON_FILE),
                    "has %d tokens, %s %d; remove the file that is wrong"
                            .formatted(common, MODEL_FILE, other.vocabularySize()));
        }
    }

    private void keepCharacters(KeptCharacters characters) {
        Set<UnicodeScript> scripts = EnumSet.of(UnicodeScript.COMMON, UnicodeScript.INHERITED);
        XlmRobertaTokenizer tokenizer = tokenizers.getFirst();
        // The names of special tokens are no text.
        kept.stream()
                .filter(id -> id >= SPECIAL_IDS && id != tokenizer.maskId())
                .forEach(
                        id ->
                                tokenizer
                                        .piece(id)
                                        .codePoints()
                                        .forEach(point -> scripts.add(UnicodeScript.of(point))));
        for (int id = 0; id < newIds.length; id++) {
            String piece = tokenizer.piece(id);
            if (piece.codePointCount(0, piece.length()) != 1) {
                continue;
            }
            boolean stays =
                    switch (characters) {
                        case NONE -> false;
                        case SCRIPTS -> scripts.contains(UnicodeScript.of(piece.codePointAt(0)));
                        case ALL -> true;
                    };
            if (stays) {
                kept.set(id);
            }
        }
    }

    private void keepSpecialTokens() {
        kept.set(0, SPECIAL_IDS);
        XlmRobertaTokenizer tokenizer = tokenizers.getFirst();
        kept.set(tokenizer.maskId());
        if (tokenizer.reference() == TokenizerReference.HUGGING_FACE) {
            kept.or(TokenizerJsonSubset.addedIds(directory.resolve(JSON_FILE)));
            keepBytes(tokenizer);
        }
        if (pieces == null) {
            return;
        }
        int lowest = -1;
        for (int piece = SPECIAL_IDS - 1; piece < pieces.size(); piece++) {
            if (pieces.types()[piece] != PieceType.NORMAL) {
                kept.set(piece + 1);
            } else if (lowest < 0 || pieces.scores()[piece] < pieces.scores()[lowest]) {
                lowest = piece;
            }
        }
        if (lowest >= 0) {
            kept.set(lowest + 1);
        }
    }

    private void keepBytes(XlmRobertaTokenizer tokenizer) {
        for (int b = 0; b < 256; b++) {
            int id = tokenizer.id("<0x%02X>".formatted(b));
            kept.set(id);
        }
    }

    private void number() {
        for (int id = 0; id < newIds.length; id++) {
            newIds[id] = kept.get(id) ? size++ : -1;
        }
        if (kept.length() > newIds.length) {
            throw TokenizerException.of(
                    directory.resolve(JSON_FILE),
                    "adds a token with the id %d, and there are %d"
                            .formatted(kept.length() - 1, newIds.length));
        }
    }

    /// The ids that stay, ascending: new id k is old id `keptIds()[k]`.
    public int[] keptIds() {
        return kept.stream().toArray();
    }

    /// How many stay.
    public int size() {
        return size;
    }

    /// The new id of an old one, or -1 if it is gone.
    public int newId(int oldId) {
        return oldId >= 0 && oldId < newIds.length ? newIds[oldId] : -1;
    }

    /// The tokenizer's files by name, with the pieces that stay.
    ///
    /// @throws TokenizerException if one cannot be read, or states an id that does not exist
    public SequencedMap<String, byte[]> files() {
        SequencedMap<String, byte[]> files = new LinkedHashMap<>();
        for (Path file : XlmRobertaTokenizer.tokenizerFiles(directory)) {
            String name = file.getFileName().toString();
            TokenizerJsonSubset json = new TokenizerJsonSubset(file, kept, this::newId);
            files.put(
                    name,
                    switch (name) {
                        case MODEL_FILE -> ModelFileSubset.of(file, keptPieces());
                        case JSON_FILE -> json.tokenizer();
                        case "tokenizer_config.json" -> json.settings();
                        case "added_tokens.json" -> json.addedTokens();
                        default -> bytes(file);
                    });
        }
        return files;
    }

    /// The SentencePiece numbers of the ids that stay.
    private BitSet keptPieces() {
        BitSet numbers = new BitSet();
        numbers.set(0, SPECIAL_IDS - 1);
        int count = pieces == null ? 0 : pieces.size();
        for (int piece = SPECIAL_IDS - 1; piece < count; piece++) {
            numbers.set(piece, kept.get(piece + 1));
        }
        return numbers;
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw TokenizerException.of(file, "cannot be read: " + e.getMessage(), e);
        }
    }

    /// What became of texts.
    ///
    /// @param texts that were compared
    /// @param tokens they have with all pieces, special ones included
    /// @param changed texts that are cut otherwise than before
    /// @param firstChanged the first of them, or null
    public record Comparison(long texts, long tokens, long changed, @Nullable String firstChanged) {
        /// Whether every text is cut as before.
        public boolean isSame() {
            return changed == 0;
        }
    }

    /// Cuts texts with the tokenizer as it was and with the one that was made of [#files].
    ///
    /// @param written directory of the smaller tokenizer
    /// @param texts are read once
    public Comparison compare(Path written, Iterable<String> texts) {
        List<XlmRobertaTokenizer> smaller = tokenizers(written);
        long count = 0;
        long tokens = 0;
        long changed = 0;
        String first = null;
        for (String text : texts) {
            boolean same = true;
            for (int i = 0; i < tokenizers.size(); i++) {
                int[] ids = tokenizers.get(i).encode(text, WHOLE).ids();
                tokens += i == 0 ? ids.length : 0;
                same &= isSame(ids, smaller.get(i).encode(text, WHOLE).ids());
            }
            count++;
            if (!same) {
                changed++;
                first = first == null ? text : first;
            }
        }
        return new Comparison(count, tokens, changed, first);
    }

    private boolean isSame(int[] old, int[] now) {
        if (old.length != now.length) {
            return false;
        }
        for (int i = 0; i < old.length; i++) {
            if (newId(old[i]) != now[i]) {
                return false;
            }
        }
        return true;
    }
}
