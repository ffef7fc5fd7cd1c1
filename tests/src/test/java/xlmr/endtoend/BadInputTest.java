package xlmr.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Whatever is wrong, a command says so in one line, returns a non-zero exit code, and leaves
/// earlier results as they were.
class BadInputTest {
    private static final String EARLIER = "an earlier result";

    @TempDir static Path directory;
    private static Path output;
    private static Path predictions;
    private static Path model;

    /// A command line, and what its one line of error has to say. The words are separated by
    /// spaces; `DIR` stands for the test's directory.
    record Case(int exitCode, String commandLine, String... expected) {
        @Override
        public String toString() {
            return commandLine;
        }
    }

    @BeforeAll
    static void makeFiles() throws IOException {
        output = Files.createDirectory(directory.resolve("earlier"));
        predictions = directory.resolve("earlier.jsonl");
        Files.writeString(output.resolve("notes.txt"), EARLIER);
        Files.writeString(predictions, EARLIER);
        Sentences.file(directory, "train.tsv");
        Path few = Sentences.first(directory, "train.tsv", 16);
        model = directory.resolve("model");
        CommandRun trained =
                CommandRun.of(
                        "train",
                        "--train",
                        few,
                        "--label-column",
                        "category",
                        "--tune",
                        "head",
                        "--epochs",
                        "1",
                        "--output",
                        model);
        assertThat(trained.exitCode()).as(trained.err()).isZero();
        Files.writeString(directory.resolve("empty.csv"), "");
        Files.writeString(directory.resolve("header.csv"), "text,label\n");
        Files.writeString(directory.resolve("unlabelled.csv"), "text,label\nHello,\n");
        Files.writeString(directory.resolve("unknown.csv"), "text,label\nHello,fodo\n");
        Files.writeString(
                directory.resolve("quote.csv"), "text,label\n\"Hello,food\nWorld,money\n");
        Files.writeString(directory.resolve("uneven.csv"), "text,label\nHello,food,more\n");
        Files.writeString(
                directory.resolve("bad.jsonl"),
                "{\"text\": \"a\", \"label\": \"food\"}\n{\"text\": \n");
        Files.writeString(directory.resolve("one.csv"), "text,label\nHello,food\nHi,food\n");
        Files.write(
                directory.resolve("latin.csv"),
                "text,label\nM\u00fcller,food\n".getBytes(StandardCharsets.ISO_8859_1));
        Files.write(
                directory.resolve("utf16.csv"),
                "text,label\nHello,food\n".getBytes(StandardCharsets.UTF_16));
        Files.writeString(directory.resolve("other.tsv"), "sentence\tkind\nHello\tfood\n");
        Files.writeString(
                directory.resolve("choices.jsonl"),
                "{\"context\": \"a\", \"choices\": [\"b\", \"c\"], \"label\": 1}\n"
                        + "{\"context\": \"a\", \"choices\": [\"b\", \"c\"], \"label\": 2}\n");
        Files.writeString(directory.resolve("few.csv"), "premise,choice1,label\na,b,0\n");
        Files.writeString(directory.resolve("nologits.json"), "{\"a\": 1}");
        Files.writeString(
                directory.resolve("ragged.json"),
                "{\"logits\": [[1, 2], [1]], \"label_ids\": [0, 1]}");
        Files.writeString(directory.resolve("tags.conll"), "Kurt B-PER\nlikes O\n\nRome B-LOC\n");
        Files.writeString(directory.resolve("uneven.conll"), "Kurt B-PER\nlikes\n\n");
        Files.writeString(directory.resolve("one.conll"), "Kurt O\nlikes O\n\n");
        brokenModel("broken-json", "{\"model_type\": ");
        brokenModel("other-kind", "{\"model_type\": \"gpt2\", \"hidden_size\": 8}");
        Path cut = brokenModel("cut", Files.readString(model.resolve("config.json")));
        byte[] weights = Files.readAllBytes(model.resolve("model.safetensors"));
        Files.write(cut.resolve("model.safetensors"), Arrays.copyOf(weights, weights.length / 2));
        Files.copy(
                model.resolve("sentencepiece.bpe.model"), cut.resolve("sentencepiece.bpe.model"));
    }

    private static Path brokenModel(String name, String config) throws IOException {
        Path broken = Files.createDirectory(directory.resolve(name));
        Files.writeString(broken.resolve("config.json"), config);
        return broken;
    }

    private static String training(String file) {
        return "train --output DIR/new --train DIR/" + file;
    }

