package xlmr.tokenizer;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import xlmr.tokenizer.huggingface.HuggingFacePipeline;
import xlmr.tokenizer.huggingface.ScoreParsing;
import xlmr.tokenizer.piece.TokenList;
import xlmr.tokenizer.sentencepiece.SentencePieceProcessor;

/// XLM-R's tokenizer: text to token ids with spans in the text, and back. Immutable, for any number
/// of threads.
///
/// ```java
/// XlmRobertaTokenizer tokenizer = XlmRobertaTokenizer.load(Path.of("xlm-roberta-base"));
/// Encoding encoding = tokenizer.encode("Hello world!", EncodingOptions.defaults());
/// // ids 0 35378 8999 38 2: <s> ▁Hello ▁world ! </s>
/// ```
public final class XlmRobertaTokenizer {
    private static final String MODEL_FILE = "sentencepiece.bpe.model";
    private static final String JSON_FILE = "tokenizer.json";
    private static final List<String> FILES =
            List.of(
                    MODEL_FILE,
                    JSON_FILE,
                    "tokenizer_config.json",
                    "special_tokens_map.json",
                    "added_tokens.json");

    /// Texts that a thread takes at a time.
    private static final int CHUNK = 32;

    private final TokenizerReference reference;
    private final TextEncoder encoder;
    private final EncodingAssembler assembler;
    private final int bosId;
    private final int eosId;
    private final int padId;
    private final int unkId;
    private final int maskId;
    private final ThreadLocal<Buffers> buffers;

    private XlmRobertaTokenizer(TokenizerReference reference, TextEncoder encoder) {
        this.reference = reference;
        this.encoder = encoder;
        this.bosId = encoder.id("<s>");
        this.eosId = encoder.id("</s>");
        this.padId = encoder.id("<pad>");
        this.unkId = encoder.id("<unk>");
        this.maskId = encoder.id("<mask>");
        this.assembler = new EncodingAssembler(encoder.template(), encoder.truncation(), padId);
        this.buffers = ThreadLocal.withInitial(() -> new Buffers(encoder.scratch()));
    }

    /// The arrays of one thread.
    private static final class Buffers {
        final TextEncoder.Scratch scratch;
        final TokenList first = new TokenList();
        final TokenList second = new TokenList();

        Buffers(TextEncoder.Scratch scratch) {
            this.scratch = scratch;
        }
    }

    /// Loads the tokenizer of a model directory. With a `tokenizer.json` the ids are Hugging
    /// Face's, else C++ SentencePiece's.
    ///
    /// @throws TokenizerException that names the file and the reason, if there is no usable file
    public static XlmRobertaTokenizer load(Path directory) {
        return load(
                directory,
                Files.exists(directory.resolve(JSON_FILE))
                        ? TokenizerReference.HUGGING_FACE
                        : TokenizerReference.SENTENCEPIECE);
    }

    /// Loads the tokenizer of a model directory, with the ids of the library that is named:
    /// `sentencepiece.bpe.model` for C++ SentencePiece, `tokenizer.json` for Hugging Face.
    ///
    /// @throws TokenizerException that names the file and the reason, if there is no usable file
    public static XlmRobertaTokenizer load(Path directory, TokenizerReference reference) {
        Path file =
                switch (reference) {
                    case SENTENCEPIECE -> directory.resolve(MODEL_FILE);
                    case HUGGING_FACE -> directory.resolve(JSON_FILE);
                };
        if (!Files.isRegularFile(file)) {
            throw TokenizerException.of(file, "no such file, and the tokenizer needs it");
        }
        return switch (reference) {
            case SENTENCEPIECE -> {
                if (VocabularyFamily.of(directory) == VocabularyFamily.CAMEMBERT) {
                    throw TokenizerException.of(
                            file,
                            "is CamemBERT's, whose ids are not those of XLM-R; tokenizer.json is"
                                    + " needed, which has them");
                }
                yield ofSentencePiece(file);
            }
            case HUGGING_FACE -> ofTokenizerJson(file, ScoreParsing.EXACT);
        };
    }

