"""Fine-tunes a checkpoint with xlmr on one SIB-200 language and tests it on others, seed by seed.

    python benchmarks/finetune_parity.py --model DIR --data SIB200 --seeds 0,1,2
        --train eng_Latn --test eng_Latn,fra_Latn,zho_Hans,arb_Arab,hin_Deva,swh_Latn,tha_Thai
        [--epochs 5] [--batch-size 16] [--learning-rate 5e-5] [--max-length 128] [--threads 2] [--reference FILE.json]

A line of JSON a seed, then a Markdown table: mean (lowest to highest) a language, beside another program's figures where
--reference holds them: {"eng_Latn": [accuracy of each seed], ..., "train_seconds": [...]}. Needs Python 3.11 or newer and no
package. Each model is deleted after its test; the temporary directory (TMPDIR) needs room for one.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
COLUMNS = ["--text-column", "text", "--label-column", "category"]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="checkpoint directory with its tokenizer files")
    parser.add_argument("--data", required=True, type=pathlib.Path, help="SIB-200: a folder a language")
    parser.add_argument("--seeds", default="0,1,2")
    parser.add_argument("--train", default="eng_Latn", help="language to learn from")
    parser.add_argument("--test", default="eng_Latn,fra_Latn,zho_Hans,arb_Arab,hin_Deva,swh_Latn,tha_Thai")
    parser.add_argument("--epochs", default="5")
    parser.add_argument("--batch-size", default="16")
    parser.add_argument("--learning-rate", default="5e-5")
    parser.add_argument("--max-length", default="128")
    parser.add_argument("--threads", default="2")
    parser.add_argument("--reference", type=pathlib.Path, help="figures of another program to set beside")
    parser.add_argument("--xlmr", default=str(ROOT / "xlmr"), help="launcher (default: that of this repository)")
    options = parser.parse_args()
    options.seeds, options.test = options.seeds.split(","), options.test.split(",")
    tests = [options.data / language / "test.tsv" for language in options.test]
    for file in [options.data / options.train / "train.tsv", *tests]:
        if not file.is_file():
            parser.error(f"--data: there is no {file}")
    return options


def xlmr(options, *command):
    """The JSON object that a command prints; its progress and warnings go to the terminal."""
    process = subprocess.run([options.xlmr, *command], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
    if process.returncode:
        sys.exit(f"finetune_parity: xlmr {' '.join(command)}: exit code {process.returncode}")
    return json.loads(process.stdout.splitlines()[-1])


def fine_tune(options, seed, output):
    """Seconds of the epochs, and of the whole command with loading and writing. Without validation the last epoch counts."""
    settings = {
        "--model": options.model,
        "--train": str(options.data / options.train / "train.tsv"),
        "--epochs": options.epochs,
        "--batch-size": options.batch_size,
        "--learning-rate": options.learning_rate,
        "--max-length": options.max_length,
        "--seed": seed,
        "--tune": "full",
        "--output": output,
        "--threads": options.threads,
    }
    start = time.perf_counter()
    log = xlmr(options, "train", *COLUMNS, *(word for setting in settings.items() for word in setting), "--json")
    command_seconds = time.perf_counter() - start
    train_seconds = sum(epoch["seconds"] for epoch in log["epochs"])
    return {"train_seconds": round(train_seconds, 1), "command_seconds": round(command_seconds, 1)}


def accuracy(options, language, model):
    file = str(options.data / language / "test.tsv")
    report = xlmr(options, "evaluate", "--model", model, "--input", file, *COLUMNS, "--threads", options.threads, "--json")
    return round(report["accuracy"], 4)


def one_seed(options, seed):
    with tempfile.TemporaryDirectory(prefix="finetune-parity-") as directory:
        model = str(pathlib.Path(directory) / "model")
        result = {"seed": int(seed), **fine_tune(options, seed, model)}
        return result | {"accuracy": {language: accuracy(options, language, model) for language in options.test}}


def reference_figures(file):
    """A JSON object of lists, or the last such object of a file with one a line."""
    text = file.read_text(encoding="utf-8")
    try:
        objects = [json.loads(text)]
    except json.JSONDecodeError:
        objects = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    for figures in reversed(objects):
        if all(isinstance(values, list) and values for values in figures.values()):
            return figures
    sys.exit(f"finetune_parity: {file}: expected an object of lists, such as {{\"eng_Latn\": [0.9, 0.91]}}")


def spread(values, digits):
    if not values:
        return ""
    return f"{statistics.mean(values):.{digits}f} ({min(values):.{digits}f} to {max(values):.{digits}f})"


def table(options, results, reference):
    settings = f"{options.epochs} epochs, batches of {options.batch_size}, learning rate {options.learning_rate}"
    yield f"Trained on {options.train}: {settings}; seeds {', '.join(options.seeds)}; {options.threads} threads."
    yield "Mean (lowest to highest)."
    yield ""
    yield "| | xlmr | reference | difference of means |" if reference else "| | xlmr |"
    yield "| --- | --- | --- | --- |" if reference else "| --- | --- |"
    rows = [
        (f"accuracy {language}", [result["accuracy"][language] for result in results], reference.get(language, []), 3)
        for language in options.test
    ]
    seconds = {key: [result[key] for result in results] for key in ("train_seconds", "command_seconds")}
    rows.append(("training, s", seconds["train_seconds"], reference.get("train_seconds", []), 1))
    rows.append(("whole command, s", seconds["command_seconds"], [], 1))
    for name, ours, theirs, digits in rows:
        cells = [name, spread(ours, digits)]
        if reference:
            difference = statistics.mean(ours) - statistics.mean(theirs) if theirs else None
            cells += [spread(theirs, digits), "" if difference is None else f"{difference:+.{digits}f}"]
        yield "| " + " | ".join(cells) + " |"
    if reference.get("train_seconds"):
        share = statistics.mean(seconds["train_seconds"]) / statistics.mean(reference["train_seconds"])
        yield ""
        yield f"Training took {share:.2f} times as long as the reference's."


def main():
    options = arguments()
    reference = reference_figures(options.reference) if options.reference else {}
    results = []
    for seed in options.seeds:
        results.append(one_seed(options, seed))
        print(json.dumps(results[-1]), flush=True)
    print()
    print("\n".join(table(options, results, reference)))


if __name__ == "__main__":
    main()