    private static String tagging(String file) {
        return training(file) + " --task token-classification";
    }

    static List<Case> taggingCases() {
        return List.of(
                new Case(1, tagging("missing.conll"), "missing.conll", "no such file"),
                new Case(1, tagging("tags.conll") + " --head mean", "mean", "bilstm"),
                new Case(2, tagging("tags.conll") + " --head lstm:0", "--head", "1 to 8192"),
                new Case(1, tagging("tags.conll") + " --head bilsm:8", "no 'bilsm'", "bilstm"),
                new Case(1, tagging("empty.csv"), "empty.csv"),
                new Case(1, tagging("uneven.conll"), "uneven.conll", "line 2", "2 columns"),
                new Case(1, tagging("one.conll"), "at least two different"),
                new Case(1, tagging("tags.conll") + " --tag-column 7", "tags.conll", "7"),
                new Case(
                        1,
                        tagging("tags.conll") + " --label-column tag",
                        "--label-column",
                        "--tag-column"),
                new Case(1, tagging("tags.conll") + " --max-length 2", "windows", "longer"),
                new Case(
                        1,
                        training("tags.conll") + " --task tagging",
                        "--task",
                        "token-classification",
                        "tagging"),
                new Case(2, tagging("tags.conll") + " --tag-format xml", "--tag-format", "COLUMNS"),
                new Case(
                        1,
                        "predict --task token-classification Hello",
                        "no trained head",
                        "xlmr train --task token-classification"),
                new Case(
                        1,
                        "predict --model DIR/model --task token-classification Hello",
                        "no trained head"),
                new Case(
                        1,
                        "evaluate --model DIR/model --task token-classification --input"
                                + " DIR/tags.conll",
                        "no trained head"));
    }

    static List<Case> featureCases() {
        return List.of(
                new Case(
                        1,
                        "features --output DIR/earlier.jsonl --input DIR/missing.txt",
                        "missing.txt",
                        "no such file"),
                new Case(1, "features --output DIR/f.bin Hello", "f.bin", ".npz"),
                new Case(1, "features --output DIR/f.npy --layers 0,1 Hello", ".npy", ".npz"),
                new Case(1, "features --output DIR/f.npy --pool tokens Hello", "each token"),
                new Case(1, "features --output DIR/nowhere/f.npz Hello", "nowhere"),
                new Case(1, "features --layers 0,9 Hello", "no layer 9", "0", "3"),
                new Case(1, "features --layers last Hello", "--layers last", "0,6,-1"),
                new Case(1, "features --pool head Hello", "without a head", "fine-tuning"),
                new Case(1, "features --pool head --layers 0 Hello", "leave --layers out"),
                new Case(1, "features --max-length 0 Hello", "at least 1"),
                new Case(2, "features --pool sum Hello", "--pool", "sum"),
                new Case(1, probe("train.tsv"), "train.tsv", "label", "category"),
                new Case(1, probe("one.csv"), "at least two different"),
                new Case(1, probe("header.csv"), "header.csv"),
                new Case(
                        1,
                        "probe --output DIR/new --train DIR/train.tsv --label-column category"
                                + " --validation DIR/train.tsv --layers 7",
                        "no layer 7"),
                new Case(
                        1,
                        "probe --output DIR/train.tsv --train DIR/train.tsv --label-column category"
                                + " --validation DIR/train.tsv",
                        "train.tsv"),
                new Case(2, "probe --train DIR/train.tsv --output DIR/new", "--validation"));
    }

    private static String probe(String file) {
        return "probe --output DIR/new --train DIR/%s --validation DIR/%s".formatted(file, file);
    }

    static List<Case> pruningCases() {
        String prune = "prune --model DIR/model --output DIR/new";
        return List.of(
                new Case(2, prune, "one of --keep-layers"),
                new Case(2, prune + " --keep-layers 0 --drop-layers 1", "one of --keep-layers"),
                new Case(2, prune + " --keep-layers 3-1", "--keep-layers", "0-5,11", "3-1"),
                new Case(2, prune + " --keep-layers all", "--keep-layers", "0-5,11", "all"),
                new Case(1, prune + " --keep-layers 0,9", "no layer 9", "0 to 2"),
                new Case(1, prune + " --drop-layers 0-2", "no layer would be left"),
                new Case(1, prune + " --drop-layers 7", "no layer 7", "0 to 2"),
                new Case(1, prune + " --keep-layers 0 --keep-characters all", "--vocabulary-from"),
                new Case(1, prune + " --vocabulary-from DIR/missing.txt", "missing.txt"),
                new Case(1, prune + " --vocabulary-from DIR/other.tsv", "text", "sentence"),
                new Case(1, prune + " --keep-layers 0 --data DIR/unknown.csv", "fodo", "food"),
                new Case(
                        1,
                        "prune --output DIR/new --keep-layers 0 --data DIR/one.csv",
                        "no classifier",
                        "leave --data out"),
                new Case(
                        1,
                        "prune --model DIR/model --output DIR/model --keep-layers 0",
                        "starts from"));
    }

