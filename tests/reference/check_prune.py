"""Holds a model whose vocabulary `xlmr prune` cut down against the whole one, with `transformers` and C++ SentencePiece.

    python check_prune.py WHOLE PRUNED TEXTS.tsv [...] [--column text] [--limit 1e-5]

Proofs, over every text of the files: both fast tokenizers cut it into the same pieces, C++ SentencePiece too; and for the first 64 texts
the hidden states (a language model: the logits of the pieces that stayed) are equal within the limit. Needs torch, transformers,
sentencepiece.
"""

import argparse
import csv
import pathlib

import sentencepiece
import torch
import transformers


def texts(files, column):
    for file in files:
        with open(file, encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
                yield row[column]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("whole", type=pathlib.Path)
    parser.add_argument("pruned", type=pathlib.Path)
    parser.add_argument("files", nargs="+")
    parser.add_argument("--column", default="text")
    parser.add_argument("--limit", type=float, default=1e-5)
    given = parser.parse_args()
    directories = given.whole, given.pruned
    fast = [transformers.AutoTokenizer.from_pretrained(directory) for directory in directories]
    plain = [sentencepiece.SentencePieceProcessor(str(directory / "sentencepiece.bpe.model")) for directory in directories]
    architecture = transformers.AutoConfig.from_pretrained(given.pruned).architectures[0]
    models = []
    for directory in directories:
        model, info = getattr(transformers, architecture).from_pretrained(directory, output_loading_info=True)
        # A bare encoder as the Hub has it may lack the pooler, which the class draws at random and no hidden state needs.
        wrong = [name for name in info["missing_keys"] if "pooler" not in name] + list(info["mismatched_keys"])
        assert not wrong, f"{directory}: {wrong}"
        models.append(model.eval())
    kept = fast[0].convert_tokens_to_ids(fast[1].convert_ids_to_tokens(range(len(fast[1]))))
    assert len(set(kept)) == len(kept) == models[1].config.vocab_size, "pieces that are there twice, or not at all"
    count = different = 0
    largest = 0.0
    for text in texts(given.files, given.column):
        pieces = [tokenizer.convert_ids_to_tokens(tokenizer(text).input_ids) for tokenizer in fast]
        cpp = [processor.encode(text, out_type=str) for processor in plain]
        different += pieces[0] != pieces[1] or cpp[0] != cpp[1]
        if count < 64:
            with torch.no_grad():
                one, other = (model(**tokenizer(text, return_tensors="pt"))[0] for model, tokenizer in zip(models, fast))
            if one.shape[-1] != other.shape[-1]:
                one = one[..., kept]
            largest = max(largest, (one - other).abs().max().item())
        count += 1
    print(f"{given.pruned}: {architecture}, {len(kept)} of {models[0].config.vocab_size} rows, {count} texts, {different} cut otherwise, "
          f"largest difference of the first {min(count, 64)}: {largest:.1e}")
    if different or not largest <= given.limit:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
