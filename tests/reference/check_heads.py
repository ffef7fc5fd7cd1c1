"""Holds the importances of attention heads that `xlmr prune --heads SHARE --json` reports against PyTorch's, by gates on each head.

    python check_heads.py MODEL REPORT.json DATA.tsv [--text-column text] [--label-column label] [--limit 1e-3]

MODEL is the whole sequence classifier, REPORT.json what the command printed, DATA.tsv what it was given as --data. Each head's part of
the attention's output is multiplied by a gate of 1, and the loss of each text differentiated by it. Then the gates of the heads that
went are closed, and the accuracy has to be the one that the report gives for the smaller model. Needs torch and transformers.
"""

import argparse
import csv
import json
import pathlib

import torch
import transformers


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("report", type=pathlib.Path)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("--text-column", default="text")
    parser.add_argument("--label-column", default="label")
    parser.add_argument("--limit", type=float, default=1e-3)
    given = parser.parse_args()
    report = json.loads(given.report.read_text(encoding="utf-8"))
    tokenizer = transformers.AutoTokenizer.from_pretrained(given.model)
    model = transformers.AutoModelForSequenceClassification.from_pretrained(given.model).eval()
    layers, heads = model.config.num_hidden_layers, model.config.num_attention_heads
    gates = torch.ones(layers, heads, requires_grad=True)
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    for number, layer in enumerate(model.roberta.encoder.layer):
        def gated(module, inputs, number=number):
            (context,) = inputs
            return (context.unflatten(-1, (heads, -1)) * gates[number, :, None]).flatten(-2),
        layer.attention.output.dense.register_forward_pre_hook(lambda module, inputs, hook=gated: hook(module, inputs))
    with open(given.data, encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    encoded = [tokenizer(row[given.text_column], return_tensors="pt", truncation=True) for row in rows]
    labels = [torch.tensor([model.config.label2id[row[given.label_column]]]) for row in rows]
    total = torch.zeros(layers, heads)
    for text, label in zip(encoded, labels):
        (gradient,) = torch.autograd.grad(model(**text, labels=label).loss, gates)
        total += gradient.abs()
    importance = total / total.norm(dim=1, keepdim=True)
    ours = torch.tensor([[layer[str(head)] for head in range(heads)] for layer in report["head_importance"]])
    largest = (importance - ours).abs().max().item()
    gone = report["heads_gone"]
    with torch.no_grad():
        for layer, numbers in gone.items():
            gates[int(layer), numbers] = 0
        right = sum(int(model(**text).logits.argmax() == label) for text, label in zip(encoded, labels))
    print(f"{len(rows)} texts, {layers * heads} heads: largest difference of an importance {largest:.1e}; accuracy with "
          f"{sum(map(len, gone.values()))} gates closed {right / len(rows):.4f}, reported {report['after']['accuracy']:.4f}")
    if not largest <= given.limit or abs(right / len(rows) - report["after"]["accuracy"]) > 1e-9:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