    static List<Case> cases() {
        return List.of(
                new Case(
                        1,
                        "convert --output DIR/new --format onnx --dtype bf16",
                        "--dtype bf16: ONNX weights are f32 or f16"),
                new Case(
                        1,
                        "convert --output DIR/new --format onnx --max-shard-size 1GB",
                        "--max-shard-size is not for --format onnx; see --external-data"),
                new Case(
                        1,
                        "convert --output DIR/new --encoder-only",
                        "--encoder-only and --external-data are for --format onnx"),
                new Case(1, training("missing.csv"), "missing.csv", "no such file"),
                new Case(1, training("empty.csv"), "empty.csv"),
                new Case(1, training("header.csv"), "header.csv"),
                new Case(1, training("unlabelled.csv"), "unlabelled.csv", "line 2", "label"),
                new Case(1, training("quote.csv"), "quote.csv"),
                new Case(1, training("uneven.csv"), "uneven.csv", "line 2"),
                new Case(1, training("bad.jsonl"), "bad.jsonl", "line 2"),
                new Case(1, training("latin.csv"), "latin.csv", "line 2", "not UTF-8"),
                new Case(1, training("utf16.csv"), "utf16.csv", "UTF-16"),
                new Case(1, training("one.csv"), "label"),
                new Case(1, training("other.tsv"), "other.tsv", "text", "sentence"),
                new Case(1, training("train.tsv"), "train.tsv", "label", "category"),
                new Case(1, training(""), "is a directory"),
                new Case(1, training("train.tsv") + " --epochs 0", "epochs", "at least 1"),
                new Case(1, training("train.tsv") + " --learning-rate 5", "learning rate"),
                new Case(1, training("train.tsv") + " --head-learning-rate 0", "head learning"),
                new Case(1, training("train.tsv") + " --layer-decay 1.5", "layer decay", "(0, 1]"),
                new Case(2, training("train.tsv") + " --tune top:x", "--tune", "top:K", "top:x"),
                new Case(2, training("train.tsv") + " --lora r=0", "--lora", "rank r", "0"),
                new Case(2, training("train.tsv") + " --lora r=4,targets=q", "query+key", "q"),
                new Case(1, training("train.tsv") + " --lora r=4 --tune head", "one of them"),
                new Case(1, training("train.tsv") + " --save merged", "--save", "--lora"),
                new Case(
                        1,
                        "predict --adapter DIR/nowhere Hello",
                        "adapter_config.json",
                        "does not exist"),
                new Case(
                        1,
                        "merge --adapter DIR/nowhere --output DIR/new",
                        "adapter_config.json",
                        "does not exist"),
                new Case(2, training("train.tsv") + " --schedule step", "--schedule", "cosine"),
                new Case(2, training("train.tsv") + " --class-weights heavy", "balanced", "heavy"),
                new Case(1, training("train.tsv") + " --label-smoothing 1", "in [0, 1)"),
                new Case(
                        1,
                        training("train.tsv") + " --label-column category --tune top:9",
                        "top:9",
                        "3 encoder layers"),
                new Case(
                        1,
                        training("train.tsv") + " --label-column category --class-weights fodo=2",
                        "class weights",
                        "fodo",
                        "food"),
                new Case(
                        1,
                        "train --output DIR/new --train DIR/train.tsv --label-column category"
                                + " --threads 0",
                        "threads",
                        "at least 1"),
                new Case(1, "convert --model DIR/model --output DIR/model", "starts from"),
                new Case(1, "convert --model DIR/model --output DIR/earlier", "holds files but no"),
                new Case(
                        1,
                        "convert --model DIR/model --output DIR/new --normalize",
                        "for --format sentence-transformers"),
                new Case(
                        2,
                        "convert --model DIR/model --output DIR/new --format gguf",
                        "expected one of [safetensors, sentence-transformers",
                        "gguf"),
                new Case(
                        2,
                        "convert --model DIR/model --output DIR/new --dtype f64",
                        "--dtype",
                        "f64"),
                new Case(
                        2,
                        "convert --model DIR/model --output DIR/new --max-shard-size 2XB",
                        "expected a size such as 2GB",
                        "2XB"),
                new Case(
                        1,
                        training("train.tsv") + " --model DIR/nowhere",
                        "nowhere",
                        "no such directory"),
                new Case(
                        1, training("train.tsv") + " --model DIR/train.tsv", "train.tsv is a file"),
                new Case(
                        1,
                        "train --train DIR/train.tsv --label-column category --output DIR/earlier",
                        "holds files but no model"),
                new Case(
                        1,
                        "train --train DIR/train.tsv --label-column category --output"
                                + " DIR/train.tsv",
                        "is a file"),
                new Case(
                        1,
                        "train --train DIR/train.tsv --label-column category --model DIR/model"
                                + " --output DIR/model",
                        "starts from"),
                new Case(
                        1,
                        "train --train DIR/train.tsv --label-column category --output DIR/new"
                                + " --model DIR/broken-json",
                        "config.json"),
                new Case(
                        1,
                        "train --train DIR/train.tsv --label-column category --output DIR/new"
                                + " --model DIR/other-kind",
                        "gpt2"),
                new Case(
                        1,
                        "train --train DIR/train.tsv --label-column category --output DIR/new"
                                + " --model DIR/cut",
                        "model.safetensors"),
                new Case(
                        1,
                        "train --train DIR/train.tsv --label-column category --output DIR/new"
                                + " --validation DIR/unknown.csv",
                        "unknown.csv"),
                new Case(
                        1,
                        "evaluate --model DIR/model --input DIR/unknown.csv",
                        "unknown.csv",
                        "fodo",
                        "food"),
                new Case(
                        1,
                        "evaluate --input DIR/train.tsv --label-column category",
                        "no trained classification head",
                        "xlmr train"),
                new Case(1, "evaluate --logits DIR/nologits.json", "nologits.json", "logits"),
                new Case(1, "evaluate --logits DIR/ragged.json", "ragged.json", "row 1"),
                new Case(1, "evaluate --logits DIR/missing.json", "missing.json", "no such file"),
                new Case(1, "predict Hello", "no trained classification head", "xlmr train"),
                new Case(
                        1,
                        "predict --model DIR/model --input DIR/missing.txt --output"
                                + " DIR/earlier.jsonl",
                        "missing.txt"),
                new Case(
                        1,
                        "predict --model DIR/model --input DIR/latin.csv --output"
                                + " DIR/earlier.jsonl",
                        "line 2"),
                new Case(1, "predict --model DIR/model --input DIR/one.csv Hello", "not both"),
                new Case(
                        1,
                        "predict --model DIR/model --input DIR/one.csv --output"
                                + " DIR/nowhere/x.jsonl",
                        "nowhere"),
                new Case(1, "predict --model DIR/model --input DIR/other.tsv", "text", "sentence"),
                new Case(1, "tokenize --model DIR/cut --tokenizer hf Hello", "tokenizer.json"),
                new Case(1, "tokenize --model DIR/broken-json Hello", "sentencepiece.bpe.model"),
                new Case(
                        1,
                        "forward --model DIR/model --inputs DIR/train.tsv --outputs"
                                + " DIR/earlier.jsonl",
                        "train.tsv"),
                new Case(
                        1,
                        "forward --model DIR/model --inputs DIR/model/model.safetensors --outputs"
                                + " DIR/earlier.jsonl",
                        "inputs."),
                new Case(
                        1,
                        "embed --output DIR/earlier.jsonl --input DIR/missing.txt",
                        "missing.txt",
                        "no such file"),
                new Case(1, "embed --output DIR/vectors.bin Hello", "vectors.bin", ".npy"),
                new Case(1, "embed --pooling mean --prompt query Hello", "names no prompts"),
                new Case(1, "embed --prompt query --prompt-text query Hello", "not both"),
                new Case(1, "embed --layers 0,9 --pooling mean Hello", "no layer 9", "0", "3"),
                new Case(1, "embed --layers last Hello", "\"last\"", "0,-1"),
                new Case(1, "embed --overlap 3 Hello", "--windows"),
                new Case(1, "embed --pooling mean --max-length 0 Hello", "at least 1"),
                new Case(
                        1,
                        training("train.tsv --task multiple-choice"),
                        "train.tsv",
                        "context",
                        "choices"),
                new Case(
                        1,
                        training("choices.jsonl --task multiple-choice"),
                        "choices.jsonl",
                        "line 2",
                        "from 0 to 1"),
                new Case(
                        1,
                        "evaluate --task multiple-choice --input DIR/few.csv",
                        "few.csv",
                        "line 2",
                        "two or more choices, found 1"),
                new Case(1, "predict --task multiple-choice a b", "context", "two or more choices"),
                new Case(
                        1,
                        "zero-shot --model DIR/model --labels a,b Hello",
                        "config.json",
                        "no label is called entailment, found food, money, travel, weather",
                        "natural language inference"),
                new Case(1, "zero-shot --labels a,b Hello", "no trained classification head"),
                new Case(1, "zero-shot --labels a,a Hello", "--labels: 'a' is given twice"),
                new Case(1, "zero-shot --labels , Hello", "--labels: expected one or more"),
                new Case(
                        1,
                        "zero-shot --labels a --hypothesis About Hello",
                        "--hypothesis: expected one {}",
                        "'About'"),
                new Case(2, "zero-shot Hello", "--labels"),
                new Case(
                        1,
                        "predict --model DIR/model --stride 3 Hello",
                        "--stride",
                        "only together with --windows"),
                new Case(
                        1,
                        "predict --model DIR/model --windows --max-length 9 --stride 7 Hello",
                        "--windows: expected an overlap from 0 to 6 in windows of 9 tokens, found"
                                + " 7"),
                new Case(
                        1,
                        "predict --model DIR/model --windows --window-scores median Hello",
                        "--window-scores",
                        "mean-logits",
                        "'median'"),
                new Case(
                        1,
                        "predict --task multiple-choice --windows a b c",
                        "--windows: only for sequence-classification, this is multiple-choice"),
                new Case(1, "similarity Hello", "at least two texts"),
                new Case(1, "similarity --queries DIR/one.csv", "--passages"),
                new Case(1, "similarity --top-k 3 Hello World", "--top-k"),
                new Case(
                        1,
                        "rerank --model DIR/model --query Hello World",
                        "config.json",
                        "classifier of 4 labels",
                        "cross-encoder"),
                new Case(1, "rerank --query Hello --top-k 0 World", "--top-k", "at least 1"),
                new Case(2, "rerank World", "--query"),
                new Case(2, "embed --pooling sum Hello", "--pooling", "sum"),
                new Case(2, "trian", "there is no command 'trian'"),
                new Case(2, "train --train DIR/train.tsv", "--output"),
                new Case(2, "predict --modle DIR/model Hello", "--modle", "did you mean --model?"),
                new Case(
                        2,
                        "train --train DIR/train.tsv --output DIR/new --epochs three",
                        "--epochs",
                        "three"),
                new Case(2, "evaluate --model DIR/model", "--input", "--logits"),
                new Case(2, "", "a command is missing"));
    }

