"""Makes the expected token ids of all SIB-200 sentences with the real libraries:

    python make_sib200_ids.py MODEL_DIR SIB200_DIR OUT.txt.gz

MODEL_DIR holds sentencepiece.bpe.model and tokenizer.json; SIB200_DIR one directory per language with
*.tsv files (column `text`). For each file a line with its name and its number of sentences, then a line
per sentence: the first 8 hex digits of the SHA-256 of the space-separated ids with <s> and </s> that
C++ SentencePiece gives (as XLM-R's ids), and, where it differs, the same of transformers' AutoTokenizer
after a space. Needs sentencepiece and transformers 5.
"""
import csv, gzip, hashlib, pathlib, sys

import sentencepiece, transformers


def fingerprint(ids):
    return hashlib.sha256(" ".join(map(str, ids)).encode()).hexdigest()[:8]


def main():
    model, data, target = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3]
    cpp = sentencepiece.SentencePieceProcessor(model_file=f"{model}/sentencepiece.bpe.model")
    fast = transformers.AutoTokenizer.from_pretrained(model)
    special = {0: 3, 1: 0, 2: 2}
    total = differ = 0
    with open(target, "wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", mtime=0, filename="") as out:
        for file in sorted(data.glob("*/*.tsv")):
            with open(file, encoding="utf-8") as f:
                texts = [r["text"] for r in csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE)]
            spm = [[0] + [special.get(x, x + 1) for x in ids] + [2] for ids in cpp.encode(texts)]
            hf = fast(texts)["input_ids"]
            out.write(f"{file.parent.name}/{file.name} {len(texts)}\n".encode())
            for a, b in zip(spm, hf):
                other = f" {fingerprint(b)}" if a != b else ""
                out.write(f"{fingerprint(a)}{other}\n".encode())
                total += 1
                differ += a != b
    print(f"{total} sentences, the references differ on {differ}")


main()