    /// Loads a SentencePiece model file of any name.
    ///
    /// @throws TokenizerException that names the file and the reason, if it is no usable model
    public static XlmRobertaTokenizer ofSentencePiece(Path file) {
        SentencePieceProcessor processor = SentencePieceProcessor.load(file);
        try {
            return new XlmRobertaTokenizer(
                    TokenizerReference.SENTENCEPIECE, new SentencePieceEncoder(processor));
        } catch (IllegalArgumentException e) {
            throw TokenizerException.of(file, String.valueOf(e.getMessage()), e);
        }
    }

    /// Loads a `tokenizer.json` of any name.
    ///
    /// @param parsing how scores are read; [ScoreParsing#EXACT] is what `AutoTokenizer` does
    /// @throws TokenizerException that names the file and the reason, if it is no usable tokenizer
    public static XlmRobertaTokenizer ofTokenizerJson(Path file, ScoreParsing parsing) {
        HuggingFacePipeline pipeline = HuggingFacePipeline.load(file, parsing);
        for (String special : List.of("<s>", "</s>", "<pad>", "<unk>", "<mask>")) {
            if (pipeline.find(special) < 0) {
                throw TokenizerException.of(file, "is not XLM-R's: it has no " + special);
            }
        }
        return new XlmRobertaTokenizer(
                TokenizerReference.HUGGING_FACE, new HuggingFaceEncoder(pipeline));
    }

    /// What is odd about the tokenizer's file, one line each.
    public List<String> warnings() {
        return encoder.warnings();
    }

    /// The files of a directory that belong to its tokenizer, those to copy beside a saved model.
    public static List<Path> tokenizerFiles(Path directory) {
        return FILES.stream().map(directory::resolve).filter(Files::isRegularFile).toList();
    }

    /// Whose ids these are.
    public TokenizerReference reference() {
        return reference;
    }

    /// Number of token ids, `<mask>` included. A model may have a few embedding rows more.
    public int vocabularySize() {
        return encoder.size();
    }

    /// Id of `<s>`.
    public int bosId() {
        return bosId;
    }

    /// Id of `</s>`.
    public int eosId() {
        return eosId;
    }

    /// Id of `<pad>`.
    public int padId() {
        return padId;
    }

    /// Id of `<unk>`.
    public int unkId() {
        return unkId;
    }

    /// Id of `<mask>`.
    public int maskId() {
        return maskId;
    }

    /// The text of a token, with U+2581 for a space.
    ///
    /// @throws IndexOutOfBoundsException if there is no such id
    public String piece(int id) {
        if (id < 0 || id >= vocabularySize()) {
            throw new IndexOutOfBoundsException(
                    "token id " + id + " is not in 0 .. " + (vocabularySize() - 1));
        }
        return encoder.piece(id);
    }

    /// The id of a token's text, or that of `<unk>`.
    public int id(String piece) {
        return encoder.id(piece);
    }

    /// Encodes a text.
    ///
    /// @throws TokenizerException if it cannot be cut as the options ask
    public Encoding encode(String text, EncodingOptions options) {
        return padAlone(encode(text, options, buffers.get()), options);
    }

    /// Encodes two texts as one input, `<s> A </s></s> B </s>`. To Hugging Face's fast tokenizer an
    /// empty second text is none.
    ///
    /// @throws TokenizerException if they cannot be cut as the options ask
    public Encoding encodePair(String first, String second, EncodingOptions options) {
        boolean alone = second.isEmpty() && reference == TokenizerReference.HUGGING_FACE;
        Buffers mine = buffers.get();
        return padAlone(
                alone ? encode(first, options, mine) : encodePair(first, second, options, mine),
                options);
    }

    /// Encodes a text that is already cut into words; spans count from the beginning of each word.
    ///
    /// @throws TokenizerException if it cannot be cut as the options ask
    public Encoding encodeWords(List<String> words, EncodingOptions options) {
        Buffers mine = buffers.get();
        mine.first.clear();
        for (int i = 0; i < words.size(); i++) {
            append(words.get(i), i, options, mine, mine.first);
        }
        return padAlone(assembler.single(mine.first, options), options);
    }