    @ParameterizedTest
    @MethodSource({"cases", "pruningCases", "taggingCases", "featureCases"})
    void isRefusedInOneLineAndChangesNothing(Case refused) {
        String line = refused.commandLine().replace("DIR", directory.toString());
        Object[] words = line.isEmpty() ? new String[0] : line.split(" ");
        CommandRun run = CommandRun.of(words);
        assertThat(run.err().lines()).as(run.err()).hasSize(1);
        assertThat(run.err()).startsWith("xlmr: ").contains(refused.expected());
        assertThat(run.exitCode()).isEqualTo(refused.exitCode());
        assertThat(run.out()).isEmpty();
        assertThat(output.resolve("notes.txt")).hasContent(EARLIER);
        assertThat(predictions).hasContent(EARLIER);
        assertThat(directory.resolve("new")).doesNotExist();
        assertThat(directory)
                .isDirectoryNotContaining("glob:**.new-*")
                .isDirectoryNotContaining("glob:**.tmp");
    }

    @Test
    void theStackTraceIsPrintedOnlyWhenAskedFor() {
        CommandRun plain = CommandRun.of("describe", "--model", directory.resolve("nowhere"));
        CommandRun traced =
                CommandRun.of("describe", "--stacktrace", "--model", directory.resolve("nowhere"));
        assertThat(plain.err().lines()).hasSize(1);
        assertThat(traced.err()).startsWith(plain.err()).contains("at xlmr.cli.");
    }

    @Test
    void aHostileNameCannotWriteToTheTerminal() {
        CommandRun run = CommandRun.of("predict", "--model", "\u001b[31m\nsecond line", "Hello");
        assertThat(run.err().lines()).hasSize(1);
        assertThat(run.err()).contains("\\u001b[31m second line");
    }
}
