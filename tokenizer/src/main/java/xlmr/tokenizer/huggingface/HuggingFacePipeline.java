package xlmr.tokenizer.huggingface;

import java.nio.file.Path;
import java.util.List;
import xlmr.tokenizer.TokenizerException;
import xlmr.tokenizer.piece.TokenList;

/// A `tokenizer.json` in use: added tokens are cut out, the rest is normalized, cut into words, and
/// each word segmented. Immutable; special tokens around the text are the caller's business.
public final class HuggingFacePipeline {
    private final TokenizerSpec spec;
    private final AddedTokens rawTokens;
    private final AddedTokens normalizedTokens;

    private HuggingFacePipeline(TokenizerSpec spec) {
        this.spec = spec;
        this.rawTokens =
                new AddedTokens(spec.addedTokens().stream().filter(t -> !t.normalized()).toList());
        this.normalizedTokens =
                new AddedTokens(
                        spec.addedTokens().stream().filter(AddedToken::normalized).toList());
    }

    /// Loads a file.
    ///
    /// @throws TokenizerException that names the file and the reason, if it is no usable tokenizer
    public static HuggingFacePipeline load(Path file, ScoreParsing parsing) {
        return new HuggingFacePipeline(TokenizerJsonFile.read(file, parsing));
    }

    /// The arrays of one thread.
    public static final class Workspace {
        private final AlignedText raw = new AlignedText();
        private AlignedText normalized = new AlignedText();
        private AlignedText spare = new AlignedText();
        private final AlignedText[] words;
        private final UnigramLattice lattice = new UnigramLattice();

        private Workspace(int steps) {
            words = new AlignedText[steps];
            for (int i = 0; i < steps; i++) {
                words[i] = new AlignedText();
            }
        }
    }

    /// New arrays for a thread.
    public Workspace workspace() {
        return new Workspace(spec.preTokenizers().size());
    }

    /// Appends the tokens of a text.
    ///
    /// @param word the word that all tokens belong to, or -1 to count the words of the text
    /// @param specials whether special tokens written in the text are tokens
    public void append(
            String text, int word, boolean specials, Workspace workspace, TokenList tokens) {
        workspace.raw.set(text);
        new Call(workspace, tokens, word, specials).run();
    }

    /// Number of ids, added tokens included.
    public int size() {
        return spec.size();
    }

    /// The text of an id.
    public String piece(int id) {
        if (id < spec.vocabulary().pieces.size()) {
            return spec.vocabulary().pieces.text(id);
        }
        return spec.addedTokens().stream()
                .filter(t -> t.id() == id)
                .findFirst()
                .map(AddedToken::content)
                .orElseThrow(() -> new IndexOutOfBoundsException("there is no token id " + id));
    }

    /// The id of a text, or -1.
    public int find(String piece) {
        return spec.addedTokens().stream()
                .filter(t -> t.content().equals(piece))
                .findFirst()
                .map(AddedToken::id)
                .orElseGet(() -> spec.vocabulary().find(piece));
    }

    /// The id of unknown texts, or -1 if the file names none.
    public int unknownId() {
        return spec.vocabulary().unknownId;
    }

    /// Ids around one text, -1 where it goes.
    public int[] single() {
        return spec.single().clone();
    }

    /// Ids around two texts, -1 and -2 where they go.
    public int[] pair() {
        return spec.pair().clone();
    }

    /// What is odd about the file, one line each.
    public List<String> warnings() {
        return spec.warnings();
    }

    /// The text of ids (`Metaspace::decode_chain` of tokenizers): every replacement character
    /// becomes a space, except in the first token, where it vanishes.
    public String decode(int[] ids, boolean skipSpecialTokens) {
        PreTokenizerStep.Metaspace decoder = spec.decoder();
        StringBuilder text = new StringBuilder();
        boolean first = true;
        for (int id : ids) {
            if (skipSpecialTokens && isSpecial(id)) {
                continue;
            }
            String piece = piece(id);
            boolean drop =
                    first && decoder != null && decoder.prepend() != PreTokenizerStep.Prepend.NEVER;
            if (decoder == null) {
                text.append(first ? "" : " ").append(piece);
            } else {
                piece.codePoints()
                        .filter(c -> !drop || c != decoder.replacement())
                        .map(c -> c == decoder.replacement() ? ' ' : c)
                        .forEach(text::appendCodePoint);
            }
            first = false;
        }
        return text.toString();
    }