    /// Encodes many texts over a number of threads; the answer does not depend on that number.
    ///
    /// @throws TokenizerException if one cannot be cut as the options ask
    public List<Encoding> encodeAll(List<String> texts, EncodingOptions options, int threads) {
        Encoding[] results = new Encoding[texts.size()];
        overChunks(
                texts.size(),
                threads,
                (i, mine) -> results[i] = encode(texts.get(i), options, mine));
        return assembler.pad(Arrays.asList(results), options);
    }

    /// Encodes many pairs of texts over a number of threads. In a batch an empty second text is
    /// one.
    ///
    /// @throws TokenizerException if one cannot be cut as the options ask
    public List<Encoding> encodeAllPairs(
            List<String> firsts, List<String> seconds, EncodingOptions options, int threads) {
        if (firsts.size() != seconds.size()) {
            throw new IllegalArgumentException(
                    "encodeAllPairs: %d first texts and %d second texts"
                            .formatted(firsts.size(), seconds.size()));
        }
        Encoding[] results = new Encoding[firsts.size()];
        overChunks(
                firsts.size(),
                threads,
                (i, mine) -> results[i] = encodePair(firsts.get(i), seconds.get(i), options, mine));
        return assembler.pad(Arrays.asList(results), options);
    }

    /// The text of token ids; special tokens are left out or written as they are.
    ///
    /// @throws IndexOutOfBoundsException if there is no such id
    public String decode(int[] ids, boolean skipSpecialTokens) {
        for (int id : ids) {
            if (id < 0 || id >= vocabularySize()) {
                throw new IndexOutOfBoundsException(
                        "token id " + id + " is not in 0 .. " + (vocabularySize() - 1));
            }
        }
        return encoder.decode(ids, skipSpecialTokens);
    }

    private Encoding encode(String text, EncodingOptions options, Buffers mine) {
        mine.first.clear();
        append(text, -1, options, mine, mine.first);
        return assembler.single(mine.first, options);
    }

    private Encoding encodePair(
            String first, String second, EncodingOptions options, Buffers mine) {
        mine.first.clear();
        mine.second.clear();
        append(first, -1, options, mine, mine.first);
        append(second, -1, options, mine, mine.second);
        return assembler.pair(mine.first, mine.second, options);
    }

    private void append(
            String text, int word, EncodingOptions options, Buffers mine, TokenList tokens) {
        boolean inline =
                switch (options.inlineTokens()) {
                    case TOKENS -> true;
                    case TEXT -> false;
                    case AS_REFERENCE -> reference == TokenizerReference.HUGGING_FACE;
                };
        encoder.append(text, word, inline, mine.scratch, tokens);
    }

    private Encoding padAlone(Encoding encoding, EncodingOptions options) {
        return options.padding() == Padding.NONE
                ? encoding
                : assembler.pad(List.of(encoding), options).getFirst();
    }

    /// One item's work with its thread's arrays.
    private interface Item {
        void run(int index, Buffers mine);
    }

    private void overChunks(int count, int threads, Item item) {
        int workers = Math.min(threads, Math.ceilDiv(count, CHUNK));
        if (workers <= 1) {
            Buffers mine = buffers.get();
            for (int i = 0; i < count; i++) {
                item.run(i, mine);
            }
            return;
        }
        AtomicInteger next = new AtomicInteger();
        try (ExecutorService pool = Executors.newFixedThreadPool(workers)) {
            List<Future<?>> running = new ArrayList<>();
            for (int w = 0; w < workers; w++) {
                running.add(
                        pool.submit(
                                () -> {
                                    Buffers mine = new Buffers(encoder.scratch());
                                    int from = next.getAndAdd(CHUNK);
                                    while (from < count) {
                                        int to = Math.min(count, from + CHUNK);
                                        for (int i = from; i < to; i++) {
                                            item.run(i, mine);
                                        }
                                        from = next.getAndAdd(CHUNK);
                                    }
                                }));
            }
            for (Future<?> future : running) {
                future.get();
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TokenizerException("encoding was interrupted", e);
        }
    }
}
