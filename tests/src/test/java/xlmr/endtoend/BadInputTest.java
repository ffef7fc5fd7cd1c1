package xlmr.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static xlmr.endtoend.BadInputCases.probe;
import static xlmr.endtoend.BadInputCases.tagging;
import static xlmr.endtoend.BadInputCases.training;

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
import xlmr.endtoend.BadInputCases.Case;

/// Whatever is wrong, a command says so in one line, returns a non-zero exit code, and leaves
/// earlier results as they were.
class BadInputTest {
    private static final String EARLIER = "an earlier result";

    @TempDir static Path directory;
    private static Path output;
    private static Path predictions;
    private static Path model;

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

    static List<Case> judgementCases() {
        return List.of(
                new Case(1, "calibrate --input DIR/train.tsv", "--output", "kept for everybody"),
                new Case(
                        1,
                        "calibrate --input DIR/train.tsv --abstain-below 2 --output DIR/new",
                        "--abstain-below",
                        "0 to 1"),
                new Case(
                        1,
                        "calibrate --input DIR/train.tsv --label-column category --output"
                                + " DIR/train.tsv",
                        "is a file"),
                new Case(
                        1,
                        "predict --model DIR/model --calibration DIR/bad.jsonl --uncalibrated"
                                + " Hello",
                        "not both",
                        "--calibration"),
                new Case(1, "explain --method magic Hello", "--method", "occlusion", "magic"),
                new Case(1, "explain --method occlusion --steps 20 Hello", "--steps", "integrated"),
                new Case(1, "explain --baseline one Hello", "pad, mask or zero"),
                new Case(2, "explain --aggregation words Hello", "unknown", "--aggregation"),
                new Case(2, "explain --answer-part middle Hello", "--answer-part", "START"),
                new Case(2, "compare --model DIR/model --input DIR/train.tsv", "exactly two"),
                new Case(
                        1,
                        "compare --task masked-lm --model DIR/model --model DIR/model --input"
                                + " DIR/train.tsv",
                        "masked-lm",
                        "no answers to compare"),
                new Case(
                        2,
                        "compare --predictions DIR/bad.jsonl --predictions DIR/bad.jsonl",
                        "--input"),
                new Case(
                        1,
                        "compare --logits DIR/bad.jsonl --logits DIR/bad.jsonl",
                        "bad.jsonl",
                        "logits"));
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
                new Case(2, prune + " --keep-layers 0 --heads 0:1", "one of --keep-layers"),
                new Case(2, prune + " --heads 1.5", "--heads", "below 1", "1.5"),
                new Case(2, prune + " --heads 0:1;3:2", "--heads", "0:1+5,3:2", "0:1;3:2"),
                new Case(1, prune + " --heads 0.25", "needs --data"),
                new Case(1, prune + " --heads 9:1", "no layer 9", "0 to 2"),
                new Case(1, prune + " --heads 0:40", "layer 0 has no head 40"),
                new Case(
                        1,
                        "prune --output DIR/new --heads 0.25 --data DIR/one.csv",
                        "an encoder without a head",
                        "name the heads"),
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

    @ParameterizedTest
    @MethodSource({
        "xlmr.endtoend.BadInputCases#cases",
        "pruningCases",
        "taggingCases",
        "judgementCases",
        "featureCases"
    })
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
