package xlmr.cli;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import xlmr.data.Example;
import xlmr.tokenizer.Encoding;
import xlmr.tokenizer.EncodingOptions;
import xlmr.tokenizer.TokenizerReference;
import xlmr.tokenizer.XlmRobertaTokenizer;

/// Shows how a text is cut into tokens.
@Command(
        name = "tokenize",
        description = "Show how texts are cut into tokens, and their ids.",
        footer = {
            "",
            "Examples:",
            "  xlmr tokenize \"Hello world!\"",
            "  xlmr tokenize --model DIR --input sentences.txt --format ids"
        })
final class TokenizeCommand implements Runnable {
    /// How an encoding is written.
    enum Format {
        TABLE,
        IDS,
        PIECES,
        JSON
    }

    /// Whose ids.
    enum Reference {
        SPM,
        HF
    }

    /// Texts that are encoded at a time, over all threads.
    private static final int CHUNK = 4096;

    private final Streams streams;

    @Mixin private ModelOption model;
    @Mixin private TextInput input;
    @Mixin private ThreadsOption threads;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description =
                    "ids: a line of ids for each text. pieces: a line of pieces. json: an object"
                            + " with ids, pieces and offsets (UTF-16). table: for a person. Default:"
                            + " ids for --input, else table.")
    private @Nullable Format format;

    @Option(
            names = "--tokenizer",
            paramLabel = "spm|hf",
            description =
                    "Ids as C++ SentencePiece gives them (spm) or as Hugging Face's fast tokenizer"
                            + " does (hf). Default: hf where the directory holds a tokenizer.json, else"
                            + " spm.")
    private @Nullable Reference reference;

    @Option(
            names = "--max-length",
            paramLabel = "N",
            description = "Cut to at most N tokens, <s> and </s> included. Default: no limit.")
    private int maxLength;

    TokenizeCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public void run() {
        Format chosen = format != null ? format : input.fromFile() ? Format.IDS : Format.TABLE;
        XlmRobertaTokenizer tokenizer = tokenizer(model.tokenizerDirectory(streams));
        EncodingOptions options = EncodingOptions.defaults().withMaxLength(maxLength);
        int chunkSize = input.isStandardInput() && streams.outIsTerminal() ? 1 : CHUNK;
        try (TextInput.Texts texts = input.open(streams, true)) {
            List<Example> chunk = texts.next(chunkSize);
            while (!chunk.isEmpty()) {
                List<Encoding> encodings = encode(tokenizer, chunk, options);
                for (int i = 0; i < chunk.size(); i++) {
                    print(tokenizer, chunk.get(i), encodings.get(i), chosen);
                }
                chunk = texts.next(chunkSize);
            }
        }
    }

    private XlmRobertaTokenizer tokenizer(Path directory) {
        return switch (reference) {
            case null -> XlmRobertaTokenizer.load(directory);
            case SPM -> XlmRobertaTokenizer.load(directory, TokenizerReference.SENTENCEPIECE);
            case HF -> XlmRobertaTokenizer.load(directory, TokenizerReference.HUGGING_FACE);
        };
    }

    private List<Encoding> encode(
            XlmRobertaTokenizer tokenizer, List<Example> examples, EncodingOptions options) {
        List<String> firsts = examples.stream().map(Example::text).toList();
        List<String> seconds = new ArrayList<>();
        for (Example example : examples) {
            String second = example.textPair();
            if (second != null) {
                seconds.add(second);
            }
        }
        return seconds.isEmpty()
                ? tokenizer.encodeAll(firsts, options, threads.count())
                : tokenizer.encodeAllPairs(firsts, seconds, options, threads.count());
    }

    private void print(
            XlmRobertaTokenizer tokenizer, Example example, Encoding encoding, Format chosen) {
        PrintStream out = streams.out();
        switch (chosen) {
            case IDS -> out.println(joined(encoding.ids()));
            case PIECES -> out.println(String.join(" ", pieces(tokenizer, encoding)));
            case JSON -> Json.printLine(out, fields(tokenizer, example, encoding));
            case TABLE -> printTable(tokenizer, example, encoding);
        }
    }

    private static String joined(int[] ids) {
        StringBuilder line = new StringBuilder(ids.length * 6);
        for (int id : ids) {
            if (!line.isEmpty()) {
                line.append(' ');
            }
            line.append(id);
        }
        return line.toString();
    }

    private static List<String> pieces(XlmRobertaTokenizer tokenizer, Encoding encoding) {
        List<String> pieces = new ArrayList<>(encoding.length());
        for (int id : encoding.ids()) {
            pieces.add(tokenizer.piece(id));
        }
        return pieces;
    }

    private static Map<String, Object> fields(
            XlmRobertaTokenizer tokenizer, Example example, Encoding encoding) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("text", example.text());
        if (example.textPair() != null) {
            fields.put("text_pair", example.textPair());
        }
        fields.put("ids", encoding.ids());
        fields.put("pieces", pieces(tokenizer, encoding));
        fields.put("starts", encoding.starts());
        fields.put("ends", encoding.ends());
        fields.put("truncated_tokens", encoding.truncatedTokens());
        return fields;
    }

    private void printTable(XlmRobertaTokenizer tokenizer, Example example, Encoding encoding) {
        PrintStream out = streams.out();
        out.println(Printable.line(example.text()));
        out.printf("%8s  %-20s %9s  %s%n", "id", "piece", "offsets", "text");
        for (int t = 0; t < encoding.length(); t++) {
            String piece = tokenizer.piece(encoding.ids()[t]);
            if (encoding.specialTokensMask()[t]) {
                out.printf("%8d  %s%n", encoding.ids()[t], Printable.line(piece));
                continue;
            }
            int start = encoding.starts()[t];
            int end = encoding.ends()[t];
            String source =
                    encoding.sequenceIds()[t] == 1 && example.textPair() != null
                            ? example.textPair()
                            : example.text();
            out.printf(
                    "%8d  %-20s %4d-%-4d  %s%n",
                    encoding.ids()[t],
                    Printable.line(piece),
                    start,
                    end,
                    Printable.line(source.substring(start, end)));
        }
        if (encoding.isTruncated()) {
            out.printf("cut at --max-length: %d tokens are left out%n", encoding.truncatedTokens());
        }
    }
}
