"""Holds `xlmr zero-shot` against the zero-shot pipeline of transformers.

    python tests/reference/check_zero_shot.py [--limit 1e-5] XLMR TOKENIZER

XLMR is the launcher, TOKENIZER a directory with XLM-R's tokenizer.json. Small random classifiers with
the labels of natural language inference in different orders are made in a temporary directory; texts in several languages, one of
them too long, are classified by both, with one right label, with several, and with one label alone. Exits with 1 if a label's score
differs by more than the limit. Needs torch and transformers.
"""

import argparse
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

import torch
import transformers

LABELS = (
    ("contradiction", "neutral", "entailment"),
    ("ENTAILMENT", "neutral", "contradiction"),
    ("entailment", "not_entailment"),
    ("not_entailment", "Entailed"),
)
TEXTS = ("The train to London is late.", "Das Konto ist leer.", "外は雨が降っています。", "One word after the other. " * 60)
CALLS = (
    ("travel,money,weather", "This example is {}.", False),
    ("travel, money, weather", "Dieser Text handelt von {}.", True),
    ("travel", "This example is {}.", False),
)


def model(directory, tokenizer, labels, seed):
    """A random classifier whose logits are large enough to tell labels apart."""
    config = transformers.XLMRobertaConfig(
        vocab_size=len(tokenizer), hidden_size=48, num_hidden_layers=2, num_attention_heads=4, intermediate_size=96,
        max_position_embeddings=130, type_vocab_size=1, layer_norm_eps=1e-5, pad_token_id=tokenizer.pad_token_id,
        bos_token_id=tokenizer.bos_token_id, eos_token_id=tokenizer.eos_token_id, initializer_range=0.3,
        id2label=dict(enumerate(labels)), label2id={label: k for k, label in enumerate(labels)},
    )
    transformers.set_seed(seed)
    made = transformers.XLMRobertaForSequenceClassification(config).eval()
    made.save_pretrained(directory)
    return made


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("xlmr")
    parser.add_argument("tokenizer", type=pathlib.Path)
    parser.add_argument("--limit", type=float, default=1e-5)
    options = parser.parse_args()
    transformers.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    torch.set_num_threads(1)
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_file=str(options.tokenizer / "tokenizer.json"), model_input_names=["input_ids", "attention_mask"], model_max_length=128,
        bos_token="<s>", eos_token="</s>", unk_token="<unk>", pad_token="<pad>",
    )
    worst, compared = 0.0, 0
    with tempfile.TemporaryDirectory() as scratch:
        for seed, names in enumerate(LABELS):
            directory = pathlib.Path(scratch) / str(seed)
            made = model(directory, tokenizer, names, seed)
            for file in options.tokenizer.iterdir():
                if file.name != "config.json" and file.is_file():
                    shutil.copy(file, directory)
            pipeline = transformers.pipeline("zero-shot-classification", model=made, tokenizer=tokenizer, device="cpu")
            for labels, hypothesis, several in CALLS:
                theirs = pipeline(list(TEXTS), labels, hypothesis_template=hypothesis, multi_label=several)
                command = [options.xlmr, "zero-shot", "--model", directory, "--labels", labels, "--hypothesis", hypothesis, "--json"]
                run = subprocess.run(command + ["--multi-label"] * several + list(TEXTS), capture_output=True, check=True, text=True)
                ours = [json.loads(line) for line in run.stdout.splitlines()]
                for our, their in zip(ours, theirs, strict=True):
                    scores = dict(zip(their["labels"], their["scores"]))
                    differences = [abs(scores[label] - score) for label, score in zip(our["labels"], our["scores"], strict=True)]
                    worst, compared = max(worst, *differences), compared + len(differences)
                    spread = sorted(round(score, 3) for score in scores.values())
                    print(f"{names} {labels} {several}: {spread}, largest difference {max(differences):.1e}")
    print(f"{compared} scores, largest difference {worst:.1e}")
    if worst > options.limit:
        sys.exit(1)


if __name__ == "__main__":
    main()
