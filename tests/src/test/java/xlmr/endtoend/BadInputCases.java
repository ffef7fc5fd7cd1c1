package xlmr.endtoend;

import java.util.List;

/// Every way to go wrong that [BadInputTest] knows: what is typed, and what the one line on
/// standard error has to name.
final class BadInputCases {
    private BadInputCases() {}

    /// A command line, and what its one line of error has to say. The words are separated by
    /// spaces; `DIR` stands for the test's directory.
    record Case(int exitCode, String commandLine, String... expected) {
        @Override
        public String toString() {
            return commandLine;
        }
    }

    static String training(String file) {
        return "train --output DIR/new --train DIR/" + file;
    }

    static String tagging(String file) {
        return training(file) + " --task token-classification";
    }

    static String probe(String file) {
        return "probe --output DIR/new --train DIR/%s --validation DIR/%s".formatted(file, file);
    }

    static List<Case> cases() {
        return List.of(
                new Case(1, "cuda selftest", "device cuda", "no GPU module", "--device cpu"),
                new Case(1, "predict --device cuda Hello", "no GPU module", "mvn -Pcuda"),
                new Case(
                        1,
                        "predict --device cuda --backend scalar Hello",
                        "--backend chooses among the processor's"),
                new Case(2, "predict --precision int8 Hello", "--precision", "BF16, FP16"),
                new Case(
                        1,
                        "predict --device cpu --precision bf16 Hello",
                        "precision bf16",
                        "fp32 only",
                        "--device cuda"),
                new Case(2, "predict --device tpu Hello", "--device", "auto, cpu, cuda", "tpu"),
                new Case(2, "predict --device cuda:0,0 Hello", "different GPUs", "cuda:0,0"),
                new Case(1, "predict --device cuda:1 Hello", "no GPU module", "mvn -Pcuda"),
                new Case(
                        1,
                        "predict --device cuda:0,1 Hello",
                        "--device cuda:0,1: only train and plan use several GPUs",
                        "such as cuda:0"),
                new Case(2, "cuda", "selftest|bench"),
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
                new Case(2, "train-heads --output DIR/new", "missing", "NAME=FILE"),
                new Case(2, "train-heads --output DIR/new topic", "NAME=FILE", "'topic'"),
                new Case(
                        1, "train-heads --output DIR/new a=DIR/uneven.csv", "uneven.csv", "line 2"),
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
                new Case(2, training("train.tsv") + " --schedule plateau:2", "(0, 1)", "2.0"),
                new Case(2, training("train.tsv") + " --metric beauty", "--metric", "macro-f1"),
                new Case(2, training("train.tsv") + " --tune gradual:0", "--tune", "gradual:0"),
                new Case(1, training("train.tsv") + " --save-steps -1", "--save-steps", "-1"),
                new Case(1, training("train.tsv") + " --resume --no-checkpoints", "one of them"),
                new Case(1, training("train.tsv") + " --resume --folds 2", "--resume", "--folds"),
                new Case(2, training("train.tsv") + " --class-weights heavy", "balanced", "heavy"),
                new Case(1, training("train.tsv") + " --label-smoothing 1", "in [0, 1)"),
                new Case(2, training("train.tsv") + " --loss hinge", "focal:GAMMA", "hinge"),
                new Case(2, training("train.tsv") + " --sampling even", "balanced", "even"),
                new Case(
                        1,
                        training("train.tsv") + " --loss focal --label-smoothing 0.1",
                        "label smoothing",
                        "focal"),
                new Case(1, training("train.tsv") + " --temperature 3", "only with --teacher"),
                new Case(
                        1,
                        training("train.tsv") + " --label-column category --teacher DIR/nowhere",
                        "nowhere"),
                new Case(
                        1,
                        training("train.tsv") + " --teacher DIR/model --distillation-weight 2",
                        "weight",
                        "(0, 1]"),
                new Case(1, training("train.tsv") + " --seeds 3", "--validation or --test"),
                new Case(2, "plan --output DIR/new", "--train"),
                new Case(1, "plan --train DIR/missing.csv", "missing.csv", "no such file"),
                new Case(1, "plan --train DIR/train.tsv --trial -1", "--trial", "0 to 3600"),
                new Case(1, training("train.tsv") + " --seeds 1", "--seeds", "at least 2"),
                new Case(1, training("train.tsv") + " --seeds 2 --folds 2", "one of them"),
                new Case(1, training("train.tsv") + " --keep-runs", "only with --seeds"),
                new Case(
                        1,
                        training("train.tsv") + " --folds 2 --validation DIR/train.tsv",
                        "--folds and --validation"),
                new Case(
                        1,
                        training("train.tsv") + " --label-column category --folds 999999",
                        "folds",
                        "999999"),
                new Case(
                        1,
                        training("train.tsv")
                                + " --label-column category --seeds 2 --test DIR/missing.csv",
                        "missing.csv",
                        "no such file"),
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
                        "no trained head for sequence-classification",
                        "xlmr train"),
                new Case(1, "evaluate --logits DIR/nologits.json", "nologits.json", "logits"),
                new Case(1, "evaluate --logits DIR/ragged.json", "ragged.json", "row 1"),
                new Case(1, "evaluate --logits DIR/missing.json", "missing.json", "no such file"),
                new Case(
                        1,
                        "predict Hello",
                        "no trained head for sequence-classification",
                        "xlmr train"),
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
}
