package xlmr.tokenizer;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import xlmr.tokenizer.piece.TokenList;
import xlmr.tokenizer.sentencepiece.Pieces;
import xlmr.tokenizer.sentencepiece.SentencePieceProcessor;
import xlmr.tokenizer.sentencepiece.SourceText;
import xlmr.tokenizer.sentencepiece.Workspace;

/// C++ SentencePiece with XLM-R's ids: fairseq puts `<s> <pad> </s> <unk>` first and `<mask>` last,
/// so a piece has the model's id + 1, and the model's own `<unk> <s> </s>` (0, 1, 2) become 3, 0,
/// 2.
final class SentencePieceEncoder implements TextEncoder {
    static final int BOS = 0;
    static final int PAD = 1;
    static final int EOS = 2;
    static final int UNKNOWN = 3;
    private static final List<String> FIRST = List.of("<s>", "<pad>", "</s>", "<unk>");
    private static final String MASK = "<mask>";
    private static final List<String> SPECIALS =
            Stream.concat(FIRST.stream(), Stream.of(MASK)).toList();

    private final SentencePieceProcessor processor;

    /// @throws IllegalArgumentException if the model does not begin with `<unk> <s> </s>`
    SentencePieceEncoder(SentencePieceProcessor processor) {
        this.processor = processor;
        if (processor.model().unknownId() != 0
                || processor.controlId("<s>") != 1
                || processor.controlId("</s>") != 2) {
            throw new IllegalArgumentException(
                    "is not an XLM-R vocabulary: its first pieces are not <unk>, <s>, </s>");
        }
    }

    private static final class Buffers implements Scratch {
        final SourceText source = new SourceText();
        final Workspace workspace = new Workspace();
        int words;
    }

    @Override
    public Scratch scratch() {
        return new Buffers();
    }

    @Override
    public void append(
            String text, int word, boolean inlineTokens, Scratch scratch, TokenList tokens) {
        Buffers buffers = (Buffers) scratch;
        buffers.words = 0;
        int done = 0;
        int at = inlineTokens ? text.indexOf('<') : -1;
        while (at >= 0) {
            String token = specialAt(text, at);
            int next = at + 1;
            if (token != null) {
                appendPlain(text.substring(done, at), done, word, buffers, tokens);
                next = at + token.length();
                tokens.add(id(token), at, next, word >= 0 ? word : buffers.words++);
                done = next;
            }
            at = text.indexOf('<', next);
        }
        appendPlain(done == 0 ? text : text.substring(done), done, word, buffers, tokens);
    }

    private static @Nullable String specialAt(String text, int at) {
        for (String token : SPECIALS) {
            if (text.startsWith(token, at)) {
                return token;
            }
        }
        return null;
    }

    /// Appends the pieces of a text that begins at `shift` of the whole one.
    private void appendPlain(String text, int shift, int word, Buffers buffers, TokenList tokens) {
        SourceText source = buffers.source;
        source.set(text);
        Pieces pieces = processor.encode(source.bytes(), source.length(), buffers.workspace);
        int count = pieces.size();
        source.toUtf16(pieces.begins(), count);
        source.toUtf16(pieces.ends(), count);
        for (int i = 0; i < count; i++) {
            if (i == 0 || buffers.workspace.beginsWord(i)) {
                buffers.words++;
            }
            tokens.add(
                    tokenId(pieces.ids()[i]),
                    shift + pieces.begins()[i],
                    shift + pieces.ends()[i],
                    word >= 0 ? word : buffers.words - 1);
        }
    }

    private static int tokenId(int pieceId) {
        return switch (pieceId) {
            case 0 -> UNKNOWN;
            case 1 -> BOS;
            case 2 -> EOS;
            default -> pieceId + 1;
        };
    }

    @Override
    public int size() {
        return processor.size() + 2;
    }

    @Override
    public String piece(int id) {
        if (id < FIRST.size()) {
            return FIRST.get(id);
        }
        return id == size() - 1 ? MASK : processor.piece(id - 1);
    }

    @Override
    public int id(String piece) {
        int special = FIRST.indexOf(piece);
        if (special >= 0) {
            return special;
        }
        return piece.equals(MASK) ? size() - 1 : tokenId(processor.id(piece));
    }

    @Override
    public String decode(int[] ids, boolean skipSpecialTokens) {
        StringBuilder text = new StringBuilder();
        int from = 0;
        for (int i = 0; i <= ids.length; i++) {
            boolean special = i == ids.length || ids[i] <= EOS || ids[i] == size() - 1;
            if (!special) {
                continue;
            }
            int[] run = Arrays.copyOfRange(ids, from, i);
            for (int j = 0; j < run.length; j++) {
                run[j] = run[j] == UNKNOWN ? 0 : run[j] - 1;
            }
            String part = processor.decode(run);
            if (!text.isEmpty() && !part.isEmpty()) {
                text.append(' ');
            }
            text.append(part);
            if (i < ids.length && !skipSpecialTokens) {
                text.append(text.isEmpty() ? "" : " ").append(piece(ids[i]));
            }
            from = i + 1;
        }
        return text.toString();
    }

    @Override
    public Template template() {
        return Template.xlmRoberta(BOS, EOS);
    }

    @Override
    public TruncationRule truncation() {
        return new TruncationRule.Slow();
    }

    @Override
    public List<String> warnings() {
        return List.of();
    }
}