    private boolean isSpecial(int id) {
        return spec.addedTokens().stream().anyMatch(t -> t.special() && t.id() == id);
    }

    /// One text on its way through the pipeline.
    private final class Call {
        private final Workspace workspace;
        private final TokenList tokens;
        private final int fixedWord;
        private final boolean specials;
        private int word;

        Call(Workspace workspace, TokenList tokens, int fixedWord, boolean specials) {
            this.workspace = workspace;
            this.tokens = tokens;
            this.fixedWord = fixedWord;
            this.specials = specials;
        }

        void run() {
            AlignedText raw = workspace.raw;
            rawTokens.split(
                    raw,
                    0,
                    raw.length,
                    specials,
                    new AddedTokens.Sink() {
                        @Override
                        public void text(int from, int to) {
                            normalize(raw, from, to);
                        }

                        @Override
                        public void token(AddedToken token, int from, int to) {
                            addToken(token, raw, from, to);
                        }
                    });
        }

        private void normalize(AlignedText source, int from, int to) {
            workspace.normalized.clear();
            if (spec.normalizers().isEmpty()) {
                workspace.normalized.append(source, from, to);
            }
            boolean first = true;
            for (NormalizerStep step : spec.normalizers()) {
                if (first) {
                    step.apply(source, from, to, workspace.normalized);
                } else {
                    AlignedText before = workspace.normalized;
                    workspace.spare.clear();
                    step.apply(before, 0, before.length, workspace.spare);
                    workspace.normalized = workspace.spare;
                    workspace.spare = before;
                }
                first = false;
            }
            AlignedText normalized = workspace.normalized;
            normalizedTokens.split(
                    normalized,
                    0,
                    normalized.length,
                    specials,
                    new AddedTokens.Sink() {
                        @Override
                        public void text(int begin, int end) {
                            cut(0, normalized, begin, end);
                        }

                        @Override
                        public void token(AddedToken token, int begin, int end) {
                            addToken(token, normalized, begin, end);
                        }
                    });
        }

        private void addToken(AddedToken token, AlignedText text, int from, int to) {
            tokens.add(token.id(), text.begins[from], text.ends[to - 1], nextWord());
        }

        private int nextWord() {
            return fixedWord >= 0 ? fixedWord : word++;
        }

        /// Applies the pre-tokenizers from `step` on to a stretch of text.
        private void cut(int step, AlignedText text, int from, int to) {
            if (from == to) {
                return;
            }
            if (step == spec.preTokenizers().size()) {
                workspace.lattice.segment(spec.vocabulary(), text, from, to, nextWord(), tokens);
                return;
            }
            switch (spec.preTokenizers().get(step)) {
                case PreTokenizerStep.WhitespaceSplit _ -> cutAtWhiteSpace(step, text, from, to);
                case PreTokenizerStep.Metaspace meta -> cutAtMeta(step, meta, text, from, to);
            }
        }

        private void cutAtWhiteSpace(int step, AlignedText text, int from, int to) {
            int start = from;
            int at = from;
            while (at < to) {
                int next = text.next(at);
                if (WhiteSpace.is(text.codePointAt(at))) {
                    cut(step + 1, text, start, at);
                    start = next;
                }
                at = next;
            }
            cut(step + 1, text, start, to);
        }

        private void cutAtMeta(
                int step, PreTokenizerStep.Metaspace meta, AlignedText text, int from, int to) {
            AlignedText words = workspace.words[step];
            words.clear();
            int replacement = meta.replacement();
            int first = text.codePointAt(from);
            boolean prepend =
                    switch (meta.prepend()) {
                        case ALWAYS -> true;
                        case FIRST -> text.begins[from] == 0;
                        case NEVER -> false;
                    };
            if (prepend && first != replacement && first != ' ') {
                words.append(replacement, text.begins[from], text.ends[from]);
            }
            int start = from;
            for (int at = from; at < to; at++) {
                if (text.bytes[at] == ' ') {
                    words.append(text, start, at);
                    words.append(replacement, text.begins[at], text.ends[at]);
                    start = at + 1;
                }
            }
            words.append(text, start, to);
            if (!meta.split()) {
                cut(step + 1, words, 0, words.length);
                return;
            }
            int begin = 0;
            for (int at = words.next(0); at < words.length; at = words.next(at)) {
                if (words.codePointAt(at) == replacement) {
                    cut(step + 1, words, begin, at);
                    begin = at;
                }
            }
            cut(step + 1, words, begin, words.length);
        }
    }
}
