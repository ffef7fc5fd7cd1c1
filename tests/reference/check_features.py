"""Reads a file of `xlmr features` with NumPy or safetensors and holds it against transformers.

    ./xlmr features --model DIR --input TEXTS --layers all --attentions --pool tokens --output FEATURES.npz
    python tests/reference/check_features.py DIR TEXTS FEATURES.npz [--pool tokens|cls|mean|max|head] [--limit 1e-4]

TEXTS has a text a line. All that is in the file is compared: hidden states by layer or what the last linear layer of the head
reads (with `--pool head`), and the attentions if they are there. Token ids are compared where the file has them. Exits with 1 on a
difference above the limit, relative to 1 or to the number where that is larger. Needs torch, transformers, NumPy, safetensors.
"""

import argparse
import pathlib
import sys

import numpy as np
import torch
import transformers


def read(file):
    if file.suffix == ".safetensors":
        from safetensors.numpy import load_file

        return load_file(file)
    loaded = np.load(file, allow_pickle=False)
    return dict(loaded) if file.suffix == ".npz" else {"only": loaded}


def load(directory):
    config = transformers.AutoConfig.from_pretrained(directory)
    names = config.architectures or ["XLMRobertaModel"]
    return getattr(transformers, names[0]).from_pretrained(directory, attn_implementation="eager").eval()


def last_linear(model):
    """The last linear layer in the order of definition, which is that of the forward pass in every head of this family."""
    linear = [m for n, m in model.named_modules() if isinstance(m, torch.nn.Linear) and not n.startswith("roberta.encoder")]
    return linear[-1]


def pooled(states, how):
    return {"tokens": states, "cls": states[:1], "mean": states.mean(0, keepdims=True), "max": states.max(0, keepdims=True)}[how]


class Comparison:
    def __init__(self):
        self.worst, self.count = 0.0, 0

    def add(self, ours, theirs, what):
        if ours.shape != theirs.shape:
            sys.exit(f"{what}: expected {theirs.shape}, found {ours.shape}")
        difference = np.abs(ours.astype(np.float64) - theirs) / np.maximum(1, np.abs(theirs))
        self.worst = max(self.worst, float(difference.max(initial=0)) if np.isfinite(difference).all() else np.inf)
        self.count += ours.size


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=pathlib.Path)
    parser.add_argument("texts", type=pathlib.Path)
    parser.add_argument("features", type=pathlib.Path)
    parser.add_argument("--pool", default="tokens", choices=["tokens", "cls", "mean", "max", "head"])
    parser.add_argument("--max-length", type=int)
    parser.add_argument("--limit", type=float, default=1e-4)
    options = parser.parse_args()
    texts = options.texts.read_bytes().decode("utf-8").removesuffix("\n").split("\n")
    arrays = read(options.features)
    tokenizer = transformers.AutoTokenizer.from_pretrained(options.directory)
    model = load(options.directory)
    caught = []
    if options.pool == "head":
        last_linear(model).register_forward_pre_hook(lambda module, given: caught.append(given[0][0].numpy()))
    limit = options.max_length or model.config.max_position_embeddings - model.config.pad_token_id - 1
    comparison, row = Comparison(), 0
    for i, text in enumerate(texts):
        encoded = tokenizer(text, return_tensors="pt", truncation=True, max_length=limit)
        caught.clear()
        with torch.inference_mode():
            out = model(**encoded, output_hidden_states=True, output_attentions=True)
        tokens = encoded["input_ids"].shape[1]
        if "ids" in arrays:
            begin, end = arrays["starts"][i : i + 2]
            if not np.array_equal(arrays["ids"][begin:end], encoded["input_ids"][0].numpy()):
                sys.exit(f"text {i}: other token ids than transformers")
        if options.pool == "head":
            theirs = np.atleast_2d(caught[-1])
            comparison.add(arrays.get("head", arrays.get("only"))[row : row + len(theirs)], theirs, f"head of text {i}")
        else:
            for layer, states in enumerate(out.hidden_states):
                theirs = pooled(states[0].numpy(), options.pool)
                name = "only" if "only" in arrays and layer == len(out.hidden_states) - 1 else f"layer_{layer}"
                if name in arrays:
                    comparison.add(arrays[name][row : row + len(theirs)], theirs, f"{name} of text {i}")
        row += len(theirs)
        for layer, probabilities in enumerate(out.attentions, start=1):
            if f"attention_{layer}" in arrays:
                begin, end = arrays["attention_starts"][i : i + 2]
                ours = arrays[f"attention_{layer}"][begin:end].reshape(-1, tokens, tokens)
                comparison.add(ours, probabilities[0].numpy(), f"attention_{layer} of text {i}")
    print(f"{len(texts)} texts, {comparison.count} numbers in {len(arrays)} arrays: largest difference {comparison.worst:.2e}")
    if comparison.count == 0 or not comparison.worst <= options.limit:
        sys.exit(1)


if __name__ == "__main__":
    main()
